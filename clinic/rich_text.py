"""Links between pages in rich text, with one query for a whole page.

Wagtail asks for the pages of every paragraph anew and for the locale of every link.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.utils.html import escape
from django.utils.translation import get_language
from wagtail.models import Page
from wagtail.rich_text.pages import PageLinkHandler

_LINK = re.compile(r"<a\b[^>]*>")
_PAGE_ID = re.compile(r'\bid=\\?"(\d+)')

_known: ContextVar[dict[int, str] | None] = ContextVar("known_page_links", default=None)


def page_addresses(ids: Iterable[int]) -> dict[int, str]:
    """Return where links to these pages lead: to the translation, if there is one; one query.

    A page that nobody can read has no address.
    """
    wanted = set(ids)
    if not wanted:
        return {}
    language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    keys = Page.objects.filter(pk__in=wanted).values("translation_key")
    rows = list(Page.objects.live().filter(translation_key__in=keys).select_related("locale"))
    translated = {row.translation_key: row for row in rows if row.locale.language_code == language}
    found = {row.pk: row for row in rows if row.pk in wanted}
    # A link to a draft whose translation is live still leads to the translation.
    drafts = Page.objects.filter(pk__in=wanted - found.keys()) if wanted - found.keys() else ()
    return {
        row.pk: translated.get(row.translation_key, row).get_url() or ""
        for row in (*found.values(), *drafts)
        if row.live or row.translation_key in translated
    }


@contextmanager
def links_of(body: Any) -> Iterator[None]:
    """Look up all links of a StreamField at once, for what is rendered inside."""
    raw = body.get_prep_value() if body else []
    text = json.dumps(raw)
    ids = {
        int(match[1])
        for link in _LINK.findall(text)
        if "linktype" in link and (match := _PAGE_ID.search(link))
    }
    ids.update(_places(raw))
    token = _known.set(dict.fromkeys(ids, "") | page_addresses(ids))
    try:
        yield
    finally:
        _known.reset(token)


def _places(raw: list[dict[str, Any]]) -> Iterator[int]:
    """Yield the pages that the numbers of drawings lead to."""
    for block in raw:
        if block["type"] == "illustration":
            yield from (place["value"] for place in block["value"].get("places", []))


def known_addresses(ids: Iterable[int]) -> dict[int, str]:
    """Return where links to these pages lead, without a query inside `links_of`."""
    wanted = set(ids)
    known = _known.get() or {}
    return known if wanted <= known.keys() else known | page_addresses(wanted)


class QuickPageLinkHandler(PageLinkHandler):
    """Turns stored links into addresses; a link to nothing stays as plain words."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, str]]) -> list[str]:
        """Return the opening tag of each link."""
        ids = [int(attrs.get("id") or 0) for attrs in attrs_list]
        addresses = known_addresses(ids)
        return [f'<a href="{escape(addresses[pk])}">' if addresses.get(pk) else "<a>" for pk in ids]
