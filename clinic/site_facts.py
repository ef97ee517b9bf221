"""Clinic settings and texts for patients, read at most once for each request."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from clinic.contact_card import remember
from clinic.models import ClinicSettings, PatientText


def clinic_settings(request: HttpRequest | None = None) -> ClinicSettings:
    """Return the settings of the default site, read at most once for each request."""
    cached = getattr(request, "_clinic_settings", None)
    if cached is not None:
        return cached
    found = ClinicSettings.of_default_site()
    if found.pk:
        remember(found)
    if request is not None:
        request._clinic_settings = found  # type: ignore[attr-defined]
    return found


def patient_texts(request: HttpRequest | None = None) -> dict[str, PatientText]:
    """Return the live texts by key in the active language; English where none is live in it."""
    language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    cached = getattr(request, "_patient_texts", {})
    if language in cached:
        return cached[language]
    rows = PatientText.objects.filter(
        live=True, locale__language_code__in={language, settings.LANGUAGE_CODE}
    ).select_related("locale")
    texts: dict[str, PatientText] = {}
    for row in sorted(rows, key=lambda row: row.locale.language_code == language):
        texts[row.key] = row
    if request is not None:
        request._patient_texts = {**cached, language: texts}  # type: ignore[attr-defined]
    return texts
