from django.db import models


class WorkerHeartbeat(models.Model):
    """One row: when a worker was last seen alive."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="worker_heartbeat_is_one_row", condition=models.Q(id=1))
        ]

    def __str__(self) -> str:
        return self.at.isoformat()


class JobRun(models.Model):
    """One run of a job of the timetable; without an end it is running or was killed."""

    name = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    succeeded = models.BooleanField(null=True)
    error = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["name", "-started_at"], name="job_run_latest")]

    def __str__(self) -> str:
        return self.name
