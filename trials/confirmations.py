"""Our team's word that our site is open for a trial, and how long it holds."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from clinic.audit import record_event
from clinic.page_cache import bump
from clinic.site_facts import clinic_settings
from trials.models import SiteConfirmation, Trial


def confirmed_at(trial: Trial) -> datetime | None:
    """Return when our team last said that our site is open; None when it never did."""
    newest = trial.confirmations.order_by("-confirmed_at")
    return newest.values_list("confirmed_at", flat=True).first()


def ends_at(trial: Trial, last: datetime | None, days: int) -> datetime | None:
    """Return until when the trial's own form is offered; None for always, with no days.

    A site that has just opened needs no word of its own: the days count from then.
    """
    opened_at = trial.our_site_changed_at or trial.first_seen_at
    return max(last or opened_at, opened_at) + timedelta(days=days) if days else None


def is_confirmed(trial: Trial) -> bool:
    """Return whether our team's word that the trial is open still holds.

    It does not when the registry has lost the record: nobody can say what became of the trial.
    """
    if trial.is_missing:
        return False
    end = ends_at(trial, confirmed_at(trial), clinic_settings().confirmation_days)
    return end is None or timezone.now() <= end


@transaction.atomic
def confirm(trials: Iterable[Trial], *, actor: Any, request: HttpRequest | None = None) -> int:
    """Note that our site is open for these trials; return how many."""
    now = timezone.now()
    confirmations = SiteConfirmation.objects.bulk_create(
        SiteConfirmation(trial=trial, confirmed_at=now, confirmed_by=actor) for trial in trials
    )
    for confirmation in confirmations:
        record_event(
            action="trial.confirmed_open",
            actor=actor,
            object_type="trial",
            object_id=confirmation.trial_id,
            request=request,
        )
    bump()
    return len(confirmations)
