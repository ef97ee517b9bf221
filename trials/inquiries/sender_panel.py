"""What the page of an inquiry shows of the sender's private page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from clinic.models import User
from trials.inquiries.permissions import user_is_lead
from trials.inquiries.sender_enums import STOPPING, IdentityCheck, KeepReason, PauseReason
from trials.inquiries.services import OpenInquiry


@dataclass(frozen=True)
class SenderPanel:
    """What the page of an inquiry needs to show a sender's requests."""

    identity_checks: Sequence[tuple[str, str | Promise]]
    keep_reasons: Sequence[tuple[str, str | Promise]]
    is_lead: bool
    # Not in an emergency, which opens for reading, nor where another inquiry goes on.
    may_act: bool
    waits_for_contact: bool
    # What to do first: one thing, also where the sender both needs help and wants to stop.
    is_urgent: bool
    is_stopping: bool


def sender_panel(opened: OpenInquiry, user: User) -> SenderPanel:
    """Return the panel of an inquiry for a user."""
    inquiry = opened.inquiry
    return SenderPanel(
        identity_checks=IdentityCheck.choices,
        keep_reasons=KeepReason.choices,
        is_lead=user_is_lead(user),
        may_act=opened.emergency is None and inquiry.merged_into_id is None,
        is_urgent=bool(inquiry.urgent_at) and inquiry.is_open,
        is_stopping=any(
            request.stands and request.row.kind in STOPPING for request in opened.requests
        ),
        waits_for_contact=any(
            pause.reason == PauseReason.CONTACT_UNUSABLE and pause.ended_at is None
            for pause in inquiry.pauses.all()
        ),
    )
