"""One search over the whole site; each room contributes a group of results.

An app contributes by a module ``site_search.py`` with a function
``contribute(query: SearchQuery) -> ResultGroup | None``. Nobody stores what people search for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext
from wagtail.models import Locale, Page
from wagtail.query import PageQuerySet
from wagtail.search.query import Fuzzy

from clinic.contributions import contributions

MAX_LENGTH = 200
MIN_FUZZY_LENGTH = 4


@dataclass(frozen=True)
class SearchQuery:
    """What somebody looks for, cleaned, and in which language."""

    text: str
    language: str
    limit: int = 12


@dataclass(frozen=True)
class SearchResult:
    """One place where the answer may stand. ``language`` is set where it is not the page's."""

    title: str
    url: str
    summary: str = ""
    note: str = ""
    language: str = ""


@dataclass(frozen=True)
class ResultGroup:
    """The results of one room."""

    key: str
    title: str
    results: list[SearchResult] = field(default_factory=list)
    total: int = 0
    more_url: str = ""
    is_similar: bool = False


def clean_query(raw: str) -> str:
    """Return the words of a query without control characters, spaces folded, not too long."""
    printable = "".join(char if char.isprintable() else " " for char in raw[: 4 * MAX_LENGTH])
    return " ".join(printable.split())[:MAX_LENGTH].strip()


def search_site(query: SearchQuery) -> list[ResultGroup]:
    """Return the groups that found something, pages first."""
    groups = (module.contribute(query) for module in contributions("site_search"))
    return [group for group in groups if group is not None and group.results]


def contribute(query: SearchQuery) -> ResultGroup:
    """Return the live, public pages that fit; similar words when nothing fits exactly."""
    locale = Locale.objects.filter(language_code=query.language).first()
    if locale is None:
        return _group([], total=0)
    pages = Page.objects.live().public().filter(locale=locale).specific()
    found = pages.search(query.text)
    results = list(found[: query.limit])
    if results:
        return _group(results, total=found.count())
    similar = _similar(pages, query)
    return _group(similar, total=len(similar), is_similar=True)


def _similar(pages: PageQuerySet, query: SearchQuery) -> list[Page]:
    if len(query.text) < MIN_FUZZY_LENGTH:
        return []
    return list(pages.search(Fuzzy(query.text))[: query.limit])


def _group(pages: Iterable[Page], *, total: int, is_similar: bool = False) -> ResultGroup:
    return ResultGroup(
        key="pages",
        title=gettext("Pages"),
        results=[
            SearchResult(
                title=page.title, url=page.get_url() or "", summary=getattr(page, "summary", "")
            )
            for page in pages
        ],
        total=total,
        is_similar=is_similar,
    )
