"""The daily look: what the active registry queries name, from the registry's API."""

import re
from collections.abc import Iterator

from django.conf import settings

from trials.models import RegistryQuery, SyncRun
from trials.registry.client import RegistryClient
from trials.registry.files import Received
from trials.registry.sync import Progress, Report, sync
from trials.registry.values import nct_id

SEARCH_PARAMETERS = {
    "condition": "query.cond",
    "term": "query.term",
    "location": "query.locn",
    "advanced": "filter.advanced",
}


def client_from_settings() -> RegistryClient:
    """Return the client for REGISTRY_URL; the User-Agent says whom to write to."""
    agent = f"immunotherapy-clinic/1.0 (+{settings.SITE_URL}; {settings.DEFAULT_FROM_EMAIL})"
    return RegistryClient(settings.REGISTRY_URL, user_agent=agent)


def sync_from_api(
    client: RegistryClient, *, progress: Progress = lambda count: None
) -> tuple[SyncRun, Report]:
    """Sync what the active queries ask for; raise RegistryUnavailable when it cannot be read."""
    queries = list(RegistryQuery.objects.filter(is_active=True))
    timestamp = client.data_timestamp()
    missing: list[str] = []
    run, report = sync(
        _studies(client, queries, missing),
        source=client.base_url,
        data_timestamp=timestamp,
        progress=progress,
    )
    if missing:
        run.missing = missing
        run.save(update_fields=["missing"])
    return run, report


def _studies(
    client: RegistryClient, queries: list[RegistryQuery], missing: list[str]
) -> Iterator[Received]:
    ids = [key for query in queries for key in re.split(r"[\s,;]+", query.nct_ids) if key]
    for given in dict.fromkeys(ids):
        key = nct_id(given)
        if not key:
            yield Received("NCT ids set in the admin", problem=f"“{given[:40]}” is not an NCT id.")
            continue
        study = client.study(key)
        if study is None:
            missing.append(key)
        else:
            yield Received(key, study)
    for query in queries:
        parameters = {
            parameter: getattr(query, name)
            for name, parameter in SEARCH_PARAMETERS.items()
            if getattr(query, name)
        }
        if parameters:
            for study in client.studies(parameters):
                yield Received(f"search “{query.name}”", study)
