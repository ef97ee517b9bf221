"""What a clinician should know of a page before deciding about it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from education.evidence import evidence_of
from education.models import EducationPage


def review_facts(text: Any) -> list[tuple[str, str, str]]:
    """Return label, words and address of what is known about the page's sources."""
    if not isinstance(text, EducationPage):
        return []
    words = evidence_of([text])[text.pk].words
    return [(_("Sources checked"), words, reverse("page_evidence", args=[text.pk]))]
