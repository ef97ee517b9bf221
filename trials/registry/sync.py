"""Brings the mirror up to date from a stream of studies, and reports.

One bad record never stops the others: it is named, and kept for inspection. A record that says
what we already hold costs no write; a record older or poorer than ours does not replace it.
"""

import gc
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from clinic.jobs import only_one
from clinic.page_cache import bump
from clinic.site_facts import clinic_settings
from trials.models import RefusedRecord, SyncRun, Trial
from trials.our_site import OurFacility
from trials.registry.batch import Candidate, Context, write
from trials.registry.files import Received
from trials.registry.fingerprint import content_hash
from trials.registry.record import RecordRefused, read_key, read_record
from trials.registry.values import clean, storable
from trials.vocabulary import Vocabulary

BATCH = 200
LOCK = "trials.registry.sync"
Progress = Callable[[int], None]


@dataclass(slots=True)
class Report:
    """What a run did."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Return how many records were looked at."""
        return self.new + self.changed + self.unchanged + self.older + len(self.refused)


def our_facility() -> OurFacility:
    """Return how the clinic's settings describe our own site."""
    settings = clinic_settings()
    return OurFacility.from_settings(settings.facility_names, settings.facility_zip_codes)


def sync(
    received: Iterable[Received],
    *,
    source: str,
    progress: Progress = lambda count: None,
) -> tuple[SyncRun, Report]:
    """Apply the studies and return the finished run with its report."""
    run = SyncRun(source=source[:200], started_at=timezone.now())
    with Syncing.begin(run) as syncing:
        syncing.apply_all(received, progress)
    return run, syncing.report


class SyncAtWork(Exception):
    """Two syncs at once would keep the same change twice; the message is for the operator."""


class Syncing:
    """A run at work: takes studies as they come, and keeps what it did when it ends."""

    def __init__(self, run: SyncRun) -> None:
        self.run = run
        self.report = Report()
        self.context = Context(run, run.started_at, our_facility(), Vocabulary.load())

    @classmethod
    @contextmanager
    def begin(cls, run: SyncRun) -> Iterator["Syncing"]:
        """Give the run to the block when it is the only one; raise SyncAtWork when it is not."""
        with only_one(LOCK) as is_alone:
            if not is_alone:
                raise SyncAtWork("Another sync is at work. Start this one again when it has ended.")
            with cls._kept(run) as syncing:
                yield syncing

    @classmethod
    @contextmanager
    def _kept(cls, run: SyncRun) -> Iterator["Syncing"]:
        """Save the run, give it to the block, and finish it however the block ends."""
        run.save()
        syncing = cls(run)
        # Parsed JSON has no cycles: looking for them costs a tenth of the time and finds nothing.
        gc.disable()
        try:
            yield syncing
        except Exception as error:
            run.problem = clean(str(error)) or type(error).__name__
            raise
        finally:
            gc.enable()
            run.finished_at = timezone.now()
            syncing.save()

    def apply_all(self, received: Iterable[Received], progress: Progress) -> None:
        """Apply a stream of studies batch by batch."""
        stream = iter(received)
        while batch := list(islice(stream, BATCH)):
            self.apply(batch)
            progress(self.report.total)

    def apply(self, received: Iterable[Received]) -> None:
        """Write what is new and different among the studies; refuse what cannot be read."""
        _Batch(self.context, self.report).apply([_arrival(entry) for entry in received])

    def add(self, report: Report, seen: Iterable[int]) -> None:
        """Count what another process did for this run."""
        mine = self.report
        mine.new += report.new
        mine.changed += report.changed
        mine.unchanged += report.unchanged
        mine.older += report.older
        mine.refused = sorted(mine.refused + report.refused)
        mine.notices = sorted(mine.notices + report.notices)
        self.context.seen.update(seen)

    def seen(self, nct_ids: Iterable[str]) -> set[str]:
        """Count as unchanged what the registry says is as we hold it; return what we hold."""
        rows = Trial.objects.filter(nct_id__in=nct_ids, missing_count=0)
        held = dict(rows.values_list("nct_id", "pk"))
        self.report.unchanged += len(held)
        self.context.seen.update(held.values())
        return set(held)

    def save(self) -> None:
        """Write down what the run did so far."""
        run, report = self.run, self.report
        run.new_count, run.changed_count = report.new, report.changed
        run.unchanged_count, run.older_count = report.unchanged, report.older
        run.refused_count = len(report.refused)
        run.notices = report.notices
        run.seen = sorted(self.context.seen)
        run.save()


@dataclass(slots=True)
class _Held:
    pk: int
    content_hash: str
    updated: date | None
    is_missing: bool


