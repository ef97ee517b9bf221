"""What somebody has to look after: mail that does not go out, jobs that fail, a silent worker.

Numbers, times and names of jobs and templates; nothing about a person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from wagtail.admin.ui.components import Component

from clinic.health import WORKER_SILENCE
from clinic.jobs import all_jobs
from clinic.models import JobRun, OutboxMessage, WorkerHeartbeat

RESEND = "clinic.change_outboxmessage"
LATE_MAIL = timedelta(hours=1)
ENDLESS_RUN = timedelta(hours=6)


@dataclass(frozen=True)
class Attention:
    """All that is wrong just now; nothing of it is the rule."""

    given_up: int
    late: int
    failing_jobs: list[JobRun]
    worker_is_silent: bool
    worker_seen_at: datetime | None

    @property
    def is_needed(self) -> bool:
        """Return whether anything is wrong."""
        return bool(self.given_up or self.late or self.failing_jobs or self.worker_is_silent)


def attention(now: datetime | None = None) -> Attention:
    """Return what is wrong."""
    now = now or timezone.now()
    beat = WorkerHeartbeat.objects.first()
    return Attention(
        given_up=OutboxMessage.objects.dead().count(),
        late=OutboxMessage.objects.pending().filter(first_attempted_at__lt=now - LATE_MAIL).count(),
        failing_jobs=failing_jobs(now),
        worker_is_silent=beat is None or now - beat.at > WORKER_SILENCE,
        worker_seen_at=beat.at if beat else None,
    )


def failing_jobs(now: datetime) -> list[JobRun]:
    """Return the last run of every job of the timetable that failed or never came to an end."""
    names = [job.name for job in all_jobs()]
    runs = JobRun.objects.filter(name__in=names).order_by("name", "-started_at").distinct("name")
    return [run for run in runs if run.succeeded is False or _hangs(run, now)]


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
