"""What staff do with an inquiry: assign, attempt, note, set the next action, release."""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.models import User
from trials.inquiries.enums import (
    TRANSITIONS,
    Channel,
    DraftKind,
    InquiryState,
    Outcome,
    Visibility,
)
from trials.inquiries.models import Attempt, Inquiry, Note, NoteDraft
from trials.inquiries.permissions import possible_assignees
from trials.inquiries.reach import mail_address
from trials.inquiries.services.accepting import confirm_by_mail
from trials.inquiries.services.changing import (
    RefusedError,
    answers_of,
    locked,
    record,
    refuse_erased,
    save,
    take,
)
from trials.inquiries.services.writing import write_to_sender


@transaction.atomic
def assign(
    *,
    inquiry_id: uuid.UUID,
    assignee: User,
    actor: User,
    version: int,
    request: HttpRequest | None = None,
) -> Inquiry:
    """Give an inquiry to a person; raises RefusedError for one who must not see it."""
    inquiry = locked(inquiry_id, actor, version)
    if not possible_assignees(inquiry, actor).filter(pk=assignee.pk).exists():
        raise RefusedError(_("This person is not on the team of this trial."))
    before = inquiry.assignee_id
    inquiry.assignee = assignee
    if inquiry.state == InquiryState.NEW:
        inquiry.state = InquiryState.ASSIGNED
    save(inquiry)
    record("inquiry.assigned", inquiry, actor, request, before=before, after=assignee.pk)
    return inquiry


@transaction.atomic
def record_attempt(
    *,
    inquiry_id: uuid.UUID,
    channel: Channel,
    outcome: Outcome,
    at: datetime,
    actor: User,
    version: int,
    text: str = "",
    next_action_on: date | None = None,
    tell_sender: bool = False,
    request: HttpRequest | None = None,
) -> Attempt:
    """Write down one try to reach the sender; the first one stops the reply clock.

    With ``tell_sender`` a message says that we tried.
    """
    inquiry = locked(inquiry_id, actor, version)
    if not inquiry.is_open:
        raise RefusedError(_("This inquiry is closed. Reopen it first."))
    # Staff give the minute; an attempt in the minute of receipt came after the receipt.
    if not inquiry.received_at.replace(second=0, microsecond=0) <= at <= timezone.now():
        raise RefusedError(_("An attempt lies between the receipt of the inquiry and now."))
    at = max(at, inquiry.received_at)
    attempt = Attempt.objects.create(
        inquiry=inquiry, channel=channel, outcome=outcome, at=at, by=actor
    )
    if text:
        _write_note(inquiry, actor, text, Visibility.TEAM, attempt)
    inquiry.first_attempt_at = min(at, inquiry.first_attempt_at or at)
    inquiry.next_action_on = next_action_on
    reached = InquiryState.IN_CONVERSATION if outcome == Outcome.SPOKE else InquiryState.ATTEMPTING
    if outcome == Outcome.SPOKE:
        inquiry.reached_at = min(at, inquiry.reached_at or at)
    follows_by_itself = (InquiryState.NEW, InquiryState.ASSIGNED, InquiryState.ATTEMPTING)
    if inquiry.state in follows_by_itself and reached in TRANSITIONS[InquiryState(inquiry.state)]:
        inquiry.state = reached
    take(inquiry, actor)
    if tell_sender:
        if outcome == Outcome.SPOKE:
            raise RefusedError(_("You spoke with the sender: no message says that we tried."))
        write_to_sender(inquiry, "inquiry_tried")
    save(inquiry)
    _drop_draft(inquiry, actor, DraftKind.ATTEMPT)
    record("inquiry.attempted", inquiry, actor, request, channel=channel, outcome=outcome)
    return attempt


@transaction.atomic
def add_note(
    *,
    inquiry_id: uuid.UUID,
    text: str,
    visibility: Visibility,
    actor: User,
    request: HttpRequest | None = None,
) -> Note:
    """Write a note, sealed; notes are added and never conflict with anything."""
    inquiry = get_object_or_404(Inquiry.objects.readable_by(actor), pk=inquiry_id)
    refuse_erased(inquiry)
    note = _write_note(inquiry, actor, text, visibility, None)
    _drop_draft(inquiry, actor, DraftKind.NOTE)
    record("inquiry.noted", inquiry, actor, request, note=str(note.pk))
    return note


def _write_note(
    inquiry: Inquiry, author: User, text: str, visibility: Visibility, attempt: Attempt | None
) -> Note:
    note = Note(
        inquiry=inquiry,
        author=author,
        attempt=attempt,
        written_at=timezone.now(),
        visibility=visibility,
    )
    note.seal_in({"text": text})
    note.save()
    return note


def _drop_draft(inquiry: Inquiry, user: User, kind: DraftKind) -> None:
    NoteDraft.objects.filter(inquiry=inquiry, user=user, kind=kind).delete()


@transaction.atomic
def set_next_action(
    *,
    inquiry_id: uuid.UUID,
    day: date | None,
    actor: User,
    version: int,
    request: HttpRequest | None = None,
) -> Inquiry:
    """Set the day on which somebody goes on with an inquiry, or none; people are reminded."""
    inquiry = locked(inquiry_id, actor, version)
    if not inquiry.is_open:
        raise RefusedError(_("This inquiry is closed. Reopen it first."))
    inquiry.next_action_on = day
    save(inquiry)
    after = day.isoformat() if day else ""
    record("inquiry.next_action_set", inquiry, actor, request, after=after)
    return inquiry


@transaction.atomic
def release(
    *, inquiry_id: uuid.UUID, actor: User, version: int, request: HttpRequest | None = None
) -> Inquiry:
    """Take an inquiry out of quarantine and send the confirmation that was held back."""
    inquiry = locked(inquiry_id, actor, version)
    if not inquiry.is_quarantined:
        raise RefusedError(_("This inquiry is not in quarantine."))
    inquiry.is_quarantined = False
    save(inquiry)
    if inquiry.is_open and mail_address(answers_of(inquiry)):
        confirm_by_mail(inquiry)
    record("inquiry.released", inquiry, actor, request)
    return inquiry
