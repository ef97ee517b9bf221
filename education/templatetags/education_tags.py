"""Lists of education pages for templates, in few queries."""

from typing import Any

from django import template
from django.conf import settings
from django.utils.translation import get_language

from education.models import EducationIndexPage, EducationPage, TherapyType

register = template.Library()


@register.simple_tag
def education_sections(index_page: EducationIndexPage) -> list[dict[str, Any]]:
    """Return the sections that have live pages, in reading order: key, label, pages."""
    pages = list(EducationPage.objects.child_of(index_page).live().order_by("path").for_cards())
    sections = []
    for key, label in EducationPage.Section.choices:
        found = [page for page in pages if page.section == key]
        if found:
            sections.append({"key": key, "label": label, "pages": found})
    return sections


@register.simple_tag
def therapy_type_cards() -> list[dict[str, Any]]:
    """Return every therapy type with the address of its page in the active language, if any."""
    language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    pages = (
        EducationPage.objects.live()
        .filter(
            locale__language_code=language,
            section=EducationPage.Section.TYPES,
            therapy_types__isnull=False,
        )
        .order_by("path")
        .for_cards()
        .prefetch_related("therapy_types")
    )
    urls: dict[int, str] = {}
    # The page about one type alone explains it better than a page about many.
    for page in sorted(pages, key=lambda page: len(page.therapy_types.all())):
        for therapy_type in page.therapy_types.all():
            urls.setdefault(therapy_type.pk, page.get_url())
    return [
        {"therapy_type": therapy_type, "url": urls.get(therapy_type.pk, "")}
        for therapy_type in TherapyType.objects.all()
    ]


@register.simple_tag
def related_pages(page: EducationPage) -> list[EducationPage]:
    """Return the live pages that the editor chose as the next to read."""
    return list(page.related_pages.live().for_cards())
