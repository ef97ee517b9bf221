"""Invented inquiries for the demo, sent and worked on through the real services."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from clinic.demo_site import DemoContext
from clinic.models import ClinicSettings, User
from clinic.site_facts import clinic_settings
from trials.confirmations import confirm
from trials.inquiries import services
from trials.inquiries.enums import (
    Channel,
    ConsentGiven,
    InquiryState,
    Origin,
    Outcome,
    QuarantineReason,
    Source,
    TeamRole,
)
from trials.inquiries.later_enums import AgreedBy
from trials.inquiries.message_seeds import add_missing
from trials.inquiries.models import Inquiry, ReceiptStatus, TrialTeamMember
from trials.inquiries.promise import reply_due
from trials.models import SiteConfirmation, Trial

COORDINATOR, LEAD = "coordinator@demo.example", "lead@demo.example"
TRIALS_OF_COORDINATOR = 2
_SOURCE = Path(__file__).parent / "inquiries.yaml"
_NAMESPACE = uuid.UUID("5e1f2c9a-6d0b-4d0e-9a51-0c5b3f3a7e11")
_ANSWERS: dict[str, Any] = {
    "for_whom": "me",
    "email": "",
    "phone": "",
    "contact_by": [],
    "contact_when": "",
    "may_leave_message": "",
    "preferred_language": "en",
    "needs_interpreter": False,
    "is_adult": True,
    "consent": True,
    "other_trials_consent": False,
}


def load(context: DemoContext) -> None:
    """Put the coordinator on two teams, the lead on the others; give the lead what is general."""
    lead, coordinator = User.objects.get(email=LEAD), User.objects.get(email=COORDINATOR)
    add_missing(publish_as_demo=True)
    clinic = ClinicSettings.objects.filter(default_assignee=None).first()
    if clinic:
        clinic.default_assignee = lead
        clinic.save()
    if not TrialTeamMember.objects.exists():
        # Each open trial has a member who can sign its plain summary.
        for number, trial in enumerate(_open_trials()):
            member = coordinator if number < TRIALS_OF_COORDINATOR else lead
            services.join_team(trial=trial, user=member, role=TeamRole.COORDINATOR, actor=lead)
    if not SiteConfirmation.objects.exists():
        confirm(_open_trials(), actor=lead)


def after_load(context: DemoContext) -> None:
    """Send the inquiries that are missing; each is its own transaction, as in real life."""
    trials, sent = list(_open_trials()), 0
    for entry in yaml.safe_load(_SOURCE.read_text(encoding="utf-8")):
        inquiry_id = uuid.uuid5(_NAMESPACE, entry["name"])
        if not Inquiry.objects.filter(pk=inquiry_id).exists():
            _send(inquiry_id, entry, trials)
            _work(inquiry_id, entry)
            sent += 1
    if sent:
        context.say(f"{sent} invented inquiries")


def _open_trials() -> Any:
    return Trial.objects.open_at_our_site().only("nct_id", "brief_title").order_by("nct_id")


def _send(inquiry_id: uuid.UUID, entry: dict[str, Any], trials: list[Trial]) -> None:
    named = [
        trials[n - 1] for n in (entry.get("trial"), entry.get("also")) if n and n <= len(trials)
    ]
    answers = _ANSWERS | {k: v for k, v in entry.items() if k in (*_ANSWERS, "name", "message")}
    if "entered" in entry:
        _enter(inquiry_id, entry, answers, named)
        return
    services.accept(
        inquiry_id=inquiry_id,
        answers=answers,
        trial=named[0] if named else None,
        more_trials=named[1:],
        language=entry.get("language", "en"),
        origin=Origin.TRIAL if named else Origin.HELP,
        consent_version="demo",
        quarantine_reasons=[QuarantineReason(entry["quarantine"])] if "quarantine" in entry else [],
    )
    received_at = timezone.now() - timedelta(days=entry["days_ago"], hours=1)
    times = {"received_at": received_at, "reply_due_at": reply_due(clinic_settings(), received_at)}
    inquiries = Inquiry.objects.filter(pk=inquiry_id)
    inquiries.update(**times)
    ReceiptStatus.objects.filter(reference=inquiries.get().reference).update(
        step_at=received_at, **times
    )


def _enter(
    inquiry_id: uuid.UUID, entry: dict[str, Any], answers: dict[str, Any], trials: list[Trial]
) -> None:
    coordinator = User.objects.get(email=COORDINATOR)
    received_at = timezone.now() - timedelta(days=entry["days_ago"], hours=1)
    services.enter(
        inquiry_id=inquiry_id,
        answers=answers,
        source=Source(entry["entered"]),
        received_at=received_at,
        trials=trials,
        language=entry.get("language", "en"),
        consent=services.Consent("demo", ConsentGiven.SPOKEN, coordinator, received_at),
        is_mine=True,
        spoke=False,
        is_urgent=False,
        actor=coordinator,
    )


def _work(inquiry_id: uuid.UUID, entry: dict[str, Any]) -> None:
    lead = User.objects.get(email=LEAD)
    for day, step in enumerate(entry.get("steps", []), start=1):
        inquiry = Inquiry.objects.get(pk=inquiry_id)
        on_team = User.objects.filter(trial_teams__trial__inquiries=inquiry).first()
        actor = on_team or lead
        shared: dict[str, Any] = {
            "inquiry_id": inquiry_id,
            "actor": actor,
            "version": inquiry.version,
        }
        match step.split():
            case ["assign"]:
                services.assign(assignee=actor, **shared)
            case ["attempt", channel, outcome]:
                at = min(inquiry.received_at + timedelta(days=day), timezone.now())
                services.record_attempt(
                    channel=Channel(channel), outcome=Outcome(outcome), at=at, **shared
                )
            case ["state", state]:
                services.change_state(state=InquiryState(state), **shared)
            case ["end", state, reason, closing]:
                services.change_state(
                    state=InquiryState(state), reason=reason, closing=closing, **shared
                )
            case ["later", agreed_by, months]:
                services.list_for_later(
                    agreed_by=AgreedBy(agreed_by),
                    agreed_on=timezone.localdate(inquiry.closed_at),
                    months=int(months),
                    **shared,
                )
