"""Opening sealed data: the audit event and the reading are one transaction, or neither happens."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from clinic.audit import record_event
from clinic.models import User
from clinic.sealing import SealingError
from trials.inquiries.enums import ReceiptStep
from trials.inquiries.models import Attempt, Inquiry, Note, ReceiptStatus, Submission
from trials.inquiries.tokens import receipt_hash, receipt_token


@dataclass(frozen=True)
class OpenSubmission:
    """One sending of the form in plain text."""

    submission: Submission
    answers: dict[str, Any]


@dataclass(frozen=True)
class OpenInquiry:
    """An inquiry as staff see it, in plain text."""

    inquiry: Inquiry
    submissions: list[OpenSubmission]
    notes: list[tuple[Note, str]]
    attempts: list[tuple[Attempt, str]]

    @property
    def answers(self) -> dict[str, Any]:
        """Return what the sender wrote last."""
        return self.submissions[-1].answers


@transaction.atomic
def open_inquiry(*, inquiry_id: uuid.UUID, actor: User, request: HttpRequest | None) -> OpenInquiry:
    """Return one inquiry in plain text; raises Http404 unless visible, SealingError if broken."""
    inquiry = get_object_or_404(Inquiry.objects.visible_to(actor).for_listing(), pk=inquiry_id)
    record_event(
        action="inquiry.opened",
        actor=actor,
        object_type="inquiry",
        object_id=inquiry.pk,
        request=request,
    )
    _mark_read(inquiry)
    notes = inquiry.notes.visible_to(actor).select_related("author", "attempt")
    texts = {note: note.unsealed()["text"] for note in notes}
    of_attempts = {note.attempt_id: text for note, text in texts.items()}
    return OpenInquiry(
        inquiry=inquiry,
        submissions=[OpenSubmission(sent, sent.unsealed()) for sent in inquiry.submissions.all()],
        notes=[(note, text) for note, text in texts.items() if note.attempt_id is None],
        attempts=[
            (attempt, of_attempts.get(attempt.pk, ""))
            for attempt in inquiry.attempts.select_related("by")
        ],
    )


def _mark_read(inquiry: Inquiry) -> None:
    if inquiry.first_opened_at is None:
        now = timezone.now()
        Inquiry.objects.filter(pk=inquiry.pk, first_opened_at__isnull=True).update(
            first_opened_at=now
        )
        ReceiptStatus.objects.filter(
            token_hash=receipt_hash(receipt_token(inquiry.pk, inquiry.receipt_renewal)),
            step=ReceiptStep.RECEIVED,
        ).update(step=ReceiptStep.READ, step_at=now)


@transaction.atomic
def open_names(
    *, inquiries: Iterable[Inquiry], action: str, actor: User, request: HttpRequest | None
) -> dict[uuid.UUID, str]:
    """Return the senders' names of listed inquiries; one audit event names all of them.

    A payload that cannot be opened gives an empty name: one broken row must not hide the others.
    """
    listed = list(inquiries)
    record_event(
        action=action,
        actor=actor,
        object_type="inquiry",
        data={"ids": [str(inquiry.pk) for inquiry in listed]},
        request=request,
    )
    return {inquiry.pk: _name(inquiry) for inquiry in listed}


def _name(inquiry: Inquiry) -> str:
    try:
        return list(inquiry.submissions.all())[-1].unsealed()["name"]
    except (SealingError, IndexError):
        return ""
