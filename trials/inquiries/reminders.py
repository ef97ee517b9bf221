"""Reminds teams to say again that their trials are open, once a week."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db.models import Max, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from clinic.models import OutboxMessage
from clinic.models.outbox import Audience
from clinic.outbox import enqueue, register_template
from clinic.site_facts import clinic_settings
from trials.confirmations import ends_at
from trials.inquiries.permissions import COORDINATORS, LEADS, user_is_lead
from trials.models import Trial

TEMPLATE = "confirm_trials"
LOOK_AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class OpenTrial:
    """A trial that is open here by the registry, and until when our own word for it holds."""

    trial: Trial
    confirmed_at: datetime | None
    ends_at: datetime | None

    @property
    def has_ended(self) -> bool:
        """Return whether its form is the general one now."""
        word_has_ended = self.ends_at is not None and self.ends_at < timezone.now()
        return word_has_ended or self.trial.is_missing

    @property
    def is_due(self) -> bool:
        """Return whether somebody should confirm it this week."""
        return self.ends_at is not None and self.ends_at < timezone.now() + LOOK_AHEAD


def open_trials_of(user: Any) -> list[OpenTrial]:
    """Return the open trials that a user answers for: leads all, others their teams'."""
    trials = Trial.objects.open_at_our_site()
    return _rows(trials if user_is_lead(user) else trials.filter(team__user=user))


def due_trials_of(user: Any) -> list[OpenTrial]:
    """Return what a user is reminded of: their teams' trials, and for leads those of nobody."""
    trials = Trial.objects.open_at_our_site()
    teams = trials.filter(team__user=user)
    if user_is_lead(user):
        looked_after = trials.filter(team__user__is_active=True)
        teams = trials.filter(Q(pk__in=teams) | ~Q(pk__in=looked_after))
    return [row for row in _rows(teams) if row.is_due]


def _rows(trials: QuerySet[Trial]) -> list[OpenTrial]:
    newest = trials.annotate(last=Max("confirmations__confirmed_at")).only(
        "nct_id",
        "brief_title",
        "our_site_changed_at",
        "first_seen_at",
        "last_update_posted",
        "missing_count",
    )
    days = clinic_settings().confirmation_days
    rows = [OpenTrial(trial, trial.last, ends_at(trial, trial.last, days)) for trial in newest]
    return sorted(rows, key=lambda row: (not row.is_due, row.trial.nct_id))


def remind_teams() -> None:
    """Enqueue this week's reminder for everyone who has a trial to confirm."""
    year, week, _day = timezone.localdate().isocalendar()
    people = get_user_model().objects.filter(is_active=True, groups__name__in=(COORDINATORS, LEADS))
    for user in people.distinct():
        if due_trials_of(user):
            enqueue(
                template=TEMPLATE,
                subject_type="user",
                subject_id=user.pk,
                audience=Audience.STAFF,
                language=settings.LANGUAGE_CODE,
                once=f"{user.pk}:{year}-{week}",
            )


def build_reminder(message: OutboxMessage) -> EmailMessage | None:
    """Return the reminder as things stand when it is sent; None when all is confirmed."""
    user = get_user_model().objects.filter(pk=message.subject_id, is_active=True).first()
    due = due_trials_of(user) if user else []
    if user is None or not due:
        return None
    with override(message.language):
        context = {
            "clinic": clinic_settings(),
            "rows": due,
            "url": urljoin(settings.STAFF_URL, reverse("my_trials:index")),
        }
        text = render_to_string("inquiries/mail/confirm_trials.txt", context)
        return EmailMessage(_("Are these trials still open?"), text, to=[user.email])


def register() -> None:
    """Tell the outbox who writes this message."""
    register_template(TEMPLATE, build_reminder, gettext_lazy("Reminder to confirm trials"))
