"""The daily look: what the active registry queries name, from the registry's API."""

import hashlib
import json
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from trials.models import RegistryQuery, SyncRun
from trials.registry.client import RegistryClient
from trials.registry.look import SEARCH_PARAMETERS, Look
from trials.registry.sync import Progress, Report, Syncing

# Page tokens are the registry's own; after a day we would not trust one.
RESUMED_WITHIN = timedelta(days=1)


def client_from_settings() -> RegistryClient:
    """Return the client for REGISTRY_URL; the User-Agent says whom to write to."""
    agent = f"immunotherapy-clinic/1.0 (+{settings.SITE_URL}; {settings.DEFAULT_FROM_EMAIL})"
    return RegistryClient(settings.REGISTRY_URL, user_agent=agent)


def sync_from_api(
    client: RegistryClient, *, progress: Progress = lambda count: None
) -> tuple[SyncRun, Report]:
    """Look at what the active queries ask for and at every trial that we hold.

    Nothing is asked beyond ``/version`` when the registry's data and our queries are as they were
    at the last look. Raises RegistryUnavailable, which the run keeps as its problem.
    """
    queries = list(RegistryQuery.objects.filter(is_active=True).order_by("pk"))
    last = SyncRun.objects.filter(is_daily_look=True).order_by("-started_at").first()
    run = SyncRun(
        source=client.base_url[:200],
        started_at=timezone.now(),
        is_daily_look=True,
        asked=_asked(queries),
    )
    with Syncing.begin(run) as syncing:
        run.data_timestamp = client.data_timestamp()
        is_same = bool(
            last
            and run.data_timestamp
            and (last.data_timestamp, last.asked) == (run.data_timestamp, run.asked)
        )
        if last and is_same and last.is_complete:
            syncing.context.seen.update(last.seen)
            syncing.report.unchanged = len(last.seen)
            run.missing = last.missing
        else:
            look = Look(client, syncing, progress)
            if last and is_same and run.started_at - last.started_at < RESUMED_WITHIN:
                look.resume(last)
            look.take(queries)
    return run, syncing.report


def _asked(queries: list[RegistryQuery]) -> str:
    """Return a digest of what the queries ask."""
    names = ("nct_ids", *SEARCH_PARAMETERS)
    asked = [[getattr(query, name) for name in names] for query in queries]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
