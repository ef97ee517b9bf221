"""Tells operators by mail when readiness turns red, once a day while it lasts, and when it is over.

The worker looks. That it is silent itself, only readiness and the dashboard can say.
"""

import logging
from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from clinic.health import problems
from clinic.models import Alarm, OutboxMessage
from clinic.models.outbox import Audience
from clinic.outbox import enqueue, register_template
from clinic.roles import ADMINISTRATORS

logger = logging.getLogger(__name__)

BEGAN, OVER = "alarm_began", "alarm_over"
_DAY = timedelta(days=1)
KEEP = timedelta(days=90)


def look_around(now: datetime | None = None) -> None:
    """Begin an alarm for each new problem, and end those of problems that are gone."""
    now = now or timezone.now()
    found = {name: text for name, text in problems().items() if name != "worker"}
    with transaction.atomic():
        open_alarms = {one.name: one for one in Alarm.objects.filter(ended_at=None)}
        for name, text in found.items():
            alarm = open_alarms.get(name)
            if alarm is None:
                alarm = Alarm.objects.create(name=name, began_at=now)
                logger.critical("Alarm: %s", text)
            _tell(BEGAN, alarm, once=f"{alarm.pk}/{(now - alarm.began_at) // _DAY}")
        for name in open_alarms.keys() - found.keys():
            alarm = open_alarms[name]
            alarm.ended_at = now
            alarm.save(update_fields=["ended_at"])
            _tell(OVER, alarm, once=str(alarm.pk))
        Alarm.objects.filter(ended_at__lt=now - KEEP).delete()


def _tell(template: str, alarm: Alarm, *, once: str) -> None:
    enqueue(
        template=template,
        subject_type="alarm",
        subject_id=alarm.pk,
        audience=Audience.STAFF,
        language=settings.LANGUAGE_CODE,
        once=once,
    )


def operators() -> list[str]:
    """Return who is told: OPERATORS_EMAIL, else the administrators."""
    administrators = get_user_model().objects.filter(is_active=True, groups__name=ADMINISTRATORS)
    return list(settings.OPERATING.operators) or list(
        administrators.values_list("email", flat=True)
    )


def build_began(message: OutboxMessage) -> EmailMessage | None:
    """Return the word that something is wrong; None when it is over by now."""
    alarm = Alarm.objects.filter(pk=message.subject_id, ended_at=None).first()
    if alarm is None:
        return None
    with override(message.language):
        return _mail(_("The website needs attention"), alarm, problems().get(alarm.name, ""))


def build_over(message: OutboxMessage) -> EmailMessage | None:
    """Return the word that it is over."""
    alarm = Alarm.objects.filter(pk=message.subject_id).first()
    if alarm is None:
        return None
    with override(message.language):
        return _mail(_("The website is well again"), alarm, "")


def _mail(subject: str, alarm: Alarm, problem: str) -> EmailMessage | None:
    context = {
        "alarm": alarm,
        "problem": problem,
        "url": urljoin(settings.STAFF_URL, "/admin/reports/state/"),
    }
    text = render_to_string("clinic/mail/alarm.txt", context)
    addresses = operators()
    return EmailMessage(subject, text, to=addresses) if addresses else None


def register() -> None:
    """Tell the outbox who writes these messages."""
    register_template(BEGAN, build_began, gettext_lazy("Alarm to operators"))
    register_template(OVER, build_over, gettext_lazy("End of an alarm to operators"))
