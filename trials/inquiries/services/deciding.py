"""What staff do with what a sender asked for, and with urgent words."""

import uuid

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.models import User
from clinic.sealing import SealingError
from trials.inquiries.models import Inquiry, SenderRequest
from trials.inquiries.permissions import user_is_lead
from trials.inquiries.retention_enums import HoldReason
from trials.inquiries.sender_enums import IdentityCheck, KeepReason, RequestKind, RequestOutcome
from trials.inquiries.services.applying import apply_contact
from trials.inquiries.services.changing import RefusedError, locked, record, save
from trials.inquiries.services.erasing import decide_to_erase
from trials.inquiries.services.holding import hold, refuse_held


def _request_of(inquiry: Inquiry, request_id: uuid.UUID, kind: RequestKind) -> SenderRequest:
    if inquiry.merged_into_id:
        raise RefusedError(_("This inquiry goes on in another one. A lead can undo the merge."))
    found = (
        SenderRequest.objects.about(inquiry)
        .filter(kind=kind)
        .standing()
        .select_for_update(of=("self",))
        .filter(pk=request_id)
        .first()
    )
    if found is None:
        raise RefusedError(_("This request does not stand any more."))
    return found


@transaction.atomic
def confirm_contact(
    *,
    inquiry_id: uuid.UUID,
    sender_request: uuid.UUID,
    identity: IdentityCheck,
    actor: User,
    version: int,
    request: HttpRequest | None = None,
) -> Inquiry:
    """Use the new contact data from now on, after the sender was verified."""
    inquiry = locked(inquiry_id, actor, version)
    contact = _request_of(inquiry, sender_request, RequestKind.CONTACT)
    try:
        apply_contact(inquiry, contact, timezone.now())
    except SealingError as error:
        refusal = _("What the sender wrote cannot be read, and this step needs it.")
        raise RefusedError(refusal) from error
    save(inquiry)
    record("inquiry.contact_confirmed", inquiry, actor, request, identity=identity)
    return inquiry


@transaction.atomic
def decide_erasure(
    *,
    inquiry_id: uuid.UUID,
    sender_request: uuid.UUID,
    keep_reason: str,
    actor: User,
    version: int,
    request: HttpRequest | None = None,
) -> None:
    """Have erased, or keep for a reason, what a lead decides about; raises RefusedError for others.

    Not before the sender's days to undo are over, and not while a hold stands. What is kept is on
    hold from then on. The private page shows the decision.
    """
    inquiry = locked(inquiry_id, actor, version)
    if not user_is_lead(actor):
        raise RefusedError(_("Only a lead decides about this."))
    asked = _request_of(inquiry, sender_request, RequestKind.ERASE)
    if asked.outcome != RequestOutcome.FOR_DECISION:
        raise RefusedError(_("The sender can still take this back. Decide after that."))
    if not keep_reason:
        refuse_held(inquiry)
        decide_to_erase(inquiry=inquiry, actor=actor, why="sender", request=request)
        return
    asked.keep_reason = KeepReason(keep_reason)
    asked.outcome, asked.settled_at = RequestOutcome.KEPT, timezone.now()
    asked.save()
    hold(inquiry=inquiry, reason=HoldReason(keep_reason), actor=actor, request=request)
    save(inquiry)
    record("inquiry.erasure_refused", inquiry, actor, request, reason=keep_reason)


@transaction.atomic
def handle_urgency(
    *, inquiry_id: uuid.UUID, actor: User, version: int, request: HttpRequest | None = None
) -> Inquiry:
    """Take the mark of urgent words away: somebody has dealt with them."""
    inquiry = locked(inquiry_id, actor, version)
    if inquiry.urgent_at is None:
        raise RefusedError(_("This inquiry is not marked as urgent."))
    inquiry.urgent_at = None
    inquiry.merged.update(urgent_at=None)
    save(inquiry)
    record("inquiry.urgency_handled", inquiry, actor, request)
    return inquiry
