"""What the templates of every room need: the site's frame, facts, drawings and pictures."""

import re
from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from wagtail.models import Page

from clinic import illustrations
from clinic.icons import PATHS
from clinic.models import ClinicImage, ClinicSettings, PatientText, Person
from clinic.navigation import load_surroundings
from clinic.phones import dial
from clinic.reading import ReadingLevel
from clinic.reading import reading_level as measure_reading
from clinic.renditions import Picture
from clinic.renditions import picture as read_picture
from clinic.rich_text import known_addresses
from clinic.site_facts import clinic_settings as read_settings
from clinic.site_facts import patient_texts

register = template.Library()

# No stop after "Dr." or an initial: a capital letter must follow a word of three letters or more.
SENTENCE = re.compile(r"(?<=[\w)”\"]{3}[.!?])\s+(?=[¿¡“\"(]?[A-ZÁÉÍÓÚÑ])")


@register.simple_tag(takes_context=True)
def clinic_settings(context: Context) -> ClinicSettings:
    """Return the clinic's settings."""
    return read_settings(context.get("request"))


@register.simple_tag(takes_context=True)
def surroundings(context: Context) -> dict[str, Any]:
    """Return ``nav`` (menu, footer, breadcrumbs) and ``languages``, which never lead to a 404."""
    page = context.get("page")
    page = page if isinstance(page, Page) else None
    nav, languages = load_surroundings(context.get("request"), page)
    return {"nav": nav, "languages": languages}


@register.simple_tag(takes_context=True)
def patient_text(context: Context, key: str) -> PatientText | None:
    """Return the live text for patients of that key, None when there is none."""
    return patient_texts(context.get("request")).get(key)


@register.filter
def dial_link(number: str) -> str:
    """Return the ``tel:`` address of a phone number."""
    return dial(number)


@register.filter
def unbroken(text: str) -> SafeString:
    """Return the text, a phone number for example, so that no line breaks inside it."""
    return format_html('<span class="unbroken">{}</span>', text)


@register.filter
def first_sentence(text: str) -> str:
    """Return a text up to its first full stop, question mark or exclamation mark."""
    return SENTENCE.split(text, maxsplit=1)[0]


@register.simple_tag
def reading_level(instance: Any) -> ReadingLevel | None:
    """Return how hard a text is to read; None where nobody can measure it."""
    return measure_reading(instance) if instance is not None else None


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a decorative icon; the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        mark_safe(PATHS.get(name, "")),  # noqa: S308 - constants of this package
    )


def _next_drawing(context: Context) -> int:
    """Return 1, 2, 3… within one request, whichever template or block asks."""
    request = context.get("request")
    number = getattr(request, "_drawings", 0) + 1
    if request is not None:
        request._drawings = number
    return number


@register.simple_tag(takes_context=True)
def illustration(
    context: Context,
    name: str,
    title: str | None = None,
    description: str | None = None,
    decorative: bool = False,
    places: Iterable[Page | None] = (),
) -> SafeString:
    """Return the drawing inline, "" when there is none of that name.

    Without words given, the drawing's own title and description are used, translated. Its numbers
    lead to ``places`` if each of these pages can be read.
    """
    if not name:
        return mark_safe("")
    own_title, own_description = illustrations.texts(name)
    if title is None:
        title = gettext(own_title) if own_title else ""
    if description is None:
        description = gettext(own_description) if own_description else ""
    return mark_safe(  # noqa: S308 - a file of this repository; words are escaped by render()
        illustrations.render(
            name,
            uid=f"drawing-{_next_drawing(context)}",
            title="" if decorative else title,
            description="" if decorative else description,
            places=_places(places),
        )
    )


def _places(pages: Iterable[Page | None]) -> list[illustrations.Place]:
    """Return title and address of the pages; none at all when one of them cannot be read."""
    chosen = [page for page in pages if page is not None]
    addresses = known_addresses(page.pk for page in chosen)
    places = [(page.title, addresses.get(page.pk, "")) for page in chosen]
    return places if all(address for _, address in places) else []


@register.simple_tag
def picture_sources(image: ClinicImage, portrait: bool = False) -> Picture:
    """Return sources and fallback of a picture."""
    return read_picture(image, portrait=portrait)


@register.simple_tag
def people(limit: int | None = None) -> list[Person]:
    """Return the people of the active language in their order, with their photos."""
    return list(Person.objects.for_listing()[:limit])


@register.filter
def table_of_contents(body: Any) -> list[dict[str, str]]:
    """Return anchor and text of the headings of a page's content."""
    return [
        {"anchor": anchor(block.id), "text": str(block.value)}
        for block in body or []
        if block.block_type == "heading"
    ]


@register.filter
def draws(body: Any, name: str) -> bool:
    """Return whether a page's content shows this drawing, so that its top need not repeat it."""
    return any(
        block.block_type == "illustration" and block.value["name"] == name for block in body or []
    )


@register.filter
def anchor(block_id: str | None) -> str:
    """Return a block's anchor: it survives rewording, moving and translation."""
    return f"part-{(block_id or '')[:8]}"


@register.filter
def specific_pages(pages: Any) -> list[Page]:
    """Return the live pages as their own types, in the given order: one query per type."""
    chosen = [page.pk for page in pages or [] if page is not None]
    found = {page.pk: page for page in Page.objects.live().filter(pk__in=chosen).specific()}
    return [found[pk] for pk in chosen if pk in found]
