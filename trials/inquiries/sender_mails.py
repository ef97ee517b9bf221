"""Messages about what happens on the private page. As neutral as all others."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from clinic.models import OutboxMessage
from clinic.outbox import register_subject, register_template
from trials.inquiries.enums import SILENCING
from trials.inquiries.mails import (
    link_to_inquiry,
    record_address_read,
    to_sender,
    to_staff,
)
from trials.inquiries.message_keys import MessageKey
from trials.inquiries.models import Inquiry, SenderRequest
from trials.inquiries.receipts import inquiry_of
from trials.inquiries.sender_texts import fill_in_message, text_for
from trials.inquiries.tokens import address_token


def build_sender_asked(message: OutboxMessage) -> EmailMessage | None:
    """Return the word to staff that a sender asked for something on the private page."""
    return to_staff(message, _("A sender asked for something in the inbox"), template="sender")


def build_urgent(message: OutboxMessage) -> EmailMessage | None:
    """Return the word to staff that a message holds words that may mean an emergency."""
    return to_staff(message, _("Urgent: look at a message in the inbox now"), template="urgent")


def build_not_told(message: OutboxMessage) -> EmailMessage | None:
    """Return the word to staff that a closing message did not arrive; None once that is settled."""
    if not Inquiry.objects.not_told().filter(pk=message.subject_id).exists():
        return None
    return to_staff(message, _("A sender was not told how an inquiry ended"), template="not_told")


def build_erasure(message: OutboxMessage) -> EmailMessage | None:
    """Return the word to staff that a lead has to decide about an erasure."""
    return to_staff(message, _("A lead has to decide about an erasure"), template="sender")


def build_contact_asked(message: OutboxMessage) -> EmailMessage | None:
    """Return the word to the old address that somebody gave us a new way to reach the sender."""
    return to_sender(message, MessageKey.CONTACT_ASKED)


def build_link(message: OutboxMessage) -> EmailMessage | None:
    """Return the private link to the sender who asked for it."""
    return to_sender(message, MessageKey.LINK)


def build_confirm_address(message: OutboxMessage) -> EmailMessage | None:
    """Return the question to the new address whether it is right; None when it was taken back."""
    row = SenderRequest.objects.standing().filter(pk=message.subject_id).first()
    inquiry = inquiry_of(row.receipt) if row else None
    if row is None or inquiry is None:
        return None
    if (inquiry.merged_into or inquiry).state in SILENCING:
        return None
    key = MessageKey.CONFIRM_ADDRESS
    text = text_for(key, message.language)
    record_address_read(inquiry, key, text)
    address = row.unsealed().get("email")
    if not address:
        return None
    with override(message.language):
        link = reverse("inquiries:confirm_address", args=[address_token(row.pk)])
    filled = fill_in_message(text, key, message.language, link=urljoin(settings.SITE_URL, link))
    return EmailMessage(filled.subject, filled.body, to=[address])


def link_to_request(request_id: str, user: Any) -> str:
    """Return the address of the inquiry that a request is about, for those who may see it."""
    row = SenderRequest.objects.filter(pk=request_id).first()
    inquiry = inquiry_of(row.receipt) if row else None
    return link_to_inquiry(str(inquiry.merged_into_id or inquiry.pk), user) if inquiry else ""


def register() -> None:
    """Tell the outbox who writes these messages."""
    register_subject("sender_request", link_to_request)
    register_template("inquiry_sender_asked", build_sender_asked, _("Word of a sender's request"))
    register_template("inquiry_urgent", build_urgent, _("Word of urgent words"))
    register_template("inquiry_not_told", build_not_told, _("Word of a message that came back"))
    register_template("inquiry_erasure", build_erasure, _("Word of an erasure to decide"))
    register_template("inquiry_contact_asked", build_contact_asked, _("Word to the old address"))
    register_template(
        "inquiry_confirm_address", build_confirm_address, _("Question to the new address")
    )
    register_template("inquiry_link", build_link, _("Private link"))
