"""What the interest forms and their consent text were at a moment in the past."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, override

from clinic.models import PatientText
from clinic.shown_then import ShownText
from clinic.site_facts import clinic_settings
from trials.as_shown import ShownPatientText, open_since, patient_texts_at
from trials.inquiries.consent import ConsentText, as_consent, built_in_consent
from trials.inquiries.forms import CONTROLS, InquiryForm
from trials.models import Trial

OWN, GENERAL, CLOSED = "own form", "general form with this trial named", "closed"
# The texts for patients that stand in the forms, besides the consent that is kept with a form.
FORM_TEXTS: tuple[str, ...] = (PatientText.Key.EMERGENCY, PatientText.Key.OTHER_TRIALS)


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
    key = PatientText.Key.CONSENT
    texts = patient_texts_at(moment, key)
    return {code: _consent(code, texts[code].get(key)) for code, _name in settings.LANGUAGES}


def _consent(code: str, text: ShownPatientText | None) -> ShownConsent:
    if text is None:
        with override(code):
            return ShownConsent(built_in_consent())
    shown = text.shown
    return ShownConsent(as_consent(shown.text.body, text.language, shown.revision_id or 0), shown)


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


def several_trials_form(trial: Trial, kind: str, language: str) -> dict[str, Any]:
    """Return the form about several trials: what it said of this one, and its questions.

    It asks what the form about one trial asks, and says of each trial how it stands.
    """
    with override(language):
        if kind == CLOSED:
            about = gettext(
                "Not on this form: %(ids)s. Either it takes no new people here, or you chose more "
                "than four. You can ask us about it in your message."
            ) % {"ids": trial.nct_id}
        elif kind == GENERAL:
            about = gettext(
                "Our team has not confirmed lately that it still takes new people here. "
                "We check it for you."
            )
        else:
            about = ""
        return {
            "title": gettext("Ask about these trials"),
            "is_named": kind != CLOSED,
            "about_this_trial": about,
            "questions": form_questions(language),
        }
