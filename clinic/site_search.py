"""One search over the whole site; each room contributes a group of results.

An app contributes by a module ``site_search.py`` with a function
``contribute(query: SearchQuery) -> ResultGroup | None``. What people search for is not stored; of
what finds nothing, `clinic.failed_searches` keeps the words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext
from wagtail.models import Locale, Page
from wagtail.query import PageQuerySet
from wagtail.search.query import Fuzzy

from clinic.contributions import contributions
from clinic.excerpts import has_marks, marked, text_of
from clinic.search_backend import configuration
from clinic.search_terms import Clause, QueryWords, for_pages

MAX_LENGTH = 200
MIN_FUZZY_LENGTH = 4
LOOKED_THROUGH = 100
# What stands first: a page whose title fits, then a word that is explained, then texts.
TITLE, EXACT, BODY = 0, 1, 2


@dataclass(frozen=True)
class SearchQuery:
    """What somebody looks for, cleaned, and in which language."""

    text: str
    language: str
    limit: int = 12
    words: QueryWords | None = None

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Return what must match; the text as it stands where nobody read it."""
        return self.words.clauses if self.words else (Clause(self.text),)


@dataclass(frozen=True)
class SearchResult:
    """One place where the answer may stand. ``language`` is set where it is not the page's.

    ``marked_title`` and ``excerpt`` are HTML in which the words of the search are marked.
    """

    title: str
    url: str
    summary: str = ""
    note: str = ""
    language: str = ""
    marked_title: str = ""
    excerpt: str = ""


@dataclass(frozen=True)
class ResultGroup:
    """The results of one room."""

    key: str
    title: str
    results: list[SearchResult] = field(default_factory=list)
    total: int = 0
    more_url: str = ""
    is_similar: bool = False
    rank: int = BODY


def clean_query(raw: str) -> str:
    """Return the words of a query without control characters, spaces folded, not too long."""
    printable = "".join(char if char.isprintable() else " " for char in raw[: 4 * MAX_LENGTH])
    return " ".join(printable.split())[:MAX_LENGTH].strip()


def search_site(query: SearchQuery) -> list[ResultGroup]:
    """Return the groups that found something, the best first, otherwise pages first."""
    groups = (module.contribute(query) for module in contributions("site_search"))
    found = [group for group in groups if group is not None and group.results]
    return sorted(found, key=lambda group: (group.is_similar, group.rank))


def contribute(query: SearchQuery) -> ResultGroup:
    """Return the live, public pages that fit; similar words when nothing fits exactly."""
    locale = Locale.objects.filter(language_code=query.language).first()
    if locale is None:
        return _group(query, [], total=0)
    pages = Page.objects.live().public().filter(locale=locale)
    found = pages.search(for_pages(query.clauses))
    leads = query.words.leads if query.words else ()
    first = sorted(pages.filter(pk__in=leads), key=lambda page: leads.index(page.pk))
    others = [page for page in found[:LOOKED_THROUGH] if page.pk not in leads]
    if first or others:
        total = max(found.count(), len(first) + len(others))
        return _group(query, [*first, *others], leads=len(first), total=total)
    similar = _similar(pages, query)
    return _group(query, similar, total=len(similar), is_similar=True)


def _similar(pages: PageQuerySet, query: SearchQuery) -> list[Page]:
    """Return pages with some of the words, otherwise with words that are written alike."""
    if len(query.text) < MIN_FUZZY_LENGTH:
        return []
    some = list(pages.search(query.text, operator="or")[: query.limit])
    return some or list(pages.search(Fuzzy(query.text))[: query.limit])


def _group(
    query: SearchQuery,
    pages: Sequence[Page],
    *,
    total: int,
    leads: int = 0,
    is_similar: bool = False,
) -> ResultGroup:
    config = configuration(query.language)
    titles = marked([page.title for page in pages], query.clauses, config)
    order = sorted(range(len(pages)), key=lambda at: (at >= leads, not titles[at][0], at))
    shown = order[: query.limit]
    specific = Page.objects.filter(pk__in=[pages[at].pk for at in shown]).specific()
    by_id = {page.pk: page for page in specific}
    chosen = [(by_id[pages[at].pk], titles[at][1]) for at in shown]
    summaries = [getattr(page, "summary", "") for page, _title in chosen]
    texts = [
        f"{summary} {text_of(page)}" for (page, _t), summary in zip(chosen, summaries, strict=True)
    ]
    excerpts = marked(texts, query.clauses, config, parts=True)
    return ResultGroup(
        key="pages",
        title=gettext("Pages"),
        results=[
            SearchResult(
                title=page.title,
                url=page.get_url() or "",
                summary=summary,
                marked_title=title,
                excerpt=excerpt if has_marks(excerpt) else "",
            )
            for (page, title), summary, (_fits, excerpt) in zip(
                chosen, summaries, excerpts, strict=True
            )
        ],
        total=total,
        is_similar=is_similar,
        rank=TITLE if leads or any(fits for fits, _html in titles) else BODY,
    )
