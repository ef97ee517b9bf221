"""Links of live pages and texts that lead to nothing on our own site. Nothing is fetched."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import Page

from clinic.models import TakeDown
from clinic.models.pages import RESERVED_SLUGS
from clinic.page_parts import Kind, Part, parts_of
from clinic.roles import reviewed_snippet_models

_LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_TAG = re.compile(r"<[^>]+>")
# Places that our templates make, besides those of a page's own blocks.
_PLACES_OF_TEMPLATES = re.compile(r"(?:content|sources|related|(?:word|section|contact)-.*)")

PAGE_GONE = _("The page was deleted.")
PAGE_TAKEN_DOWN = _("The page was taken down.")
PAGE_NOT_LIVE = _("The page is not published.")
DOCUMENT_GONE = _("The document was deleted.")
NO_SUCH_ADDRESS = _("There is no page at this address.")
NO_SUCH_PLACE = _("There is no such place on the page.")


@dataclass(frozen=True)
class BrokenLink:
    """One link: the page or text that holds it, the block, its words, and what is wrong."""

    holder: Any
    block: str
    words: str
    problem: str | Promise


@dataclass(frozen=True)
class _Link:
    """A link as stored: a page, a document, or an address."""

    words: str
    page: int | None = None
    document: int | None = None
    address: str = ""


def broken_links() -> list[BrokenLink]:
    """Return the links that lead to nothing, those of pages first; a fixed number of queries."""
    texts: list[Any] = list(
        Page.objects.live().filter(depth__gt=1).specific().prefetch_related("locale")
    )
    for model in reviewed_snippet_models():
        texts += model._default_manager.filter(live=True).select_related("locale")
    parts = [(text, list(parts_of(text))) for text in texts]
    found = [
        (text, part, link, _places(own))
        for text, own in parts
        for part in own
        for link in links_of_part(part)
    ]
    site = _Site([link for _text, _part, link, _own in found])
    return [
        BrokenLink(text, _block_label(text, part), link.words, problem)
        for text, part, link, places in found
        if (problem := site.problem(text, link, places))
    ]


def links_of_part(part: Part) -> Iterator[_Link]:
    """Yield the links of one leaf of a text."""
    value = part.value
    if part.kind is Kind.PAGE and value:
        yield _Link("", page=int(value))
    elif part.kind is Kind.LINK and isinstance(value, dict):
        words = value.get("text") or ""
        yield _Link(words, page=value.get("page"), address=value.get("url") or "")
    elif part.kind is Kind.RICH_TEXT:
        for attributes_text, inner in _LINK.findall(value or ""):
            attributes = dict(_ATTRIBUTE.findall(attributes_text))
            words = unescape(_TAG.sub("", inner)).strip()
            number = int(attributes["id"]) if attributes.get("id", "").isdigit() else None
            kind = attributes.get("linktype")
            yield _Link(
                words,
                page=number if kind == "page" else None,
                document=number if kind == "document" else None,
                address=unescape(attributes.get("href", "")),
            )


class _Site:
    """What exists on the site of all that the links mean."""

    def __init__(self, links: list[_Link]) -> None:
        wanted = {link.page for link in links if link.page}
        self.pages = {page.pk: page for page in Page.objects.filter(pk__in=wanted)}
        self.taken_down = set(
            TakeDown.objects.filter(page__in=wanted, page__live=False).values_list(
                "page", flat=True
            )
        )
        documents = get_document_model().objects
        self.documents = set(
            documents.filter(pk__in={link.document for link in links if link.document}).values_list(
                "pk", flat=True
            )
        )
        live = Page.objects.live().filter(depth__gt=1).select_related("locale")
        self.translated = {(page.translation_key, page.locale_id) for page in live}
        self.addresses = {_address(page) for page in live} | {
            Redirect.normalise_path(path)
            for path in Redirect.objects.values_list("old_path", flat=True)
        }

    def problem(self, text: Any, link: _Link, places: frozenset[str]) -> str | Promise:
        """Return what is wrong with a link, "" when it leads somewhere."""
        if link.page:
            return self._page_problem(text, link.page)
        if link.document:
            return "" if link.document in self.documents else DOCUMENT_GONE
        path, _hash, place = link.address.partition("#")
        if not path and place:
            known = place in places or _PLACES_OF_TEMPLATES.fullmatch(place)
            return "" if known else NO_SUCH_PLACE
        return self._address_problem(path.partition("?")[0])

    def _page_problem(self, text: Any, pk: int) -> str | Promise:
        page = self.pages.get(pk)
        if page is None:
            return PAGE_GONE
        # Readers are led to the translation in the language of the page they read.
        if page.live or (page.translation_key, text.locale_id) in self.translated:
            return ""
        return PAGE_TAKEN_DOWN if pk in self.taken_down else PAGE_NOT_LIVE

    def _address_problem(self, path: str) -> str | Promise:
        language, _slash, below = path.removeprefix("/").partition("/")
        if not path.startswith("/") or language not in dict(settings.LANGUAGES):
            return ""  # another site, or a part of ours that no editor makes
        if below.split("/")[0] in RESERVED_SLUGS:
            return ""
        known = Redirect.normalise_path(path) in self.addresses
        return "" if known else NO_SUCH_ADDRESS


def _address(page: Page) -> str:
    """Return where a page answers: below its language, without the home page's own slug."""
    below = page.url_path.split("/", 2)[2]
    return str(Redirect.normalise_path(f"/{page.locale.language_code}/{below}"))


def _places(parts: list[Part]) -> frozenset[str]:
    """Return the places of a text that an address may end with."""
    own = {f"part-{part.block_id[:8]}" for part in parts if part.block_id}
    keys = {str(part.value) for part in parts if part.holder == "patient_text"}
    return frozenset(own | keys)


def _block_label(text: Any, part: Part) -> str:
    field = text._meta.get_field(part.field)
    stream = getattr(field, "stream_block", None)
    return capfirst(str(stream.child_blocks[part.holder].label if stream else field.verbose_name))
