"""Writes one batch of records into the mirror, in one transaction."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trials import search_documents
from trials.classify import classify
from trials.models import SyncRun, Trial, TrialAlias, TrialSite, TrialVersion
from trials.our_site import OurFacility
from trials.registry.changes import changed_fields
from trials.registry.mapping import REGISTRY_FIELDS, sites_from, trial_from
from trials.registry.record import Record
from trials.vocabulary import Vocabulary

SITE_FIELDS = ("facility", "city", "state", "zip", "country", "status", "latitude", "longitude")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that is new or different from what we hold."""

    record: Record
    study: dict[str, Any]
    content_hash: str
    source: str


@dataclass(slots=True)
class Context:
    """What every batch of a run needs."""

    run: SyncRun
    now: datetime
    ours: OurFacility
    vocabulary: Vocabulary
    seen: set[int] = field(default_factory=set)


def write(candidates: list[Candidate], context: Context) -> None:
    """Insert or update the trials of the candidates with everything that hangs on them."""
    keys = [candidate.record.nct_id for candidate in candidates]
    held = {trial.nct_id: trial for trial in Trial.objects.filter(nct_id__in=keys)}
    held_sites = _site_values(list(held.values()))
    trials = {
        c.record.nct_id: trial_from(
            c.record, content_hash=c.content_hash, now=context.now, ours=context.ours
        )
        for c in candidates
    }
    Trial.objects.bulk_create(
        trials.values(),
        update_conflicts=True,
        unique_fields=["nct_id"],
        update_fields=REGISTRY_FIELDS,
    )
    sites = {c.record.nct_id: sites_from(c.record, trials[c.record.nct_id], context.ours)
             for c in candidates}
    _replace_sites(trials, sites, held_sites)
    _write_aliases(candidates, trials)
    TrialVersion.objects.bulk_create(
        TrialVersion(
            trial=trials[c.record.nct_id],
            run=context.run,
            received_at=context.now,
            content_hash=c.content_hash,
            changed=_changed(held.get(c.record.nct_id), trials, sites, held_sites, c),
            record=c.study,
        )
        for c in candidates
    )
    classify(list(trials.values()), context.vocabulary)
    ids = [trial.pk for trial in trials.values()]
    search_documents.refresh(ids, context.vocabulary)
    context.seen.update(ids)


def _changed(
    held: Trial | None,
    trials: dict[str, Trial],
    sites: dict[str, list[TrialSite]],
    held_sites: dict[int, list[tuple[Any, ...]]],
    candidate: Candidate,
) -> list[str]:
    if held is None:
        return []
    key = candidate.record.nct_id
    new_sites = [_values(site) for site in sites[key]]
    return changed_fields(
        held, trials[key], sites_changed=sorted(new_sites, key=repr) != held_sites[held.pk]
    )


def _values(site: TrialSite) -> tuple[Any, ...]:
    return tuple(getattr(site, name) for name in SITE_FIELDS)


def _site_values(trials: list[Trial]) -> dict[int, list[tuple[Any, ...]]]:
    result: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for trial_id, *values in TrialSite.objects.filter(trial__in=trials).values_list(
        "trial_id", *SITE_FIELDS
    ):
        result[trial_id].append(tuple(values))
    for values_of_trial in result.values():
        values_of_trial.sort(key=repr)
    return result


def _replace_sites(
    trials: dict[str, Trial],
    sites: dict[str, list[TrialSite]],
    held_sites: dict[int, list[tuple[Any, ...]]],
) -> None:
    if held_sites:
        TrialSite.objects.filter(trial__in=trials.values()).delete()
    TrialSite.objects.bulk_create(
        (site for rows in sites.values() for site in rows), batch_size=1000
    )


def _write_aliases(candidates: list[Candidate], trials: dict[str, Trial]) -> None:
    aliases = {alias: trials[c.record.nct_id] for c in candidates for alias in c.record.aliases}
    TrialAlias.objects.bulk_create(
        (TrialAlias(alias=alias, trial=trial) for alias, trial in aliases.items()),
        update_conflicts=True,
        unique_fields=["alias"],
        update_fields=["trial"],
    )
