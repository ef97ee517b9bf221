"""Lists of education pages for templates, in few queries."""

from typing import Any

from django import template
from django.conf import settings
from django.db.models import Count
from django.utils.translation import get_language
from wagtail.query import PageQuerySet

from education.models import EducationIndexPage, EducationPage, TherapyType
from education.topics import Topic, topics_of

register = template.Library()

# Where a drawing tells the pages apart; sixty of them would make the list longer, not clearer.
DRAWN_SECTIONS = frozenset({EducationPage.Section.BASICS, EducationPage.Section.TYPES})


@register.simple_tag
def education_sections(index_page: EducationIndexPage) -> list[dict[str, Any]]:
    """Return the sections that have live pages, in reading order: key, label, pages."""
    pages = list(
        EducationPage.objects.child_of(index_page).live().order_by("path").defer_streamfields()
    )
    sections = []
    for key, label in EducationPage.Section.choices:
        found = [page for page in pages if page.section == key]
        if found:
            is_plain = key not in DRAWN_SECTIONS
            sections.append({"key": key, "label": label, "pages": found, "is_plain": is_plain})
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
        .defer_streamfields()
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
    chosen = page.related_pages.filter(live=True)
    # A preview holds what the editor chose but has not saved: a list that behaves like a queryset.
    return list(chosen.defer_streamfields() if isinstance(chosen, PageQuerySet) else chosen)


@register.simple_tag
def treatment_pages(page: EducationPage) -> list[EducationPage]:
    """Return the live pages each of which explains one of the therapy types of a page."""
    therapy_types = page.therapy_types.all()
    return list(
        EducationPage.objects.live()
        .filter(
            locale=page.locale_id,
            section=EducationPage.Section.TYPES,
            pk__in=EducationPage.objects.order_by()
            .filter(therapy_types__in=[entry.pk for entry in therapy_types])
            .values("pk"),
        )
        .annotate(topics=Count("therapy_types"))
        .filter(topics=1)
        .order_by("path")
        .defer_streamfields()
    )


@register.simple_tag
def topics(page: EducationPage) -> dict[str, list[Topic]]:
    """Return the therapy types and the cancer types of a page."""
    return topics_of(page)
