"""What changed in a record since its plain summary was written or last compared."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clinic.audit import record_event
from clinic.page_cache import bump
from clinic.text_changes import marked_words
from trials.eligibility import unescape
from trials.enums import AlertKind
from trials.models import PlainSummary, RegistryAlert, Trial, TrialVersion
from trials.registry.changes import REVIEW, REVIEW_DETAILS
from trials.registry.record import read_record


@dataclass(frozen=True)
class FieldChange:
    """One field of the record, before and now."""

    label: str
    words: SafeString


def record_changes(trial: Trial) -> list[FieldChange]:
    """Return the fields that a plain summary explains and that changed since the comparison."""
    newest = trial.versions.first()
    before = _version_compared(trial)
    if newest is None or before is None or newest.pk == before.pk:
        return []
    old, new = read_record(before.record), read_record(newest.record)
    changes = []
    for name in (*REVIEW, *REVIEW_DETAILS):
        one, two = _as_text(getattr(old, name)), _as_text(getattr(new, name))
        if one != two:
            changes.append(FieldChange(field_label(name), marked_words(one, two)))
    return changes


def field_label(name: str) -> str:
    """Return the words for a changed field or module of the registry."""
    names = {
        "arms": _("arms"),
        "interventions": _("interventions"),
        "contacts": _("contacts"),
        "officials": _("responsible people"),
        "references": _("references"),
        "collaborators": _("collaborators"),
        "minimum_age_text": _("minimum age"),
        "maximum_age_text": _("maximum age"),
        "sites": _("sites"),
        "outcomesModule": _("what is measured"),
        "ipdSharingStatementModule": _("sharing of data"),
        "conditionBrowseModule": _("index terms of the conditions"),
        "interventionBrowseModule": _("index terms of the treatments"),
    }
    if name in names:
        return names[name]
    known = {field.name: field for field in Trial._meta.get_fields()}
    return str(getattr(known.get(name), "verbose_name", name))


def _version_compared(trial: Trial) -> TrialVersion | None:
    """Return the version that the oldest comparison of a summary of the trial looked at."""
    times = trial.plain_summaries.values_list("registry_compared_at", flat=True)
    known = [time for time in times if time]
    versions = trial.versions.order_by("received_at", "pk")
    compared = versions.filter(received_at__lte=min(known)).last() if known else None
    return compared or versions.first()


@transaction.atomic
def compared(trial: Trial, *, actor: Any, request: HttpRequest | None = None) -> None:
    """Note that somebody compared the summaries of a trial with its record."""
    now = timezone.now()
    PlainSummary.objects.filter(trial=trial).update(registry_compared_at=now)
    RegistryAlert.objects.unsettled().filter(trial=trial, kind=AlertKind.REWRITTEN).update(
        settled_at=now, settled_by=actor
    )
    record_event(
        action="trial.summary_compared",
        actor=actor,
        object_type="trial",
        object_id=trial.pk,
        request=request,
    )
    bump()


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return unescape(value)
    if isinstance(value, tuple):
        return "\n".join(_as_text(entry) for entry in value)
    fields = getattr(value, "__dataclass_fields__", None)
    if fields:
        return " · ".join(filter(None, (_as_text(getattr(value, name)) for name in fields)))
    return "" if value is None else str(value)
