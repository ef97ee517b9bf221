"""What a person may ask about their data, on paper or by telephone: a copy, or to be erased.

For leads. What was typed to find the person is hashed and forgotten; the audit holds references'
ids, how the person was identified, and what became of it. A copy is what 45 CFR 164.524 and state
laws on records speak of; which of them bind a clinic is for its counsel to say.
"""

import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from clinic.models import User
from clinic.sealing import SealingError
from trials.inquiries.lookup import index_submissions, search
from trials.inquiries.models import Inquiry, SenderRequest
from trials.inquiries.permissions import user_may_answer_persons
from trials.inquiries.person_copy import copy_text
from trials.inquiries.querysets import InquiryQuerySet
from trials.inquiries.sender_enums import STOPPING, IdentityCheck, RequestKind
from trials.inquiries.services.asking import TIME_TO_UNDO
from trials.inquiries.services.changing import RefusedError, locked, record, refuse_erased, save
from trials.inquiries.services.reading import read_all
from trials.inquiries.services.renewing import current_receipt

MOST_FOUND = 100


@sensitive_variables("said")
def find_person(*, said: Mapping[str, str], actor: User) -> dict[uuid.UUID, list[str]]:
    """Return the inquiries that fit what a person says, each with the names of what fits.

    ``said`` holds texts by any names, such as ``email``, ``phone`` and ``name``; empty ones find
    nothing. An inquiry that was merged stands for the one that it goes on in. Raises
    PermissionDenied for all but leads.
    """
    _refuse_others(actor)
    with suppress(SealingError):  # the worker says so, when it runs the same as a job
        index_submissions()
    visible = Inquiry.objects.visible_to(actor)
    found: dict[uuid.UUID, list[str]] = {}
    for name, text in said.items():
        if text.strip():
            hits = search(visible, text).values_list("pk", "merged_into")
            for pk in {into or pk for pk, into in hits[:MOST_FOUND]}:
                found.setdefault(pk, []).append(name)
    return found


@transaction.atomic
def give_copy(
    *,
    inquiry_ids: Iterable[uuid.UUID],
    identity: IdentityCheck,
    actor: User,
    language: str,
    with_notes: bool = True,
    request: HttpRequest | None = None,
) -> str:
    """Return all that is kept of a person with these inquiries as plain text, in a language.

    What staff did and who saw it is in it. Raises PermissionDenied for all but leads, and
    RefusedError where nothing was chosen.
    """
    _refuse_others(actor)
    opened = []
    for inquiry in _chosen(inquiry_ids, actor).for_page():
        record("inquiry.copy_given", inquiry, actor, request, identity=identity, notes=with_notes)
        opened.append(read_all(inquiry=inquiry, reader=actor))
    if not opened:
        raise RefusedError(_("Choose at least one inquiry."))
    return copy_text(opened, reader=actor, language=language, with_notes=with_notes)


@dataclass(frozen=True)
class Asked:
    """For which inquiries an erasure was asked, and why for others not, by reference."""

    references: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def ask_to_erase(
    *,
    inquiry_ids: Iterable[uuid.UUID],
    identity: IdentityCheck,
    actor: User,
    request: HttpRequest | None = None,
) -> Asked:
    """Write down that a person wants to be erased, as the private page would.

    So it can be taken back for seven days; then the worker erases, or a lead decides where the
    pre-screen was passed or a hold stands. Raises PermissionDenied for all but leads.
    """
    _refuse_others(actor)
    result = Asked()
    chosen = _chosen(inquiry_ids, actor).order_by("pk").select_for_update(of=("self",))
    for inquiry in chosen:
        try:
            _ask_to_erase(inquiry)
        except RefusedError as refusal:
            result.refused.append((inquiry.reference, str(refusal)))
            continue
        record("inquiry.erasure_asked", inquiry, actor, request, identity=identity)
        result.references.append(inquiry.reference)
    return result


def _ask_to_erase(inquiry: Inquiry) -> None:
    refuse_erased(inquiry)
    standing = SenderRequest.objects.about(inquiry).standing()
    if standing.filter(kind=RequestKind.ERASE).exists():
        raise RefusedError(_("This was asked for already."))
    now = timezone.now()
    row = SenderRequest(
        receipt=current_receipt(inquiry),
        kind=RequestKind.ERASE,
        asked_at=now,
        undo_until=now + TIME_TO_UNDO,
    )
    row.seal_in({})
    row.save(force_insert=True)


@transaction.atomic
def take_back(
    *,
    inquiry_id: uuid.UUID,
    sender_request: uuid.UUID,
    identity: IdentityCheck,
    actor: User,
    version: int,
    request: HttpRequest | None = None,
) -> Inquiry:
    """Take back, for a person whom a lead identified, the wish to withdraw or to be erased.

    Raises RefusedError for all but leads, and when its time is over.
    """
    inquiry = locked(inquiry_id, actor, version)
    if not user_may_answer_persons(actor):
        raise RefusedError(_("Only a lead decides about this."))
    now = timezone.now()
    rows = SenderRequest.objects.about(inquiry).standing().filter(kind__in=STOPPING)
    row = rows.filter(pk=sender_request, undo_until__gt=now).first()
    if row is None:
        raise RefusedError(_("This cannot be taken back any more."))
    undo = SenderRequest(receipt_id=row.receipt_id, kind=RequestKind.UNDO, about=row, asked_at=now)
    undo.seal_in({})
    undo.save(force_insert=True)
    save(inquiry)
    record("inquiry.request_taken_back", inquiry, actor, request, identity=identity)
    return inquiry


def _chosen(inquiry_ids: Iterable[uuid.UUID], actor: User) -> InquiryQuerySet:
    visible: InquiryQuerySet = Inquiry.objects.visible_to(actor)
    return visible.filter(pk__in=list(inquiry_ids), merged_into=None)


def _refuse_others(actor: User) -> None:
    if not user_may_answer_persons(actor):
        raise PermissionDenied
