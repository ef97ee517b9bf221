"""What the interest form and its consent text were at a moment in the past."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import override

from clinic.models import PatientText
from clinic.shown_then import ShownText, shown_at
from clinic.site_facts import clinic_settings
from trials.as_shown import open_since
from trials.inquiries.consent import ConsentText, as_consent, built_in_consent
from trials.inquiries.forms import CONTROLS, InquiryForm
from trials.models import Trial

OWN, GENERAL, CLOSED = "own form", "general form with this trial named", "closed"


@dataclass(frozen=True)
class ShownConsent:
    """The text that people agreed to, and how it came to be there; none: the product's own."""

    consent: ConsentText
    shown: ShownText | None = None


@dataclass(frozen=True)
class ShownForm:
    """Which form people could send about a trial, and the facts that decide it."""

    kind: str
    open_since: datetime | None
    confirmed_at: datetime | None
    confirmation_holds_until: datetime | None


def form_at(trial: Trial, moment: datetime) -> ShownForm:
    """Return which form the trial's page offered; the days a confirmation holds are today's."""
    opened_at = open_since(trial, moment)
    words = trial.confirmations.filter(confirmed_at__lte=moment).order_by("-confirmed_at")
    confirmed_at = words.values_list("confirmed_at", flat=True).first()
    if opened_at is None:
        return ShownForm(CLOSED, None, confirmed_at, None)
    days = clinic_settings().confirmation_days
    end = max(confirmed_at or opened_at, opened_at) + timedelta(days=days) if days else None
    kind = OWN if end is None or moment <= end else GENERAL
    return ShownForm(kind, opened_at, confirmed_at, end)


def consents_at(moment: datetime) -> dict[str, ShownConsent]:
    """Return the consent text in each language of the site, with the version kept with a form."""
    texts = PatientText.objects.filter(key=PatientText.Key.CONSENT).select_related("locale")
    own = {text.locale.language_code: shown_at(text, moment) for text in texts}
    return {
        code: _consent(code, own.get(code), own.get(settings.LANGUAGE_CODE))
        for code, _name in settings.LANGUAGES
    }


def _consent(code: str, own: ShownText | None, english: ShownText | None) -> ShownConsent:
    shown, language = (own, code) if own else (english, settings.LANGUAGE_CODE)
    if shown is None:
        with override(code):
            return ShownConsent(built_in_consent())
    return ShownConsent(as_consent(shown.text.body, language, shown.revision_id or 0), shown)


def form_questions(language: str) -> list[dict[str, Any]]:
    """Return the questions of the form and their choices, as this version of the product asks."""
    with override(language):
        return [
            {
                "question": str(field.label or name),
                "hint": str(field.help_text),
                "choices": [str(label) for value, label in getattr(field, "choices", []) if value],
            }
            for name, field in InquiryForm().fields.items()
            if name not in CONTROLS
        ]
