"""What the public was shown about a trial at a moment in the past: record and texts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from clinic.models import AuditEvent, PatientText, Translation, User
from clinic.page_owner_views import name_of
from clinic.shown_then import ShownText, changes_between, shown_at
from trials.models import PlainSummary, Trial, TrialVersion
from trials.registry.mapping import trial_from
from trials.registry.record import read_record
from trials.registry.sync import our_facility

# The texts for patients that stand on the page of every trial.
PAGE_TEXTS: tuple[str, ...] = (PatientText.Key.TRIAL_MYTHS,)


@dataclass(frozen=True)
class Signature:
    """Somebody's word for a text: their role, their name, and when they signed."""

    role: str
    name: str
    signed_at: datetime


@dataclass(frozen=True)
class ShownSummary:
    """The summary that a page in one language showed, in its own language or else in English."""

    shown: ShownText
    language: str
    signatures: list[Signature] = field(default_factory=list)


@dataclass(frozen=True)
class ShownPatientText:
    """The text for patients that a page in one language showed, in its own or else in English."""

    shown: ShownText
    language: str


def version_at(trial: Trial, moment: datetime) -> TrialVersion | None:
    """Return the record that we held at a moment; None before we first saw the trial."""
    return trial.versions.filter(received_at__lte=moment).first()


def trial_as_of(version: TrialVersion) -> Trial:
    """Return the trial as its page read it from a version of the record; never to be saved."""
    return trial_from(
        read_record(version.record),
        content_hash=version.content_hash,
        now=version.received_at,
        ours=our_facility(),
    )


def open_since(trial: Trial, moment: datetime) -> datetime | None:
    """Return since when the records in a row said that our site takes people; None for closed."""
    since = None
    for version in trial.versions.filter(received_at__lte=moment).order_by("received_at", "pk"):
        is_open = trial_as_of(version).our_site_open
        since = (since or version.received_at) if is_open else None
    return since


def summaries_at(trial: Trial, moment: datetime) -> dict[str, ShownSummary | None]:
    """Return what the page showed in each language of the site: its own summary, else English."""
    own = {
        summary.locale.language_code: _shown_summary(summary, moment)
        for summary in trial.plain_summaries.select_related("locale")
    }
    english = own.get(settings.LANGUAGE_CODE)
    return {code: own.get(code) or english for code, _name in settings.LANGUAGES}


def patient_texts_at(moment: datetime, *keys: str) -> dict[str, dict[str, ShownPatientText]]:
    """Return the texts of these places in each language: its own, else English, else none."""
    own: dict[tuple[str, str], ShownPatientText] = {}
    for text in PatientText.objects.select_related("locale").order_by("pk"):
        if shown := shown_at(text, moment):
            language = text.locale.language_code
            # Where it stood then: its place may have been changed since.
            own[language, shown.text.key] = ShownPatientText(shown, language)
    return {
        code: {
            key: found
            for key in keys
            if (found := own.get((code, key)) or own.get((settings.LANGUAGE_CODE, key)))
        }
        for code, _name in settings.LANGUAGES
    }


def changes_at(
    trial: Trial, start: datetime, end: datetime, *keys: str
) -> list[tuple[datetime, str]]:
    """Return what changed for readers between two moments, in the order in which it happened.

    Of the texts for patients, those of the places that ``keys`` name.
    """
    changes = [
        (version.received_at, "registry record taken over")
        for version in trial.versions.filter(received_at__gte=start, received_at__lte=end)
    ]
    texts: list[tuple[str, Any]] = [
        ("plain summary", summary) for summary in trial.plain_summaries.select_related("locale")
    ]
    texts += [
        (f"text “{text.key}”", text)
        for text in PatientText.objects.filter(key__in=keys).select_related("locale")
    ]
    for kind, text in texts:
        name = f"{kind} ({text.locale.language_code})"
        changes += [
            (at, f"{name} went live" if is_live else f"{name} left the site")
            for at, is_live in changes_between(text, start, end)
        ]
    return sorted(changes)


def _shown_summary(summary: PlainSummary, moment: datetime) -> ShownSummary | None:
    """Return a summary that readers saw; after the end of the IRB's approval they see none."""
    shown = shown_at(summary, moment)
    if shown is None:
        return None
    end = shown.text.irb_expires_on
    if end is not None and end < timezone.localdate(moment):
        return None
    return ShownSummary(shown, summary.locale.language_code, _signatures(summary, shown, moment))


def _signatures(summary: PlainSummary, shown: ShownText, moment: datetime) -> list[Signature]:
    found = [
        Signature("trial team", one.signer_name, one.signed_at)
        for one in summary.team_signatures.filter(
            content_sha256=shown.sha256, signed_at__lte=moment
        )
    ]
    if record := Translation.of(summary):
        team = summary.team_signature(shown.sha256)
        if team is not None and team.signed_at <= moment:
            found.append(Signature("trial team (English text)", team.signer_name, team.signed_at))
        found += _translators(summary, record, shown.sha256, moment)
    return sorted(found, key=lambda one: one.signed_at)


def _translators(
    summary: PlainSummary, record: Translation, sha256: str, moment: datetime
) -> list[Signature]:
    """Return the translators' signatures; the audit keeps who signed, the record the last name."""
    events = AuditEvent.objects.filter(
        action="translation.signed",
        object_type=PlainSummary._meta.label_lower,
        object_id=str(summary.pk),
        data__content_sha256=sha256,
        at__lte=moment,
    )
    people = User.objects.in_bulk([event.actor_id for event in events])
    found = []
    for event in events:
        signer = people.get(event.actor_id)
        name = record.translator_name if record.is_signed(sha256) else ""
        found.append(
            Signature("qualified translator", name or (name_of(signer) if signer else ""), event.at)
        )
    return found
