"""The glossary of the demo: one YAML file per language, the same words in each."""

import uuid
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone
from wagtail.models import Locale

from clinic.demo.site_tree import LANGUAGES
from clinic.page_cache import bump
from education.models import EducationPage, GlossaryTerm

_NAMESPACE = uuid.UUID("0f5d5f0a-3a0e-4c58-9c3b-6a1e62f0a7d4")
FOLDER = Path(__file__).resolve().parent / "glossary"


def read_words(language: str) -> list[dict[str, Any]]:
    """Return the entries of a language's file."""
    return yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))


def add_words() -> None:
    """Add the words that are missing; the pages that they lead to must be there."""
    for language in LANGUAGES:
        locale = Locale.objects.get(language_code=language)
        known = set(GlossaryTerm.objects.filter(locale=locale).values_list("slug", flat=True))
        missing = [entry for entry in read_words(language) if entry["slug"] not in known]
        if missing:
            pages = _pages(language)
            GlossaryTerm.objects.bulk_create(_term(entry, locale, pages) for entry in missing)
            bump()


def _pages(language: str) -> dict[str, EducationPage]:
    pages = EducationPage.objects.filter(locale__language_code=language)
    return {page.slug: page for page in pages.defer_streamfields()}


def _term(entry: dict[str, Any], locale: Locale, pages: dict[str, EducationPage]) -> GlossaryTerm:
    now = timezone.now()
    return GlossaryTerm(
        locale=locale,
        translation_key=uuid.uuid5(_NAMESPACE, entry["slug"]),
        slug=entry["slug"],
        term=entry["term"],
        forms=entry.get("forms", []),
        pronunciation=entry["say"],
        definition=" ".join(entry["definition"].split()),
        related_page=pages.get(entry["page"]),
        is_marked_in_text=entry.get("in_text", True),
        is_demo_content=True,
        live=True,
        first_published_at=now,
        last_published_at=now,
    )
