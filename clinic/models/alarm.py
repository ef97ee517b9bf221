from django.db import models
from django.db.models import Q


class Alarm(models.Model):
    """A problem of readiness from the look that found it to the one that did not any more."""

    name = models.CharField(max_length=40)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["name"], name="alarm_once_at_a_time", condition=Q(ended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.name
