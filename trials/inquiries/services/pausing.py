"""Staff stop the reply clock while contact data cannot be used, and let it go on."""

import uuid

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.models import User
from trials.inquiries.models import Inquiry
from trials.inquiries.sender_enums import PauseReason
from trials.inquiries.services.changing import RefusedError, locked, record, save
from trials.inquiries.services.clocks import end_pause, start_pause


@transaction.atomic
def ask_for_contact(
    *, inquiry_id: uuid.UUID, actor: User, version: int, request: HttpRequest | None = None
) -> Inquiry:
    """Stop the clock because the contact data cannot be used; the private page asks for others."""
    inquiry = locked(inquiry_id, actor, version)
    if not inquiry.awaits_attempt:
        raise RefusedError(_("The clock of this inquiry does not run."))
    start_pause(inquiry, PauseReason.CONTACT_UNUSABLE, timezone.now(), actor)
    save(inquiry)
    record("inquiry.clock_paused", inquiry, actor, request, reason=PauseReason.CONTACT_UNUSABLE)
    return inquiry


@transaction.atomic
def go_on(
    *, inquiry_id: uuid.UUID, actor: User, version: int, request: HttpRequest | None = None
) -> Inquiry:
    """Let the clock run again: the contact data can be used after all."""
    inquiry = locked(inquiry_id, actor, version)
    if not end_pause(inquiry, PauseReason.CONTACT_UNUSABLE, timezone.now()):
        raise RefusedError(_("The clock of this inquiry does not wait for contact data."))
    save(inquiry)
    record("inquiry.clock_resumed", inquiry, actor, request, reason=PauseReason.CONTACT_UNUSABLE)
    return inquiry
