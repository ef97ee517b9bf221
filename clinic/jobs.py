"""The timetable: what the worker does at its time, whichever worker gets there first."""

import logging
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from importlib import import_module

from django.apps import apps
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from clinic.models import JobRun

logger = logging.getLogger(__name__)

RETRY_AFTER_FAILURE = timedelta(minutes=15)
# A run that seems to begin later than this was written while a clock went wrong.
CLOCKS_DIFFER_BY = timedelta(minutes=5)
_LOCK_CLASS = 0x6A6F62  # keeps our advisory locks apart from others


@dataclass(frozen=True, kw_only=True)
class Job:
    """Something done again and again: ``every`` so often, or once a day from ``daily_at`` on."""

    name: str
    run: Callable[[], object]
    every: timedelta | None = None
    daily_at: time | None = None
    # After so long without a success somebody has to look, whether it failed or never began.
    alarm_after: timedelta | None = None

    def __post_init__(self) -> None:
        if (self.every is None) == (self.daily_at is None):
            raise ValueError(f"The job {self.name} needs either every or daily_at.")

    def is_due(self, last: JobRun | None, now: datetime) -> bool:
        """Return whether it is time; a missed time is made up for once."""
        if last is None:
            return self.every is not None or self._latest_daily(now) is not None
        if not last.succeeded:
            pause = min(self.every or RETRY_AFTER_FAILURE, RETRY_AFTER_FAILURE)
            return now - last.started_at >= pause
        if self.every is not None:
            return now - last.started_at >= self.every
        planned = self._latest_daily(now)
        return planned is not None and last.started_at < planned

    def _latest_daily(self, now: datetime) -> datetime | None:
        if self.daily_at is None:
            return None
        local = timezone.localtime(now)
        planned = local.replace(
            hour=self.daily_at.hour, minute=self.daily_at.minute, second=0, microsecond=0
        )
        return planned if planned <= local else None


def all_jobs() -> list[Job]:
    """Return the jobs of every app's ``timetable`` module."""
    jobs: list[Job] = []
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, "timetable"):
            jobs += import_module(f"{config.name}.timetable").JOBS
    return jobs


def lock_key(name: str) -> list[int]:
    """Return the two numbers of the advisory lock of a name."""
    return [_LOCK_CLASS, zlib.crc32(name.encode()) - 2**31]


@contextmanager
def only_one(name: str) -> Iterator[bool]:
    """Yield whether this connection alone may do the work; a killed process lets go by itself."""
    key = lock_key(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def run_if_due(job: Job, now: datetime | None = None) -> bool:
    """Run the job if it is due and nobody else is at it; return whether it ran.

    A failure is recorded and logged by its class alone, never raised.
    """
    now = now or timezone.now()
    if not job.is_due(_last(job, now), now):
        return False
    with only_one(job.name) as held:
        if not held or not job.is_due(_last(job, now), now):
            return False
        run = JobRun.objects.create(name=job.name, started_at=now)
        try:
            job.run()
        except Exception as error:
            logger.exception("The job %s failed", job.name)
            run.error = type(error).__name__
        run.succeeded, run.finished_at = not run.error, timezone.now()
        run.save(update_fields=["succeeded", "finished_at", "error"])
    return True


def last_success(name: str) -> datetime | None:
    """Return when the last run of this name that succeeded came to its end, None for never."""
    runs = JobRun.objects.filter(name=name, succeeded=True).order_by("-started_at")
    return runs.values_list("finished_at", flat=True).first()


def _last(job: Job, now: datetime) -> JobRun | None:
    """Return the newest run; one from the future must not keep the job from running until then."""
    runs = JobRun.objects.filter(name=job.name, started_at__lte=now + CLOCKS_DIFFER_BY)
    return runs.order_by("-started_at").first()
