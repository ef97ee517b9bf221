"""Inquiries that ended long ago, made the way staff make them end."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from clinic.models import OutboxMessage, User
from clinic.outbox import send_next
from tests.inquiries.factories import make_inquiry
from trials.inquiries import services
from trials.inquiries.enums import Closing, InquiryState
from trials.inquiries.models import Inquiry

YEARS = timedelta(days=5 * 365)


def make_ended(
    lead: User,
    *,
    state: InquiryState = InquiryState.NOT_INTERESTED,
    closing: Closing = Closing.TOLD,
    ago: timedelta = YEARS,
    is_read: bool = True,
    **overrides: Any,
) -> Inquiry:
    """Return an inquiry that was read, and ended some time ago; its mails have left."""
    inquiry = make_inquiry(**overrides)
    if is_read:
        services.open_inquiry(inquiry_id=inquiry.pk, actor=lead, request=None)
    reasons = {InquiryState.NOT_INTERESTED: "no_reason", InquiryState.NOT_ELIGIBLE: "age"}
    if state == InquiryState.NOT_INTERESTED:
        step(inquiry, lead, InquiryState.IN_CONVERSATION)
    step(inquiry, lead, state, closing=closing, reason=reasons.get(state, ""))
    while send_next():
        pass
    Inquiry.objects.filter(pk=inquiry.pk).update(closed_at=timezone.now() - ago)
    return fresh(inquiry)


def step(inquiry: Inquiry, actor: User, state: InquiryState, **more: Any) -> None:
    version = fresh(inquiry).version
    services.change_state(inquiry_id=inquiry.pk, state=state, actor=actor, version=version, **more)


def fresh(inquiry: Inquiry) -> Inquiry:
    return Inquiry.objects.get(pk=inquiry.pk)


def waits(inquiry: Inquiry) -> None:
    """Let every message about an inquiry be one that did not leave yet."""
    OutboxMessage.objects.for_subject("inquiry", inquiry.pk).update(sent_at=None, dead_at=None)
