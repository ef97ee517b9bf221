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
from trials.inquiries.enums import ReceiptStep
from trials.inquiries.models import Attempt, Inquiry, Note, ReceiptStatus, Submission
from trials.inquiries.tokens import receipt_hash, receipt_token


@dataclass(frozen=True)
class OpenSubmission:
    """One sending of the form in plain text; no answers where they cannot be read."""

    submission: Submission
    answers: dict[str, Any] | None


@dataclass(frozen=True)
class OpenInquiry:
    """An inquiry as staff see it, in plain text; None stands for a text that cannot be read."""

    inquiry: Inquiry
    submissions: list[OpenSubmission]
    notes: list[tuple[Note, str | None]]
    attempts: list[tuple[Attempt, str | None]]

    @property
    def answers(self) -> dict[str, Any] | None:
        """Return what the sender wrote last."""
        return self.submissions[-1].answers if self.submissions else None

    @property
    def unreadable(self) -> int:
        """Return how many parts cannot be read."""
        texts = [text for _row, text in (*self.notes, *self.attempts)]
        return [*texts, *(sent.answers for sent in self.submissions)].count(None)


@transaction.atomic
def open_inquiry(*, inquiry_id: uuid.UUID, actor: User, request: HttpRequest | None) -> OpenInquiry:
    """Return one inquiry in plain text; raises Http404 unless it is visible.

    What cannot be read is left out of it and written down: the rest may be all that staff need.
    """
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
    texts = {note: (note.unsealed_or_none() or {}).get("text") for note in notes}
    of_attempts = {note.attempt_id: text for note, text in texts.items()}
    opened = OpenInquiry(
        inquiry=inquiry,
        submissions=[
            OpenSubmission(sent, sent.unsealed_or_none()) for sent in inquiry.submissions.all()
        ],
        notes=[(note, text) for note, text in texts.items() if note.attempt_id is None],
        attempts=[
            (attempt, of_attempts.get(attempt.pk, ""))
            for attempt in inquiry.attempts.select_related("by")
        ],
    )
    if opened.unreadable:
        record_event(
            action="inquiry.open_failed",
            actor=actor,
            object_type="inquiry",
            object_id=inquiry.pk,
            data={"unreadable": opened.unreadable},
            request=request,
        )
    return opened


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
) -> dict[uuid.UUID, str | None]:
    """Return the senders' names of listed inquiries; one audit event names all of them.

    None stands for a name that cannot be read: one broken row must not hide the others.
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


def _name(inquiry: Inquiry) -> str | None:
    submissions = list(inquiry.submissions.all())
    answers = submissions[-1].unsealed_or_none() if submissions else None
    return answers["name"] if answers else None
