"""Choices of the project package."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReviewCycle(models.TextChoices):
    """How often a clinician checks a text again; the settings say after how many months."""

    SAFETY = "safety", _("About side effects")
    EDUCATION = "education", _("Education and summaries")
    OTHER = "other", _("Pages of the clinic")


class PatientTextKey(models.TextChoices):
    """The places of the site where a text for patients stands."""

    EMERGENCY = "emergency", _("When to call us or 911")
    CONSENT = "consent", _("Consent to be contacted")
    OTHER_TRIALS = "other_trials", _("Consent to hear of other trials")
    THANK_YOU = "thank_you", _("Thank you")
    NEXT_STEPS = "next_steps", _("What happens next")
    LANGUAGE_HELP = "language_help", _("Language help")
    PRIVACY_PRACTICES = "privacy_practices", _("Notice of Privacy Practices")
    NONDISCRIMINATION = "nondiscrimination", _("Nondiscrimination notice")
    TRIAL_MYTHS = "trial_myths", _("What people often hear about trials")


def text_choices() -> list[tuple[str, str]]:
    """Return the choices of a text; migrations name this function, so a new place needs none."""
    return [(value, str(label)) for value, label in PatientTextKey.choices]
