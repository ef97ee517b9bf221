"""What the worker does for trials."""

from datetime import timedelta

from clinic.jobs import Job
from trials.classify import reclassify_if_due
from trials.models import RegistryQuery
from trials.registry.api import client_from_settings, sync_from_api
from trials.search_documents import drop_ended_summaries


def look_at_registry() -> None:
    """Sync what the admin asks for; nothing is asked of the registry when that is nothing."""
    if RegistryQuery.objects.filter(is_active=True).exists():
        sync_from_api(client_from_settings())


JOBS = [
    Job(name="trials.sync", run=look_at_registry, every=timedelta(days=1)),
    Job(name="trials.ended_summaries", run=drop_ended_summaries, every=timedelta(minutes=10)),
    Job(name="trials.reclassify", run=reclassify_if_due, every=timedelta(seconds=30)),
]
