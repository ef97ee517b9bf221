"""New keys for what is kept: sealed values under the newest key, lookup hashes anew.

Both go on where a killed run ended: a row that is done is known by its key id, or by hashes that
fit already. Each batch is one transaction, so that a kill costs one batch of work and no value.
"""

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction

from clinic.audit import record_event
from clinic.sealing import BadKeyError, Sealer, SealingError, keys_fit
from trials.inquiries.lookup import tokens_of
from trials.inquiries.models import Inquiry, LookupToken, Submission
from trials.inquiries.models.sealed import SealedRow, sealed_models

BATCH = 200

Say = Callable[[str], None]


@dataclass
class Rotated:
    """What a run did, by table, and what it could not open and therefore left as it was."""

    done: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    named: list[str] = field(default_factory=list)


def seal_all_anew(*, dry_run: bool, say: Say) -> Rotated:
    """Seal what is under an older key for the newest one; return what was done.

    A dry run opens and seals all the same and writes nothing but its audit event. Raises
    BadKeyError when no private key here opens what the public key seals.
    """
    if not keys_fit():
        raise BadKeyError("No private key here opens what SEALING_PUBLIC_KEY seals.")
    newest = Sealer(settings.SEALING_PUBLIC_KEY).key_id
    models = sealed_models()
    _record("inquiries.sealed_anew", dry_run, {model: _older(model, newest) for model in models})
    rotated = Rotated()
    for model in models:
        last: uuid.UUID | None = None
        while batch := _seal_batch(model, newest, last, rotated, dry_run=dry_run):
            last = batch
            say(f"{model._meta.db_table}: {rotated.done[model._meta.db_table]}")
    return rotated


def _older(model: type[SealedRow], newest: str) -> Any:
    """Return the rows that are sealed for another key than the newest."""
    return model._base_manager.exclude(key_id__in=["", newest])


def _record(action: str, dry_run: bool, rows: dict[type[SealedRow], Any]) -> None:
    """Write down what is about to be opened, before any of it is."""
    record_event(
        action=action,
        object_type="inquiries",
        data={
            "dry_run": dry_run,
            "rows": {model._meta.db_table: found.count() for model, found in rows.items()},
        },
    )


@transaction.atomic
def _seal_batch(
    model: type[SealedRow],
    newest: str,
    after: uuid.UUID | None,
    rotated: Rotated,
    *,
    dry_run: bool,
) -> uuid.UUID | None:
    """Seal the next rows; return the id of the last one, None when there was none."""
    older = _older(model, newest).select_for_update(of=("self",)).order_by("pk")
    rows = list((older.filter(pk__gt=after) if after else older)[:BATCH])
    changed = []
    table = model._meta.db_table
    for row in rows:
        try:
            row.seal_anew()
        except SealingError as error:
            rotated.left[table] += 1
            rotated.named.append(f"{table} {row.pk}: {type(error).__name__}")
        else:
            changed.append(row)
    if not dry_run:
        model._base_manager.bulk_update(changed, ["key_id", "blob"])
    rotated.done[table] += len(changed)
    return rows[-1].pk if rows else None


def hash_all_anew(*, dry_run: bool, say: Say) -> Rotated:
    """Compute the lookup hashes of every indexed submission with LOOKUP_KEY; return what changed.

    Hashes that no submission explains any more go. An inquiry of which a part cannot be opened
    keeps the hashes that it has.
    """
    indexed = Submission.objects.filter(indexed_at__isnull=False)
    _record("inquiries.hashed_anew", dry_run, {Submission: indexed})
    rotated = Rotated()
    last: uuid.UUID | None = None
    while batch := _hash_batch(last, rotated, dry_run=dry_run):
        last = batch
        say(f"inquiries: {rotated.done.total()}")
    return rotated


@transaction.atomic
def _hash_batch(after: uuid.UUID | None, rotated: Rotated, *, dry_run: bool) -> uuid.UUID | None:
    inquiries = Inquiry._base_manager.order_by("pk").values_list("pk", flat=True)
    ids = list((inquiries.filter(pk__gt=after) if after else inquiries)[:BATCH])
    # The lock keeps an erasure waiting: it must find, and delete, what is written here.
    indexed = Submission.objects.filter(inquiry__in=ids, indexed_at__isnull=False)
    submissions = list(indexed.order_by("pk").select_for_update())
    expected, unreadable = _expected(submissions, rotated)
    stored: dict[uuid.UUID, set[tuple[str, bytes]]] = {}
    for token in LookupToken.objects.filter(inquiry__in=expected):
        stored.setdefault(token.inquiry_id, set()).add((token.kind, bytes(token.digest)))
    for inquiry_id, tokens in expected.items():
        has = stored.get(inquiry_id, set())
        if inquiry_id in unreadable or has == set(tokens):
            continue
        rotated.done[LookupToken._meta.db_table] += 1
        if not dry_run:
            wrong = LookupToken.objects.filter(inquiry=inquiry_id)
            wrong.exclude(digest__in=[digest for _kind, digest in tokens]).delete()
            LookupToken.objects.bulk_create(tokens.values(), ignore_conflicts=True)
    return ids[-1] if ids else None


def _expected(
    submissions: list[Submission], rotated: Rotated
) -> tuple[dict[uuid.UUID, dict[tuple[str, bytes], LookupToken]], set[uuid.UUID]]:
    """Return the tokens by inquiry, and the inquiries of which a part cannot be opened."""
    expected: dict[uuid.UUID, dict[tuple[str, bytes], LookupToken]] = {}
    unreadable = set()
    for submission in submissions:
        tokens = expected.setdefault(submission.inquiry_id, {})
        try:
            answers = submission.unsealed()
        except SealingError as error:
            unreadable.add(submission.inquiry_id)
            rotated.left[submission._meta.db_table] += 1
            rotated.named.append(
                f"{submission._meta.db_table} {submission.pk}: {type(error).__name__}"
            )
        else:
            for token in tokens_of(submission.inquiry_id, answers):
                tokens[token.kind, bytes(token.digest)] = token
    return expected, unreadable
