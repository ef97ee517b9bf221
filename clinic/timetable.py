"""What the worker does for the project package."""

from datetime import time, timedelta

from django.core.management import call_command
from django.utils import timezone

from clinic import key_canary
from clinic.alarms import look_around
from clinic.audit import chain_events
from clinic.failed_searches import forget_old_searches
from clinic.jobs import Job
from clinic.models import JobRun
from clinic.rate_limit import forget_old_hits
from clinic.review_digest import enqueue_digests
from clinic.social_images import draw_missing

KEEP_JOB_RUNS = timedelta(days=30)


def publish_scheduled() -> None:
    """Publish and expire what is scheduled; Wagtail's own command, and so the review rule."""
    call_command("publish_scheduled")


def forget_sessions() -> None:
    """Delete the sessions of staff that are over; Django's own command."""
    call_command("clearsessions")


def forget_old_job_runs() -> None:
    """Delete the runs that nobody looks at any more; the last one of a job is much younger."""
    JobRun.objects.filter(started_at__lt=timezone.now() - KEEP_JOB_RUNS).delete()


JOBS = [
    Job(name=key_canary.JOB, run=key_canary.try_keys, every=timedelta(minutes=5)),
    Job(name="clinic.alarms", run=look_around, every=timedelta(minutes=1)),
    Job(name="clinic.publish_scheduled", run=publish_scheduled, every=timedelta(minutes=1)),
    Job(name="clinic.review_digests", run=enqueue_digests, daily_at=time(7)),
    Job(name="clinic.chain_audit", run=chain_events, every=timedelta(seconds=30)),
    Job(name="clinic.forget_rate_limit_hits", run=forget_old_hits, every=timedelta(hours=1)),
    Job(name="clinic.social_images", run=draw_missing, every=timedelta(hours=1)),
    Job(name="clinic.forget_searches", run=forget_old_searches, every=timedelta(days=1)),
    Job(name="clinic.forget_sessions", run=forget_sessions, every=timedelta(hours=1)),
    Job(name="clinic.forget_job_runs", run=forget_old_job_runs, every=timedelta(days=1)),
]
