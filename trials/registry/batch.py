"""Writes one batch of records into the mirror, in one transaction."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trials import search_documents
from trials.alerts import raise_alerts
from trials.classify import classify, withdraw_stamp_of_other_words
from trials.closing import close, site_changed_at
from trials.models import SyncRun, Trial, TrialAlias, TrialSite, TrialVersion
from trials.our_site import OurFacility
from trials.querysets import delete_at_once
from trials.registry.changes import changed_fields, needs_review, other_modules
from trials.registry.copying import as_json, copy_rows
from trials.registry.mapping import REGISTRY_FIELDS, SITE_COLUMNS, site_rows, trial_from
from trials.registry.record import Record
from trials.vocabulary import Vocabulary

VERSION_COLUMNS = ("trial_id", "run_id", "received_at", "content_hash", "changed", "record")
# Who to call at a site and in which order sites stand is not a change of the sites.
COMPARED_SITE_COLUMNS = SITE_COLUMNS[1:9]
Row = tuple[Any, ...]


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
    held_sites = _held_sites(held)
    trials = {
        c.record.nct_id: trial_from(
            c.record, content_hash=c.content_hash, now=context.now, ours=context.ours
        )
        for c in candidates
    }
    sites = {c.record.nct_id: site_rows(c.record, context.ours) for c in candidates}
    changes = _changes(candidates, held, trials, sites, held_sites)
    for key, trial in trials.items():
        _carry_over(trial, held.get(key), changes.get(key, []), context.now)
    Trial.objects.bulk_create(
        trials.values(),
        update_conflicts=True,
        unique_fields=["nct_id"],
        update_fields=REGISTRY_FIELDS,
    )
    _replace_sites(trials, sites, has_old=bool(held_sites))
    _write_aliases(candidates, trials)
    _add_versions(candidates, trials, changes, context)
    old = [trial.pk for trial in held.values()]
    classify(list(trials.values()), context.vocabulary, held=old)
    withdraw_stamp_of_other_words(context.vocabulary)
    search_documents.write(list(trials.values()), context.vocabulary)
    raise_alerts([(held[key], trials[key], changes[key]) for key in held], now=context.now)
    close(
        [
            trials[key]
            for key, trial in held.items()
            if trial.our_site_open and not trials[key].our_site_open
        ]
    )
    context.seen.update(trial.pk for trial in trials.values())


def _changes(
    candidates: list[Candidate],
    held: dict[str, Trial],
    trials: dict[str, Trial],
    sites: dict[str, list[Row]],
    held_sites: dict[str, list[Row]],
) -> dict[str, list[str]]:
    """Return what changed by NCT id; what we show nowhere is named by its module (1 query)."""
    changes = {
        key: changed_fields(
            trial, trials[key], sites_changed=_compared(sites[key]) != held_sites[key]
        )
        for key, trial in held.items()
    }
    newest = TrialVersion.objects.newest_records([trial.pk for trial in held.values()])
    for candidate in candidates:
        key = candidate.record.nct_id
        if key in held and (before := newest.get(held[key].pk)):
            changes[key] += other_modules(before, candidate.study, changes[key])
    return changes


def _carry_over(trial: Trial, held: Trial | None, changed: list[str], now: datetime) -> None:
    """Take over from the row that we hold what no record says."""
    trial.our_site_changed_at = site_changed_at(trial, held, now)
    if held:
        trial.is_listed = held.is_listed
        trial.review_changed_at = now if needs_review(changed) else held.review_changed_at


def _compared(rows: list[Row]) -> list[Row]:
    return sorted((row[1:9] for row in rows), key=repr)


def _held_sites(held: dict[str, Trial]) -> dict[str, list[Row]]:
    result: dict[str, list[Row]] = defaultdict(list)
    rows = TrialSite.objects.filter(trial__in=held.values()).values_list(
        "trial__nct_id", *COMPARED_SITE_COLUMNS
    )
    for key, *values in rows:
        result[key].append(tuple(values))
    for values_of_trial in result.values():
        values_of_trial.sort(key=repr)
    return result


def _replace_sites(trials: dict[str, Trial], sites: dict[str, list[Row]], *, has_old: bool) -> None:
    if has_old:
        delete_at_once(TrialSite.objects.filter(trial_id__in=[t.pk for t in trials.values()]))
    copy_rows(
        TrialSite._meta.db_table,
        ("trial_id", *SITE_COLUMNS),
        (
            (trials[key].pk, *row[:9], as_json(row[9]), row[10])
            for key, rows in sites.items()
            for row in rows
        ),
    )


def _write_aliases(candidates: list[Candidate], trials: dict[str, Trial]) -> None:
    aliases = {alias: trials[c.record.nct_id] for c in candidates for alias in c.record.aliases}
    TrialAlias.objects.bulk_create(
        (TrialAlias(alias=alias, trial=trial) for alias, trial in aliases.items()),
        update_conflicts=True,
        unique_fields=["alias"],
        update_fields=["trial"],
    )


def _add_versions(
    candidates: list[Candidate],
    trials: dict[str, Trial],
    changes: dict[str, list[str]],
    context: Context,
) -> None:
    copy_rows(
        TrialVersion._meta.db_table,
        VERSION_COLUMNS,
        (
            (
                trials[c.record.nct_id].pk,
                context.run.pk,
                context.now,
                c.content_hash,
                changes.get(c.record.nct_id, []),
                as_json(c.study),
            )
            for c in candidates
        ),
    )
