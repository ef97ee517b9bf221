"""A break-glass account stands in the audit and is told to administrators when it is made.

45 CFR 164.312(a)(2)(ii) asks for a way in for the day on which nothing else works. Such an account
may do more than any role, so nobody gets one unseen.
"""

from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from clinic.alarms import operators
from clinic.audit import record_event
from clinic.models import OutboxMessage, User
from clinic.models.outbox import Audience
from clinic.outbox import enqueue, register_template

TEMPLATE = "break_glass_made"


def announce(user: User) -> None:
    """Write a new superuser into the audit and queue the mail, both or nothing."""
    with transaction.atomic():
        record_event(action="superuser.made", object_type="user", object_id=user.pk)
        enqueue(
            template=TEMPLATE,
            subject_type="user",
            subject_id=user.pk,
            audience=Audience.STAFF,
            language=settings.LANGUAGE_CODE,
        )


def build_made(message: OutboxMessage) -> EmailMessage | None:
    """Return the word to operators; None when the account is gone or there is nobody to tell."""
    user = get_user_model().objects.filter(pk=message.subject_id, is_superuser=True).first()
    addresses = operators()
    if user is None or not addresses:
        return None
    with override(message.language):
        context = {"made_at": user.date_joined, "url": urljoin(settings.STAFF_URL, "/admin/")}
        text = render_to_string("clinic/mail/break_glass.txt", context)
        return EmailMessage(_("A break-glass account was made"), text, to=addresses)


def register() -> None:
    """Tell the outbox who writes this message."""
    register_template(TEMPLATE, build_made, gettext_lazy("Word of a new break-glass account"))
