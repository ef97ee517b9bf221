"""What somebody has to look after: mail that does not go out, jobs that fail, a silent worker.

Numbers, times and names of jobs and templates; nothing about a person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from wagtail.admin.ui.components import Component

from clinic.health import problems
from clinic.jobs import all_jobs
from clinic.models import JobRun, OutboxMessage, WorkerHeartbeat

RESEND = "clinic.change_outboxmessage"
LATE_MAIL = timedelta(hours=1)
ENDLESS_RUN = timedelta(hours=6)
# Problems of readiness that the panel tells of in words of its own.
_SAID_OTHERWISE = {"database", "migrations", "worker", "given_up"}


@dataclass(frozen=True)
class Attention:
    """All that is wrong just now; nothing of it is the rule."""

    given_up: int
    late: int
    failing_jobs: list[JobRun]
    late_jobs: list["LateJob"]
    worker_is_silent: bool
    signals: list[str]
    worker_seen_at: datetime | None

    @property
    def is_needed(self) -> bool:
        """Return whether anything is wrong."""
        return bool(
            self.given_up
            or self.late
            or self.failing_jobs
            or self.late_jobs
            or self.worker_is_silent
            or self.signals
        )


def attention(now: datetime | None = None) -> Attention:
    """Return what is wrong."""
    now = now or timezone.now()
    beat, found = WorkerHeartbeat.objects.first(), problems()
    return Attention(
        given_up=OutboxMessage.objects.dead().count(),
        late=OutboxMessage.objects.pending().filter(first_attempted_at__lt=now - LATE_MAIL).count(),
        failing_jobs=failing_jobs(now),
        late_jobs=late_jobs(now),
        worker_is_silent="worker" in found,
        signals=[text for name, text in found.items() if name not in _SAID_OTHERWISE],
        worker_seen_at=beat.at if beat else None,
    )


def failing_jobs(now: datetime) -> list[JobRun]:
    """Return the last run of every job of the timetable that failed or never came to an end."""
    names = [job.name for job in all_jobs()]
    runs = JobRun.objects.filter(name__in=names).order_by("name", "-started_at").distinct("name")
    return [run for run in runs if run.succeeded is False or _hangs(run, now)]


@dataclass(frozen=True)
class LateJob:
    """A job that must not be missed and has not come to a good end for too long."""

    name: str
    # None when it never has.
    succeeded_at: datetime | None


def late_jobs(now: datetime) -> list[LateJob]:
    """Return the jobs with an alarm that is over; of a worker that has only begun, none."""
    late = []
    for job in all_jobs():
        if job.alarm_after is None:
            continue
        good = JobRun.objects.filter(name=job.name, succeeded=True).order_by("-started_at")
        last = good.values_list("started_at", flat=True).first()
        if last is not None and now - last <= job.alarm_after:
            continue
        if last or JobRun.objects.filter(started_at__lt=now - job.alarm_after).exists():
            late.append(LateJob(job.name, last))
    return late


def _hangs(run: JobRun, now: datetime) -> bool:
    return run.finished_at is None and now - run.started_at > ENDLESS_RUN


def may_see(user: Any) -> bool:
    """Return whether this concerns a user: leads and administrators."""
    return user.has_perm(RESEND)


class AttentionPanel(Component):
    """The panel on the dashboard; empty when nothing is wrong."""

    name = "attention"
    template_name = "wagtailadmin/clinic/attention.html"
    order = 10

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Return what is wrong."""
        return {"attention": attention()}
