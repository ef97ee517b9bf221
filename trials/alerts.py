"""Raises and settles what staff have to look at in the mirror."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from clinic.audit import record_event
from clinic.models import OutboxMessage
from clinic.models.outbox import Audience
from clinic.outbox import enqueue, register_template
from clinic.roles import ADMINISTRATORS, EDITORS, LEADS
from clinic.site_facts import clinic_settings
from trials.enums import NOINDEX_STATUSES, AlertKind
from trials.models import PlainSummary, RegistryAlert, Trial
from trials.registry.changes import needs_review

TEMPLATE = "registry_alerts"
# Those who can do something about an alert: the team, the lists, the summaries.
TOLD = (LEADS, ADMINISTRATORS, EDITORS)

Change = tuple[Trial, Trial, list[str]]


def raise_alerts(changes: Iterable[Change], *, now: datetime) -> None:
    """Raise what the changes (trial held, trial new, changed fields) make staff look at."""
    changes = list(changes)
    rewritten = [new.pk for _held, new, changed in changes if needs_review(changed)]
    explained = set(
        PlainSummary.objects.filter(trial__in=rewritten).values_list("trial_id", flat=True)
        if rewritten
        else []
    )
    raised = []
    for held, new, changed in changes:
        if held.our_site_open and not new.our_site_open:
            raised.append((new.pk, AlertKind.CLOSED))
        if new.status != held.status and new.status in NOINDEX_STATUSES:
            raised.append((new.pk, AlertKind.STOPPED))
        if new.pk in explained and needs_review(changed):
            raised.append((new.pk, AlertKind.REWRITTEN))
    add_alerts(raised, now=now)


def add_alerts(raised: list[tuple[int, AlertKind]], *, now: datetime) -> None:
    """Add alerts (trial, kind) that are not open already, and one mail an hour about them."""
    if not raised:
        return
    open_ones = set(
        RegistryAlert.objects.unsettled()
        .filter(trial__in={trial_id for trial_id, _kind in raised})
        .values_list("trial_id", "kind")
    )
    fresh = [entry for entry in dict.fromkeys(raised) if entry not in open_ones]
    RegistryAlert.objects.bulk_create(
        (RegistryAlert(trial_id=trial_id, kind=kind, raised_at=now) for trial_id, kind in fresh),
        ignore_conflicts=True,
    )
    if fresh:
        # After the run, so that one message tells of all that it brought.
        hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        enqueue(
            template=TEMPLATE,
            subject_type="registry_alerts",
            subject_id=f"{hour:%FT%H}",
            audience=Audience.STAFF,
            language=settings.LANGUAGE_CODE,
            send_after=hour,
            once=f"{hour:%FT%H}",
        )


@transaction.atomic
def settle(alert: RegistryAlert, *, actor: Any, request: Any = None) -> None:
    """Note who looked at an alert; a second time changes nothing."""
    settled = RegistryAlert.objects.unsettled().filter(pk=alert.pk)
    if settled.update(settled_at=timezone.now(), settled_by=actor):
        record_event(
            action="trial.alert_settled",
            actor=actor,
            object_type="trial",
            object_id=alert.trial_id,
            data={"kind": alert.kind},
            request=request,
        )


def build_alerts_mail(message: OutboxMessage) -> EmailMessage | None:
    """Return the word that trials need a look, or None when all were looked at since."""
    number = RegistryAlert.objects.unsettled().count()
    people = get_user_model().objects.filter(is_active=True, groups__name__in=TOLD)
    addresses = list(people.distinct().values_list("email", flat=True))
    if not (number and addresses):
        return None
    with override(message.language):
        context = {
            "clinic": clinic_settings(),
            "number": number,
            "url": urljoin(settings.STAFF_URL, reverse("registry_report")),
        }
        text = render_to_string("trials/mail/registry_alerts.txt", context)
        return EmailMessage(_("Trials need a look"), text, to=addresses)


def register() -> None:
    """Tell the outbox who writes these messages."""
    register_template(TEMPLATE, build_alerts_mail, gettext_lazy("Word of trials to look at"))
