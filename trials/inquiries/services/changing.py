"""What every change to an inquiry does: lock, raise the version, tell the receipts, record."""

import uuid
from typing import Any

from django.db.models import Case, DateTimeField, F, Max, Q, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.audit import record_event
from clinic.models import User
from clinic.sealing import SealingError
from trials.inquiries.access import covering_for
from trials.inquiries.enums import (
    BOOKED,
    PRE_SCREENED,
    REACHED,
    STEPS,
    InquiryState,
    ReceiptStep,
)
from trials.inquiries.later_enums import LISTABLE
from trials.inquiries.models import Attempt, Inquiry, LaterConsent, ReceiptStatus
from trials.inquiries.sender_enums import PauseReason
from trials.inquiries.services.clocks import end_pauses
from trials.inquiries.tokens import receipt_hash, receipt_token


class RefusedError(Exception):
    """Staff asked for something that the rules do not allow; the text says why."""


class StaleError(RefusedError):
    """Somebody else changed the inquiry since it was shown."""


def locked(inquiry_id: uuid.UUID, actor: User, version: int) -> Inquiry:
    """Return an inquiry that the actor may change, locked.

    Raises Http404, StaleError, and RefusedError for one that was erased or will be.
    """
    inquiry: Inquiry = get_object_or_404(
        Inquiry.objects.visible_to(actor).select_for_update(of=("self",)), pk=inquiry_id
    )
    if inquiry.version != version:
        raise StaleError(_("Somebody else changed this inquiry just now. Look at it again."))
    refuse_erased(inquiry)
    note_covering(inquiry, actor)
    return inquiry


def refuse_erased(inquiry: Inquiry) -> None:
    """Raise RefusedError for what is only a tombstone, or will be in a moment."""
    if inquiry.is_gone:
        raise RefusedError(_("This inquiry was erased. Nothing can be done with it any more."))


def note_covering(inquiry: Inquiry, actor: User) -> list[int]:
    """Return for whom the actor stands in with this inquiry, as it was before any change."""
    if "_covering" not in inquiry.__dict__:
        inquiry.__dict__["_covering"] = covering_for(inquiry, actor)
    covering: list[int] = inquiry.__dict__["_covering"]
    return covering


def take(inquiry: Inquiry, actor: User) -> None:
    """Give an inquiry without an assignee to who works on it, or to whom they stand in for."""
    if inquiry.assignee_id is None:
        inquiry.assignee_id = next(iter(note_covering(inquiry, actor)), actor.pk)


def save(inquiry: Inquiry) -> None:
    """Save a locked inquiry as its next version and let the sender's pages follow."""
    inquiry.version += 1
    _note_steps(inquiry)
    if inquiry.clock_paused_at and not inquiry.awaits_attempt:
        end_pauses(inquiry, inquiry.first_attempt_at or inquiry.closed_at or timezone.now())
    inquiry.save()
    show_on_receipt(inquiry)


_STEPS_NOTED = {
    "reached_at": REACHED,
    "pre_screened_at": PRE_SCREENED,
    "visit_booked_at": BOOKED,
    "enrolled_at": (InquiryState.ENROLLED,),
}


def _note_steps(inquiry: Inquiry) -> None:
    """Note when an inquiry came to a step first; it stays true whatever comes after."""
    for name, states in _STEPS_NOTED.items():
        if inquiry.state in states and getattr(inquiry, name) is None:
            setattr(inquiry, name, timezone.now())
    if inquiry.state == InquiryState.VISIT_BOOKED:
        # The one way back from "enrolled": that was a mistake.
        inquiry.enrolled_at = None


def show_on_receipt(inquiry: Inquiry) -> None:
    """Bring the sender's pages up to date; in the transaction that changed the inquiry.

    All inquiries that were merged into one say how that one stands.
    """
    inquiry = inquiry.merged_into or inquiry
    now, step = timezone.now(), _step(inquiry)
    read_at = inquiry.first_opened_at or (None if step == ReceiptStep.RECEIVED else now)
    family = Inquiry.objects.filter(Q(pk=inquiry.pk) | Q(merged_into=inquiry))
    renewals = dict(family.values_list("pk", "receipt_renewal"))
    hashes = [receipt_hash(receipt_token(pk, renewal)) for pk, renewal in renewals.items()]
    attempts = Attempt.objects.filter(inquiry__in=renewals)
    listed_until = None
    if inquiry.state in LISTABLE:
        consents = LaterConsent.objects.running().filter(inquiry=inquiry)
        listed_until = consents.values_list("until", flat=True).first()
    ReceiptStatus.objects.filter(token_hash__in=hashes).update(
        step_at=Case(When(step=step, then=F("step_at")), default=Value(now)),
        step=step,
        reply_due_at=inquiry.reply_due_at,
        read_at=Coalesce(F("read_at"), Value(read_at, DateTimeField())),
        tried_at=attempts.aggregate(last=Max("at"))["last"],
        closed_at=inquiry.closed_at,
        is_pre_screened=inquiry.was_pre_screened(),
        listed_until=listed_until,
        needs_contact=inquiry.pauses.filter(
            reason=PauseReason.CONTACT_UNUSABLE, ended_at=None
        ).exists(),
    )


def _step(inquiry: Inquiry) -> ReceiptStep:
    if inquiry.erased_at:
        return ReceiptStep.ERASED
    if inquiry.erasure_decided_at:
        return ReceiptStep.ERASING
    step = STEPS[InquiryState(inquiry.state)]
    was_read = step == ReceiptStep.RECEIVED and inquiry.first_opened_at is not None
    return ReceiptStep.READ if was_read else step


def record(
    action: str, inquiry: Inquiry, actor: User | None, request: HttpRequest | None, **data: Any
) -> None:
    """Write what was done into the audit, and for whom somebody stood in."""
    if actor and (covering := note_covering(inquiry, actor)):
        data["covering"] = covering
    record_event(
        action=action,
        actor=actor,
        object_type="inquiry",
        object_id=inquiry.pk,
        data=data,
        request=request,
    )


def answers_of(inquiry: Inquiry) -> dict[str, Any]:
    """Return what the sender wrote last; raises RefusedError where that cannot be read."""
    try:
        return inquiry.open_answers()
    except SealingError as error:
        refusal = _("What the sender wrote cannot be read, and this step needs it.")
        raise RefusedError(refusal) from error
