"""The messages of this room. Neutral: no health data, no trial, and to staff only a link."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from clinic.audit import record_event
from clinic.models import Absence, OutboxMessage
from clinic.outbox import register_subject, register_template
from clinic.site_facts import clinic_settings
from trials.inquiries.enums import SILENCING, Closing, InquiryState
from trials.inquiries.message_keys import KEYS_OF_ENDS, MessageKey
from trials.inquiries.models import Inquiry
from trials.inquiries.permissions import COORDINATORS, LEADS
from trials.inquiries.reach import mail_address
from trials.inquiries.sender_texts import MessageText, fill_in_message, text_for
from trials.inquiries.tokens import receipt_token


def to_sender(message: OutboxMessage, key: MessageKey) -> EmailMessage | None:
    """Return a message to the address we use for the sender, None when there is none.

    None too for somebody to whom nobody writes any more, whatever was queued.
    """
    inquiry = Inquiry.objects.select_related("merged_into").get(pk=message.subject_id)
    if (inquiry.merged_into or inquiry).state in SILENCING:
        return None
    text = text_for(key, message.language)
    record_address_read(inquiry, key, text)
    address = mail_address(inquiry.open_answers())
    if not address:
        return None
    with override(message.language):
        receipt = reverse(
            "inquiries:receipt", args=[receipt_token(inquiry.pk, inquiry.receipt_renewal)]
        )
    filled = fill_in_message(
        text,
        key,
        message.language,
        link=urljoin(settings.SITE_URL, receipt),
        reference=inquiry.reference,
        due_at=inquiry.reply_due_at,
    )
    return EmailMessage(filled.subject, filled.body, to=[address])


def record_address_read(inquiry: Inquiry, key: MessageKey, text: MessageText) -> None:
    """Record that the address was opened, and which text goes there: none keeps a copy of it."""
    record_event(
        action="inquiry.address_read",
        object_type="inquiry",
        object_id=inquiry.pk,
        data={"message": key, "revision": text.revision},
    )


def to_staff(
    message: OutboxMessage, sentence: str | Promise, *, path: str = "", template: str = "nudge"
) -> EmailMessage | None:
    """Return a message to those who look after the inquiry, None when there is nobody."""
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
    """Return the assignee's address, else the team's, else the leads', and their deputies'."""
    people = get_user_model().objects.filter(is_active=True)
    for those in (
        people.filter(inquiries=inquiry),
        people.filter(
            trial_teams__trial__inquiries=inquiry, groups__name__in=(COORDINATORS, LEADS)
        ),
        people.filter(groups__name=LEADS),
    ):
        if found := dict(those.distinct().values_list("pk", "email")):
            return [*found.values(), *_deputies_of(list(found), set(found))]
    return []


def _deputies_of(people: list[int], told: set[int]) -> list[str]:
    """Return the addresses of those who stand in for people today and are not told anyway."""
    absences = Absence.objects.on(timezone.localdate()).filter(user__in=people)
    deputies = absences.filter(deputy__is_active=True).exclude(deputy__in=told)
    return list(deputies.values_list("deputy__email", flat=True).distinct())


def build_received(message: OutboxMessage) -> EmailMessage | None:
    """Return the confirmation to the sender, or None when they gave no address."""
    return to_sender(message, MessageKey.RECEIVED)


def build_closed(message: OutboxMessage) -> EmailMessage | None:
    """Return the message of the present end, or None when there is no address.

    None too when the inquiry was opened again meanwhile, or ended in another way.
    """
    inquiry = Inquiry.objects.get(pk=message.subject_id)
    key = KEYS_OF_ENDS.get(InquiryState(inquiry.state))
    if key is None or inquiry.closing != Closing.MESSAGE:
        return None
    return to_sender(message, key)


def build_tried(message: OutboxMessage) -> EmailMessage | None:
    """Return the word that we tried to reach the sender; None once the inquiry has ended."""
    return _while_open(message, MessageKey.TRIED)


def build_next_step(message: OutboxMessage) -> EmailMessage | None:
    """Return the word that there is a next step; None once the inquiry has ended."""
    return _while_open(message, MessageKey.NEXT_STEP)


def _while_open(message: OutboxMessage, key: MessageKey) -> EmailMessage | None:
    is_open = Inquiry.objects.open().filter(pk=message.subject_id).exists()
    return to_sender(message, key) if is_open else None


def build_nudge(message: OutboxMessage) -> EmailMessage | None:
    """Return the word to staff that somebody wrote, or None when there is nobody to tell."""
    return to_staff(message, _("A new message is in the inbox"))


def build_corrected(message: OutboxMessage) -> EmailMessage | None:
    """Return the word to staff that a sender corrected their answers."""
    return to_staff(message, _("A sender corrected a message in the inbox"))


def build_trial_closed(message: OutboxMessage) -> EmailMessage | None:
    """Return the word to staff that a sender waits about a trial that has closed."""
    return to_staff(message, _("A trial has closed that somebody asked about"), template="closing")


def build_flood(message: OutboxMessage) -> EmailMessage | None:
    """Return the word to staff that many forms came from one place; one for all of an hour."""
    quarantine = f"{reverse('inbox:index')}?show=quarantine"
    sentence = _("Many messages came from one place and wait in quarantine")
    return to_staff(message, sentence, path=quarantine, template="flood")


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
    register_template("inquiry_tried", build_tried, MessageKey.TRIED.label)
    register_template("inquiry_next_step", build_next_step, MessageKey.NEXT_STEP.label)
    register_template("inquiry_nudge", build_nudge, _("Word of a new message"))
    register_template("inquiry_corrected", build_corrected, _("Word of a correction"))
    register_template("inquiry_trial_closed", build_trial_closed, _("Word of a closed trial"))
    register_template("inquiry_flood", build_flood, _("Word of many messages from one place"))
