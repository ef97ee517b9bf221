"""Opening everything that is sealed, to know that it opens: after a restore or a change of keys.

Nothing that was opened leaves this module. A run goes through the rows in the order of their ids,
some hundreds at a time, and can begin again where another one ended.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from clinic.audit import record_event
from clinic.sealing import SealingError, keys_fit
from trials.inquiries.lookup import tokens_of
from trials.inquiries.models import Inquiry, LookupToken, ReceiptStatus, Submission
from trials.inquiries.models.sealed import SealedRow, sealed_models
from trials.inquiries.tokens import receipt_hash, receipt_token

BATCH = 500
MOST_NAMED = 20
RECEIPTS = Inquiry._meta.db_table

Say = Callable[[str], None]


@dataclass
class Verified:
    """What a run found, by table; counts only, and ids of rows that are wrong."""

    keys_fit: bool = False
    opened: Counter[str] = field(default_factory=Counter)
    # Emptied by an erasure: there is nothing to open.
    empty: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)
    lookups: int = 0
    wrong_lookups: int = 0
    receipts: int = 0
    wrong_receipts: int = 0
    named: list[str] = field(default_factory=list)

    def name(self, problem: str) -> None:
        """Keep the first problems in words."""
        if len(self.named) < MOST_NAMED:
            self.named.append(problem)

    @property
    def problems(self) -> dict[str, int]:
        """Return how often what is wrong; nothing when all is well."""
        found = {
            "keys do not fit": int(not self.keys_fit),
            "cannot be opened": self.unreadable.total(),
            "not found by what they say": self.wrong_lookups,
            "private page not by this RECEIPT_KEY": self.wrong_receipts,
        }
        return {problem: count for problem, count in found.items() if count}


def verify(*, after: tuple[str, uuid.UUID] | None = None, say: Say) -> Verified:
    """Open every sealed value and compare what was computed from it; return what was found.

    ``after`` is a table and an id, as ``say`` was told them: rows up to there are left out. One
    event tells of the run before anything is opened, another one of what could not be.
    """
    models = sealed_models()
    record_event(
        action="inquiries.verified",
        object_type="inquiries",
        data={
            "rows": {model._meta.db_table: model._base_manager.count() for model in models},
            "after": f"{after[0]}:{after[1]}" if after else "",
        },
    )
    found = Verified(keys_fit=keys_fit())
    for model in models:
        for rows in _batches(model._base_manager.all(), after, say):
            _open(rows, found)
    for rows in _batches(Inquiry._base_manager.filter(erased_at=None), after, say):
        _compare_receipts(rows, found)
    if found.problems:
        record_event(action="inquiries.verify_failed", object_type="inquiries", data=found.problems)
    return found


def _batches(
    rows: QuerySet[Any], after: tuple[str, uuid.UUID] | None, say: Say
) -> Iterator[list[Any]]:
    table = rows.model._meta.db_table
    if after and table == after[0]:
        last: uuid.UUID | None = after[1]
    elif after and _place(table) < _place(after[0]):
        return
    else:
        last = None
    while True:
        part = rows.filter(pk__gt=last) if last else rows
        batch = list(part.order_by("pk")[:BATCH])
        if not batch:
            return
        yield batch
        last = batch[-1].pk
        say(f"{table}:{last}")


def _place(table: str) -> tuple[bool, str]:
    """Return where a table stands in the order of a run: private pages come last."""
    return (table == RECEIPTS, table)


def _open(rows: list[SealedRow], found: Verified) -> None:
    answers: dict[uuid.UUID, dict[str, Any]] = {}
    for row in rows:
        table = row._meta.db_table
        if not row.blob:
            found.empty[table] += 1
            continue
        try:
            answers[row.pk] = row.unsealed()
        except SealingError as error:
            found.unreadable[table] += 1
            found.name(f"{table} {row.pk}: {type(error).__name__}")
        else:
            found.opened[table] += 1
    sent = [row for row in rows if isinstance(row, Submission) and row.pk in answers]
    _compare_lookups([row for row in sent if row.indexed_at], answers, found)


def _compare_lookups(
    submissions: list[Submission], answers: dict[uuid.UUID, dict[str, Any]], found: Verified
) -> None:
    ids = {submission.inquiry_id for submission in submissions}
    stored = {
        (inquiry_id, kind, bytes(digest))
        for inquiry_id, kind, digest in LookupToken.objects.filter(inquiry__in=ids).values_list(
            "inquiry_id", "kind", "digest"
        )
    }
    for submission in submissions:
        expected = {
            (token.inquiry_id, token.kind, token.digest)
            for token in tokens_of(submission.inquiry_id, answers[submission.pk])
        }
        found.lookups += 1
        if not expected <= stored:
            found.wrong_lookups += 1
            found.name(f"{submission._meta.db_table} {submission.pk}: lookup hashes")


def _compare_receipts(inquiries: list[Inquiry], found: Verified) -> None:
    """Compare the private pages that are still shown with those that this RECEIPT_KEY makes."""
    shown = ReceiptStatus.objects.filter(
        reference__in=[inquiry.reference for inquiry in inquiries], expires_at__gt=timezone.now()
    )
    hashes: dict[str, set[str]] = {}
    for receipt in shown:
        hashes.setdefault(receipt.reference, set()).add(receipt.token_hash)
    for inquiry in inquiries:
        if inquiry.reference in hashes:
            found.receipts += 1
            made = receipt_hash(receipt_token(inquiry.pk, inquiry.receipt_renewal))
            if made not in hashes[inquiry.reference]:
                found.wrong_receipts += 1
                found.name(f"{RECEIPTS} {inquiry.pk}: private page")
