"""An inquiry that is overdue for long goes up: to the named person, then to all leads.

What was done is a row for each inquiry and level, written in one transaction with the mail: a
worker killed at any point does not do it twice, and what it missed the next run makes up for.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from clinic.absences import away_on
from clinic.models import ClinicSettings, User
from clinic.models.outbox import Audience
from clinic.outbox import enqueue
from clinic.rate_limit import hit
from clinic.site_facts import clinic_settings
from trials.inquiries.models import Escalation, Inquiry
from trials.inquiries.overdue import TO_THE_FALLBACK, level_due
from trials.inquiries.permissions import LEADS, user_may_use_inbox
from trials.inquiries.promise import working_hours
from trials.inquiries.services.adopting import NobodyError
from trials.inquiries.services.changing import record

TEMPLATE = "inquiries_escalated"
_HOUR = timedelta(hours=1)


def time_until_escalation(clinic: ClinicSettings) -> timedelta:
    """Return how much working time an inquiry may be overdue: as set, else as long as promised."""
    if clinic.escalate_after_hours:
        return timedelta(hours=clinic.escalate_after_hours)
    day, hours = timezone.localdate(), working_hours(clinic)
    start, end = next(iter(hours.days.values()))
    length = datetime.combine(day, end) - datetime.combine(day, start)
    return max(length * clinic.reply_target_days, _HOUR)


def fallback_person(clinic: ClinicSettings, now: datetime) -> User | None:
    """Return the named person; None, which means the leads, while that person cannot be reached."""
    person = clinic.fallback_person
    if person is None or not user_may_use_inbox(person):
        return None
    return None if person.pk in away_on(timezone.localdate(now)) else person


def escalate_overdue(now: datetime | None = None) -> int:
    """Pass up what is overdue for too long; return how many inquiries went up.

    Raises NobodyError, which fails the job for all to see, when there is nobody to pass it to.
    """
    now, clinic = now or timezone.now(), clinic_settings()
    hours, after = working_hours(clinic), time_until_escalation(clinic)
    waiting = Inquiry.objects.overdue(now).annotate(reached=Max("escalations__level"))
    rows = waiting.values_list("pk", "reply_due_at", "reached")
    higher = [
        (pk, level)
        for pk, due, reached in rows
        if (level := level_due(hours, due, now, after)) > (reached or 0)
    ]
    if not higher:
        return 0
    person, leads = fallback_person(clinic, now), _leads()
    if not leads and person is None:
        raise NobodyError("An inquiry is overdue, and there is no fallback and no active lead.")
    for pk, level in higher:
        to = person if level == TO_THE_FALLBACK or not leads else None
        with transaction.atomic():
            if _pass_up(pk, level, to, now):
                _tell([to] if to else leads, now)
    return len(higher)


def _leads() -> list[User]:
    found = get_user_model().objects.filter(is_active=True, groups__name=LEADS)
    return list(found.distinct().order_by("pk"))


def _pass_up(pk: uuid.UUID, level: int, to: User | None, now: datetime) -> bool:
    """Note a step up; return False when somebody answered meanwhile or it was noted before."""
    overdue = Inquiry.objects.overdue(now).select_for_update(of=("self",))
    inquiry = overdue.filter(pk=pk).first()
    if inquiry is None or inquiry.escalations.filter(level__gte=level).exists():
        return False
    Escalation.objects.create(inquiry=inquiry, level=level, to=to, at=now)
    after = to.pk if to else None
    record("inquiry.escalated", inquiry, None, None, level=level, after=after)
    return True


def _tell(people: Iterable[User], now: datetime) -> None:
    """Queue a mail for each: the first of an hour at once, the others of that hour in one."""
    until = now.replace(minute=0, second=0, microsecond=0) + _HOUR
    for user in people:
        is_more = hit("escalation-mail", str(user.pk), 1, _HOUR)
        enqueue(
            template=TEMPLATE,
            subject_type="user",
            subject_id=user.pk,
            audience=Audience.STAFF,
            language=settings.LANGUAGE_CODE,
            send_after=until if is_more else None,
            once=f"{user.pk}/{until:%FT%H}" if is_more else f"{user.pk}/{now.isoformat()}",
        )
