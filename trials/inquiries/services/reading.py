"""Opening sealed data: the audit event and the reading are one transaction, or neither happens."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from clinic.audit import record_event
from clinic.models import User
from trials.inquiries.access import covering_for, emergency_access
from trials.inquiries.models import (
    Attempt,
    EmergencyAccess,
    Inquiry,
    Note,
    SenderRequest,
    Submission,
)
from trials.inquiries.presentation import contact_warnings
from trials.inquiries.sender_enums import RequestKind
from trials.inquiries.services.changing import show_on_receipt
from trials.inquiries.services.sender_reading import OpenRequest, open_requests


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
    requests: list[OpenRequest]
    # By which the reader sees it, who else would not.
    emergency: EmergencyAccess | None = None

    @property
    def answers(self) -> dict[str, Any] | None:
        """Return what the sender wrote last."""
        return self.submissions[-1].answers if self.submissions else None

    @property
    def unreadable(self) -> int:
        """Return how many parts cannot be read."""
        texts = [text for _row, text in (*self.notes, *self.attempts)]
        answers = [sent.answers for sent in self.submissions]
        asked = [request.answers for request in self.requests]
        return [*texts, *answers, *asked].count(None)


@transaction.atomic
def open_inquiry(*, inquiry_id: uuid.UUID, actor: User, request: HttpRequest | None) -> OpenInquiry:
    """Return one inquiry in plain text with all that was merged into it.

    Raises Http404 unless it is visible. What cannot be read is left out of it and written down:
    the rest may be all that staff need.
    """
    inquiry = get_object_or_404(Inquiry.objects.readable_by(actor).for_page(), pk=inquiry_id)
    emergency = emergency_access(inquiry, actor)
    _record("inquiry.opened", inquiry, actor, request, **_through(inquiry, actor, emergency))
    _mark_read(inquiry)
    opened = read_all(inquiry=inquiry, reader=actor, emergency=emergency)
    if opened.unreadable:
        _record("inquiry.open_failed", inquiry, actor, request, unreadable=opened.unreadable)
    return opened


def read_all(
    *, inquiry: Inquiry, reader: User, emergency: EmergencyAccess | None = None
) -> OpenInquiry:
    """Return an inquiry in plain text; callers let the reader in and write the audit event."""
    family = [inquiry.pk, *(merged.pk for merged in inquiry.merged.all())]
    # What is to be erased is opened by nobody any more.
    readable = family if inquiry.erased_at or not inquiry.is_gone else []
    notes = Note.objects.filter(inquiry__in=readable).visible_to(reader)
    texts = {
        note: (note.unsealed_or_none() or {}).get("text")
        for note in notes.select_related("author", "attempt")
    }
    of_attempts = {note.attempt_id: text for note, text in texts.items()}
    attempts = Attempt.objects.filter(inquiry__in=family).select_related("by")
    submissions = Submission.objects.filter(inquiry__in=readable)
    return OpenInquiry(
        inquiry=inquiry,
        submissions=[OpenSubmission(sent, sent.unsealed_or_none()) for sent in submissions],
        notes=[(note, text) for note, text in texts.items() if note.attempt_id is None],
        attempts=[(attempt, of_attempts.get(attempt.pk, "")) for attempt in attempts],
        requests=[] if inquiry.is_gone else open_requests(inquiry),
        emergency=emergency,
    )


def _record(
    action: str, inquiry: Inquiry, actor: User, request: HttpRequest | None, **data: Any
) -> None:
    record_event(
        action=action,
        actor=actor,
        object_type="inquiry",
        object_id=inquiry.pk,
        data=data,
        request=request,
    )


def _through(inquiry: Inquiry, actor: User, emergency: EmergencyAccess | None) -> dict[str, Any]:
    """Return what the audit adds to a look that is not in one's own right."""
    if emergency:
        return {"emergency": emergency.pk}
    covering = covering_for(inquiry, actor)
    return {"covering": covering} if covering else {}


def _mark_read(inquiry: Inquiry) -> None:
    if inquiry.first_opened_at is None:
        # As it is now, under the lock: what the page shows must not be older than a change.
        now = Inquiry.objects.select_for_update().get(pk=inquiry.pk)
        inquiry.first_opened_at = now.first_opened_at = now.first_opened_at or timezone.now()
        now.save(update_fields=["first_opened_at"])
        show_on_receipt(now)


@dataclass(frozen=True)
class Listed:
    """What a row of the list shows of the sender; None where it cannot be read."""

    answers: dict[str, Any] | None
    is_corrected: bool
    is_merged: bool
    # What the sender waits for.
    requests: list[str]

    @property
    def name(self) -> str | None:
        """Return the sender's name."""
        return self.answers["name"] if self.answers else None

    @property
    def contact_warnings(self) -> list[str]:
        """Return what must be known before the sender is reached."""
        return contact_warnings(self.answers) if self.answers else []


@transaction.atomic
def open_listed(
    *, inquiries: Iterable[Inquiry], action: str, actor: User, request: HttpRequest | None
) -> dict[uuid.UUID, Listed]:
    """Return what the senders of listed inquiries wrote last; one audit event names all of them.

    One row that cannot be read does not hide the others.
    """
    listed = [inquiry.pk for inquiry in inquiries]
    record_event(
        action=action,
        actor=actor,
        object_type="inquiry",
        data={"ids": [str(pk) for pk in listed]},
        request=request,
    )
    sent: dict[uuid.UUID, list[Any]] = {pk: [] for pk in listed}
    for submission in _submissions_of(listed):
        # A merged inquiry may be listed itself, beside the one that goes on.
        for pk in (submission.inquiry_id, submission.inquiry.merged_into_id):
            if pk in sent:
                sent[pk].append(submission)
    return {pk: _listed(pk, submissions) for pk, submissions in sent.items()}


def _submissions_of(listed: list[uuid.UUID]) -> Iterable[Any]:
    """Return what was sent to inquiries and to those merged into them, the oldest first.

    Each with what its sender waits for.
    """
    own = Inquiry.objects.filter(pk__in=listed).values("pk")
    merged = Inquiry.objects.filter(merged_into__in=listed).values("pk")
    asked = SenderRequest.objects.standing().filter(
        receipt__reference=OuterRef("inquiry__reference")
    )
    submissions = Submission.objects.filter(inquiry__in=own.union(merged)).exclude(
        inquiry__in=Inquiry.objects.to_erase().values("pk")
    )
    return (
        submissions.annotate(asked=ArraySubquery(asked.values("kind")))
        .select_related("inquiry")
        .order_by("received_at")
    )


def _listed(pk: uuid.UUID, submissions: list[Any]) -> Listed:
    kinds = {kind for sent in submissions for kind in sent.asked}
    return Listed(
        answers=submissions[-1].unsealed_or_none() if submissions else None,
        is_corrected=len(submissions) > 1,
        is_merged=any(sent.inquiry_id != pk for sent in submissions),
        requests=[str(kind.label) for kind in RequestKind if kind in kinds],
    )
