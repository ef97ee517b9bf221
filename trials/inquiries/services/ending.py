"""Moving an inquiry along the table of states, and ending it: never in silence."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.models import AuditEvent, User
from trials.inquiries.enums import (
    CLOSINGS,
    ENDS,
    NEXT_STEPS,
    OPEN,
    REASONS,
    SILENCING,
    TOLD_BY,
    Closing,
    InquiryState,
    may_follow,
)
from trials.inquiries.later_enums import LISTABLE, LaterEnd
from trials.inquiries.models import Attempt, Inquiry
from trials.inquiries.permissions import user_is_lead
from trials.inquiries.reach import Missing, given_channels, mail_address, missing_attempts
from trials.inquiries.reach_words import missing_words
from trials.inquiries.services.changing import RefusedError, answers_of, locked, record, save, take
from trials.inquiries.services.listing import end_listing
from trials.inquiries.services.writing import (
    cancel_all_messages,
    send_closing_message,
    take_back_closing_message,
    write_to_sender,
)


@transaction.atomic
def change_state(
    *,
    inquiry_id: uuid.UUID,
    state: InquiryState,
    actor: User,
    version: int,
    closing: str = "",
    reason: str = "",
    tell_sender: bool = False,
    request: HttpRequest | None = None,
) -> Inquiry:
    """Move an inquiry along the table; raises RefusedError for what the table does not allow.

    An end needs its ``closing``, and a ``reason`` where the table of reasons has some. With
    ``tell_sender`` a message says that there is a next step, for those states that are one.
    """
    inquiry = locked(inquiry_id, actor, version)
    before = inquiry.state
    if not may_follow(before, state, is_lead=user_is_lead(actor)):
        raise RefusedError(_("This step is not possible from the present state."))
    if state == InquiryState.DUPLICATE:
        raise RefusedError(_("Merge it into the other inquiry: then nothing is lost."))
    if inquiry.merged_into_id:
        raise RefusedError(_("This inquiry goes on in another one. A lead can undo the merge."))
    if state == InquiryState.TRIAL_CLOSED:
        _refuse_while_another_trial_is_open(inquiry)
    if state == InquiryState.COULD_NOT_REACH:
        _refuse_unless_tried(inquiry)
    _close_or_reopen(inquiry, state, closing, reason)
    inquiry.state = state
    if tell_sender and state in NEXT_STEPS:
        write_to_sender(inquiry, "inquiry_next_step")
    if state in OPEN:
        take(inquiry, actor)
    if before in LISTABLE:
        end_listing(inquiry, LaterEnd.TAKEN_UP, actor)
    save(inquiry)
    data = {"before": before, "after": state, "closing": closing, "reason": inquiry.end_reason}
    record("inquiry.state_changed", inquiry, actor, request, **data)
    return inquiry


def missing_for(inquiry: Inquiry, answers: Mapping[str, Any]) -> Missing:
    """Return what the rule of "could not reach" still asks for, given what the sender told us."""
    given = given_channels(mail_address(answers), answers["phone"], answers.get("address", ""))
    attempts = Attempt.objects.filter(inquiry__in=inquiry.family())
    return missing_attempts(
        attempts=list(attempts.values_list("channel", "outcome", "at")),
        given=given,
        now=timezone.now(),
    )


def closing_attempts(inquiry: Inquiry) -> dict[Closing, Attempt]:
    """Return the newest call and letter in which the sender can have been told of an end.

    None from before the inquiry was opened again: that one told of another end.
    """
    found = {}
    attempts = list(Attempt.objects.filter(inquiry__in=inquiry.family()).order_by("at"))
    opened_again = _opened_again_at(inquiry) if attempts else None
    for attempt in attempts:
        for closing, told_by in TOLD_BY.items():
            is_late_enough = opened_again is None or attempt.at > opened_again
            if (attempt.channel, attempt.outcome) == told_by and is_late_enough:
                found[closing] = attempt
    return found


def _opened_again_at(inquiry: Inquiry) -> datetime | None:
    """Return the minute in which an end was last undone: staff give no seconds of a call."""
    undone = AuditEvent.objects.filter(
        object_type="inquiry",
        object_id=str(inquiry.pk),
        action="inquiry.state_changed",
        data__before__in=[str(end) for end in ENDS],
    )
    at = undone.order_by("-at").values_list("at", flat=True).first()
    return at.replace(second=0, microsecond=0) - timedelta(microseconds=1) if at else None


def _refuse_while_another_trial_is_open(inquiry: Inquiry) -> None:
    """One of several trials closed: that is a task, and no end while the person can go on.

    Of a single trial staff may know before the registry does that it is closed.
    """
    named = list(inquiry.trials.values_list("nct_id", "our_site_open"))
    still_open = [nct_id for nct_id, is_open in named if is_open]
    if len(named) > 1 and still_open:
        raise RefusedError(
            _("%(ids)s is still open here: go on with it, or take it off this inquiry first.")
            % {"ids": ", ".join(still_open)}
        )


def _refuse_unless_tried(inquiry: Inquiry) -> None:
    answers = answers_of(inquiry)
    if missing := missing_for(inquiry, answers):
        raise RefusedError(missing_words(missing))


def _close_or_reopen(inquiry: Inquiry, state: InquiryState, closing: str, reason: str) -> None:
    inquiry.closing_attempt = inquiry.not_told_at = None
    inquiry.end_reason = ""
    if inquiry.state in ENDS:
        take_back_closing_message(inquiry)
    if state not in ENDS:
        inquiry.closing, inquiry.closed_at = "", None
        return
    if closing not in CLOSINGS[state]:
        raise RefusedError(_("Say how the sender learns of the end, or why not."))
    if state in REASONS:
        if reason not in REASONS[state]:
            raise RefusedError(_("Say why it ends: choose a reason that fits this end."))
        inquiry.end_reason = reason
    inquiry.closing, inquiry.closed_at = closing, timezone.now()
    if state in SILENCING:
        cancel_all_messages(inquiry)
    if closing in TOLD_BY:
        inquiry.closing_attempt = _attempt_that_told(inquiry, Closing(closing))
    if closing == Closing.MESSAGE:
        send_closing_message(inquiry)


def _attempt_that_told(inquiry: Inquiry, closing: Closing) -> Attempt:
    attempt = closing_attempts(inquiry).get(closing)
    if attempt is None:
        raise RefusedError(_("Record the call or letter first, in which the sender was told."))
    return attempt