@dataclass(slots=True)
class _Arrival:
    """A study with its key and what it says, or why it has none."""

    source: str
    study: Any
    key: str = ""
    content_hash: str = ""
    refusal: RecordRefused | None = None


def _arrival(entry: Received) -> _Arrival:
    if entry.problem:
        return _Arrival(entry.source, None, refusal=RecordRefused(entry.problem))
    try:
        return _Arrival(entry.source, entry.study, read_key(entry.study), content_hash(entry.study))
    except RecordRefused as refusal:
        return _Arrival(entry.source, entry.study, refusal=refusal)
    except RecursionError:
        too_deep = RecordRefused("The record is nested too deeply.")
        return _Arrival(entry.source, None, refusal=too_deep)


class _Batch:
    """One batch: reads, compares, writes, and refuses what cannot be written."""

    def __init__(self, context: Context, report: Report) -> None:
        self.context = context
        self.report = report

    def apply(self, batch: list[_Arrival]) -> None:
        """Write the candidates of the batch, and bring back what had been missing."""
        keys = [arrival.key for arrival in batch]
        held = self._held(keys)
        waiting: dict[str, Candidate] = {}
        for arrival in batch:
            if arrival.refusal:
                self._refuse(arrival, arrival.refusal)
                continue
            if arrival.key in waiting:
                # The same study twice in one batch: write the first before judging the second.
                self._write(list(waiting.values()), held)
                held = self._held(keys)
                waiting = {}
            if candidate := self._candidate(arrival, held.get(arrival.key)):
                waiting[arrival.key] = candidate
        self._write(list(waiting.values()), held)
        found = {arrival.key for arrival in batch if not arrival.refusal}
        if any(held[key].is_missing for key in found & held.keys()):
            Trial.objects.filter(nct_id__in=found).update(missing_count=0)
            bump()

    @staticmethod
    def _held(keys: list[str]) -> dict[str, _Held]:
        rows = Trial.objects.filter(nct_id__in=keys).values_list(
            "nct_id", "pk", "content_hash", "last_update_posted", "missing_count"
        )
        return {
            key: _Held(pk, fingerprint, updated, is_missing=missing_count > 0)
            for key, pk, fingerprint, updated, missing_count in rows
        }

    def _candidate(self, arrival: _Arrival, held: _Held | None) -> Candidate | None:
        """Return what has to be written; read only what differs from what we hold."""
        if held and held.content_hash == arrival.content_hash:
            self.report.unchanged += 1
            self.context.seen.add(held.pk)
            return None
        try:
            record = read_record(arrival.study)
        except RecordRefused as refusal:
            self._refuse(arrival, refusal)
            return None
        updated = record.last_update_posted
        if held and held.updated and updated is None:
            reason = (
                f"{arrival.key} is incomplete: it has no date of its last update. "
                "The fuller record that we hold was kept."
            )
            self._refuse(arrival, RecordRefused(reason, arrival.key))
            return None
        if held and held.updated and updated and updated.value < held.updated:
            self.report.older += 1
            return None
        return Candidate(record, arrival.study, arrival.content_hash, arrival.source)

    def _write(self, candidates: list[Candidate], held: dict[str, _Held]) -> None:
        if not candidates:
            return
        try:
            with transaction.atomic():
                write(candidates, self.context)
                bump()
        except (DatabaseError, ValueError) as error:
            if len(candidates) > 1:
                # Halves, so that the good ones of a batch are written in few transactions.
                middle = len(candidates) // 2
                self._write(candidates[:middle], held)
                self._write(candidates[middle:], held)
                return
            candidate = candidates[0]
            sentence = f"The database refused it: {str(error).splitlines()[0]}"
            self._refuse(candidate, RecordRefused(sentence, candidate.record.nct_id))
            return
        for candidate in candidates:
            key = candidate.record.nct_id
            self.report.new += key not in held
            self.report.changed += key in held
            self.report.notices += [f"{key}: {notice}" for notice in candidate.record.notices]

    def _refuse(self, refused: _Arrival | Candidate, refusal: RecordRefused) -> None:
        source, nct_id, reason = refused.source, refusal.nct_id, refusal.reason
        self.report.refused.append((source, reason))
        fingerprint = hashlib.sha256(f"{source}\n{nct_id}\n{reason}".encode("utf-8", "replace"))
        RefusedRecord.objects.bulk_create(
            [
                RefusedRecord(
                    fingerprint=fingerprint.hexdigest(),
                    source=clean(source)[:300],
                    nct_id=nct_id,
                    reason=clean(reason),
                    record=storable(refused.study),
                    first_run=self.context.run,
                    last_run=self.context.run,
                )
            ],
            update_conflicts=True,
            unique_fields=["fingerprint"],
            update_fields=["last_run", "record"],
        )
