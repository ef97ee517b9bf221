"""What staff do with an inquiry: assign, change its state, attempt, note, release."""

import uuid
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.audit import record_event
from clinic.models import User
from clinic.models.outbox import Audience
from clinic.outbox import cancel_for_subject, enqueue
from clinic.sealing import SealingError
from trials.inquiries.enums import (
    CLOSINGS,
    ENDS,
    OPEN,
    SILENCING,
    STEPS,
    TRANSITIONS,
    Channel,
    Closing,
    InquiryState,
    Outcome,
    Visibility,
    may_follow,
)
from trials.inquiries.models import Attempt, Inquiry, Note, ReceiptStatus
from trials.inquiries.permissions import possible_assignees, user_is_lead
from trials.inquiries.reach import given_channels, tried_enough
from trials.inquiries.services.accepting import confirm_by_mail
from trials.inquiries.tokens import receipt_hash, receipt_token


class RefusedError(Exception):
    """Staff asked for something that the rules do not allow; the text says why."""


class StaleError(RefusedError):
    """Somebody else changed the inquiry since it was shown."""


def _locked(inquiry_id: uuid.UUID, actor: User, version: int) -> Inquiry:
    inquiry = get_object_or_404(
        Inquiry.objects.visible_to(actor).select_for_update(of=("self",)), pk=inquiry_id
    )
    if inquiry.version != version:
        raise StaleError(_("Somebody else changed this inquiry just now. Look at it again."))
    return inquiry


def _save(inquiry: Inquiry) -> None:
    inquiry.version += 1
    inquiry.save()
    token_hash = receipt_hash(receipt_token(inquiry.pk, inquiry.receipt_renewal))
    step = STEPS[InquiryState(inquiry.state)]
    ReceiptStatus.objects.filter(token_hash=token_hash).exclude(step=step).update(
        step=step, step_at=timezone.now()
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
    inquiry = _locked(inquiry_id, actor, version)
    if not possible_assignees(inquiry, actor).filter(pk=assignee.pk).exists():
        raise RefusedError(_("This person is not on the team of this trial."))
    before = inquiry.assignee_id
    inquiry.assignee = assignee
    if inquiry.state == InquiryState.NEW:
        inquiry.state = InquiryState.ASSIGNED
    _save(inquiry)
    _record("inquiry.assigned", inquiry, actor, request, before=before, after=assignee.pk)
    return inquiry


@transaction.atomic
def change_state(
    *,
    inquiry_id: uuid.UUID,
    state: InquiryState,
    actor: User,
    version: int,
    closing: str = "",
    request: HttpRequest | None = None,
) -> Inquiry:
    """Move an inquiry along the table; raises RefusedError for what the table does not allow."""
    inquiry = _locked(inquiry_id, actor, version)
    before = inquiry.state
    if not may_follow(before, state, is_lead=user_is_lead(actor)):
        raise RefusedError(_("This step is not possible from the present state."))
    if state == InquiryState.COULD_NOT_REACH:
        _refuse_unless_tried(inquiry)
    _close_or_reopen(inquiry, state, closing)
    inquiry.state = state
    if state in OPEN and inquiry.assignee_id is None:
        inquiry.assignee = actor
    _save(inquiry)
    _record(
        "inquiry.state_changed",
        inquiry,
        actor,
        request,
        before=before,
        after=state,
        closing=closing,
    )
    return inquiry


def _answers(inquiry: Inquiry) -> dict[str, Any]:
    try:
        return inquiry.open_answers()
    except SealingError as error:
        refusal = _("What the sender wrote cannot be read, and this step needs it.")
        raise RefusedError(refusal) from error


def _refuse_unless_tried(inquiry: Inquiry) -> None:
    answers = _answers(inquiry)
    if not tried_enough(
        attempts=list(inquiry.attempts.values_list("channel", "at")),
        given=given_channels(answers["email"], answers["phone"]),
        now=timezone.now(),
    ):
        raise RefusedError(
            _("Needed first: three attempts, by every channel the sender gave, over two weeks.")
        )


def _close_or_reopen(inquiry: Inquiry, state: InquiryState, closing: str) -> None:
    if state not in ENDS:
        inquiry.closing, inquiry.closed_at = "", None
        return
    if closing not in CLOSINGS[state]:
        raise RefusedError(_("Say how the sender learns of the end, or why not."))
    inquiry.closing, inquiry.closed_at = closing, timezone.now()
    if state in SILENCING:
        cancel_for_subject("inquiry", inquiry.pk)
    if closing == Closing.MESSAGE:
        if not _answers(inquiry)["email"]:
            raise RefusedError(_("The sender gave no email address: tell them another way."))
        enqueue(
            template="inquiry_closed",
            subject_type="inquiry",
            subject_id=inquiry.pk,
            audience=Audience.SENDER,
            language=inquiry.language,
        )


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
    request: HttpRequest | None = None,
) -> Attempt:
    """Write down one try to reach the sender; the first one stops the reply clock."""
    inquiry = _locked(inquiry_id, actor, version)
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
    follows_by_itself = (InquiryState.NEW, InquiryState.ASSIGNED, InquiryState.ATTEMPTING)
    if inquiry.state in follows_by_itself and reached in TRANSITIONS[InquiryState(inquiry.state)]:
        inquiry.state = reached
    if inquiry.assignee_id is None:
        inquiry.assignee = actor
    _save(inquiry)
    _record("inquiry.attempted", inquiry, actor, request, channel=channel, outcome=outcome)
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
    inquiry = get_object_or_404(Inquiry.objects.visible_to(actor), pk=inquiry_id)
    note = _write_note(inquiry, actor, text, visibility, None)
    _record("inquiry.noted", inquiry, actor, request, note=str(note.pk))
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


@transaction.atomic
def release(
    *, inquiry_id: uuid.UUID, actor: User, version: int, request: HttpRequest | None = None
) -> Inquiry:
    """Take an inquiry out of quarantine and send the confirmation that was held back."""
    inquiry = _locked(inquiry_id, actor, version)
    if not inquiry.is_quarantined:
        raise RefusedError(_("This inquiry is not in quarantine."))
    inquiry.is_quarantined = False
    _save(inquiry)
    if inquiry.is_open and _answers(inquiry)["email"]:
        confirm_by_mail(inquiry)
    _record("inquiry.released", inquiry, actor, request)
    return inquiry
