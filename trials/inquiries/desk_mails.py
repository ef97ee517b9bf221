"""Mail of the desk: what is due this morning, and that somebody used access in an emergency."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from clinic.models import OutboxMessage, User
from clinic.models.outbox import Audience
from clinic.outbox import enqueue, register_subject, register_template
from clinic.site_facts import clinic_settings
from trials.inquiries.models import EmergencyAccess, Inquiry
from trials.inquiries.permissions import LEADS, people_with_inbox, user_is_lead
from trials.inquiries.querysets import InquiryQuerySet
from trials.inquiries.services.emergency import ANNOUNCEMENT, SUBJECT
from trials.inquiries.services.escalating import TEMPLATE

DUE_TODAY = "inquiries_due_today"
MOST_REFERENCES = 50


def due_for(user: User) -> InquiryQuerySet:
    """Return what of a person's queue wants an action today or wanted one before."""
    return Inquiry.objects.queue_of(user).wants_action(timezone.localdate())


def remind_of_next_actions() -> None:
    """Enqueue this morning's mail for everybody with something to do, once a day."""
    today = timezone.localdate()
    for user in people_with_inbox():
        if due_for(user).exists():
            enqueue(
                template=DUE_TODAY,
                subject_type="user",
                subject_id=user.pk,
                audience=Audience.STAFF,
                language=settings.LANGUAGE_CODE,
                once=f"{user.pk}:{today}",
            )


def build_due_today(message: OutboxMessage) -> EmailMessage | None:
    """Return the list of references as things stand when it is sent; None when nothing is due."""
    user = people_with_inbox().filter(pk=message.subject_id).first()
    references = list(
        due_for(user).order_by("next_action_on", "reference").values_list("reference", flat=True)
        if user
        else ()
    )
    if user is None or not references:
        return None
    with override(message.language):
        return _mail(
            _("To do today in the inbox"),
            "due_today",
            [user.email],
            references=references,
            url=urljoin(settings.STAFF_URL, f"{reverse('inbox:index')}?show=today"),
        )


def build_escalated(message: OutboxMessage) -> EmailMessage | None:
    """Return what was passed up and still waits when it is sent; None when nothing does."""
    user = people_with_inbox().filter(pk=message.subject_id).first()
    if user is None:
        return None
    waiting = Inquiry.objects.visible_to(user).passed_up(timezone.now())
    references = list(waiting.order_by("reply_due_at").values_list("reference", flat=True))
    if not references:
        return None
    with override(message.language):
        return _mail(
            _("Inquiries wait for too long"),
            "escalated",
            [user.email],
            references=references[:MOST_REFERENCES],
            more=max(0, len(references) - MOST_REFERENCES),
            url=urljoin(settings.STAFF_URL, f"{reverse('inbox:index')}?show=passed_up"),
        )


def build_emergency(message: OutboxMessage) -> EmailMessage | None:
    """Return the word to all leads that somebody opened an inquiry that is not theirs."""
    access = EmergencyAccess.objects.select_related("inquiry", "user").get(pk=message.subject_id)
    leads = get_user_model().objects.filter(is_active=True, groups__name=LEADS)
    addresses = list(leads.values_list("email", flat=True))
    if not addresses:
        return None
    with override(message.language):
        return _mail(
            _("Access in an emergency was used"),
            "emergency",
            addresses,
            access=access,
            url=urljoin(settings.STAFF_URL, reverse("inbox:emergencies")),
        )


def _mail(subject: str, template: str, to: list[str], **context: Any) -> EmailMessage:
    text = render_to_string(
        f"inquiries/mail/{template}.txt", {"clinic": clinic_settings(), **context}
    )
    return EmailMessage(subject, text, to=to)


def link_to_emergencies(_access_id: str, user: Any) -> str:
    """Return the address of the list of emergency accesses for leads, else ""."""
    return reverse("inbox:emergencies") if user_is_lead(user) else ""


def register() -> None:
    """Tell the outbox who writes these messages."""
    register_subject(SUBJECT, link_to_emergencies)
    register_template(DUE_TODAY, build_due_today, gettext_lazy("List of what is to do today"))
    register_template(TEMPLATE, build_escalated, gettext_lazy("Word of what waits for too long"))
    register_template(ANNOUNCEMENT, build_emergency, gettext_lazy("Word of access in an emergency"))
