"""The messages of this room. Neutral: no health data, no trial, and to staff only a link."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from clinic.audit import record_event
from clinic.models import OutboxMessage
from clinic.outbox import register_subject, register_template
from clinic.site_facts import clinic_settings
from trials.inquiries.models import Inquiry
from trials.inquiries.permissions import COORDINATORS, LEADS
from trials.inquiries.tokens import receipt_token


def _to_sender(
    message: OutboxMessage, subject: str | Promise, template: str
) -> EmailMessage | None:
    inquiry = Inquiry.objects.get(pk=message.subject_id)
    record_event(action="inquiry.address_read", object_type="inquiry", object_id=inquiry.pk)
    address = inquiry.open_answers()["email"]
    if not address:
        return None
    with override(message.language):
        receipt = reverse(
            "inquiries:receipt", args=[receipt_token(inquiry.pk, inquiry.receipt_renewal)]
        )
        context = {"receipt_url": urljoin(settings.SITE_URL, receipt)}
        return EmailMessage(str(subject), _text(template, inquiry, context), to=[address])


def _to_staff(
    message: OutboxMessage, sentence: str | Promise, *, path: str = "", template: str = "nudge"
) -> EmailMessage | None:
    inquiry = Inquiry.objects.get(pk=message.subject_id)
    addresses = _staff_addresses(inquiry)
    if not addresses:
        return None
    with override(message.language):
        inbox = path or reverse("inbox:inquiry", args=[inquiry.pk])
        context = {"inbox_url": urljoin(settings.STAFF_URL, inbox), "sentence": sentence}
        return EmailMessage(str(sentence), _text(template, inquiry, context), to=addresses)


def _text(template: str, inquiry: Inquiry, context: dict[str, Any]) -> str:
    shared = {
        "clinic": clinic_settings(),
        "reference": inquiry.reference,
        "reply_due_at": inquiry.reply_due_at,
    }
    return render_to_string(f"inquiries/mail/{template}.txt", shared | context)


def _staff_addresses(inquiry: Inquiry) -> list[str]:
    """Return the assignee's address, else the team's, else the leads'."""
    people = get_user_model().objects.filter(is_active=True)
    for those in (
        people.filter(inquiries=inquiry),
        people.filter(
            trial_teams__trial__inquiries=inquiry, groups__name__in=(COORDINATORS, LEADS)
        ),
        people.filter(groups__name=LEADS),
    ):
        if addresses := list(those.distinct().values_list("email", flat=True)):
            return addresses
    return []


def build_received(message: OutboxMessage) -> EmailMessage | None:
    """Return the confirmation to the sender, or None when they gave no address."""
    return _to_sender(message, _("We received your message"), "received")


def build_closed(message: OutboxMessage) -> EmailMessage | None:
    """Return the closing message to the sender, or None when they gave no address."""
    return _to_sender(message, _("About your message to us"), "closed")


def build_nudge(message: OutboxMessage) -> EmailMessage | None:
    """Return the word to staff that somebody wrote, or None when there is nobody to tell."""
    return _to_staff(message, _("A new message is in the inbox"))


def build_corrected(message: OutboxMessage) -> EmailMessage | None:
    """Return the word to staff that a sender corrected their answers."""
    return _to_staff(message, _("A sender corrected a message in the inbox"))


def build_trial_closed(message: OutboxMessage) -> EmailMessage | None:
    """Return the word to staff that a sender waits about a trial that has closed."""
    return _to_staff(message, _("A trial has closed that somebody asked about"), template="closing")


def build_flood(message: OutboxMessage) -> EmailMessage | None:
    """Return the word to staff that many forms came from one place; one for all of an hour."""
    quarantine = f"{reverse('inbox:index')}?show=quarantine"
    sentence = _("Many messages came from one place and wait in quarantine")
    return _to_staff(message, sentence, path=quarantine, template="flood")


def link_to_inquiry(inquiry_id: str, user: Any) -> str:
    """Return the address of an inquiry in the inbox for those who may see it, else ""."""
    if Inquiry.objects.visible_to(user).filter(pk=inquiry_id).exists():
        return reverse("inbox:inquiry", args=[inquiry_id])
    return ""


def register() -> None:
    """Tell the outbox who writes these messages."""
    register_subject("inquiry", link_to_inquiry)
    register_template("inquiry_received", build_received, _("Confirmation"))
    register_template("inquiry_closed", build_closed, _("Closing message"))
    register_template("inquiry_nudge", build_nudge, _("Word of a new message"))
    register_template("inquiry_corrected", build_corrected, _("Word of a correction"))
    register_template("inquiry_trial_closed", build_trial_closed, _("Word of a closed trial"))
    register_template("inquiry_flood", build_flood, _("Word of many messages from one place"))
