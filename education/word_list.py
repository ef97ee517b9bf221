"""The glossary as texts need it: read once, kept in the process until content changes."""

from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, Value
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from clinic.page_cache import generation
from education.glossary import Entry, Matcher
from education.models import GlossaryTerm


@dataclass(frozen=True)
class Word:
    """What readers are told about one word."""

    slug: str
    term: str
    pronunciation: str
    definition: str
    page_title: str = ""
    page_url: str = ""
    is_demo_content: bool = False


@dataclass(frozen=True)
class WordList:
    """The words of one language and what finds them."""

    words: dict[str, Word]
    matcher: Matcher
    unmarked: dict[int, set[str]]  # page id: slugs of the words that it does not mark


_kept: dict[str, tuple[int, WordList]] = {}
_building = Lock()


def word_list(language: str | None = None) -> WordList:
    """Return the words of a language, by default the active one; one query when kept."""
    language = language or (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    current = generation()
    with _building:
        kept = _kept.get(language)
        if kept is None or kept[0] != current:
            kept = _kept[language] = (current, _read(language))
    return kept[1]


def forget() -> None:
    """Drop what is kept, for tests that undo their changes."""
    _kept.clear()


def word_link(slug: str, words: str) -> str:
    """Return words of a text, already escaped, as the link to what they mean."""
    return format_html(
        '<a class="term" id="use-{}" href="#word-{}">{}</a>',
        slug,
        slug,
        mark_safe(words),  # noqa: S308 - a piece of the page's own HTML
    )


def _live_terms(language: str) -> list[GlossaryTerm]:
    """Return the live terms of a language with their pages and the pages that do not mark them."""
    terms = GlossaryTerm.objects.filter(live=True, locale__language_code=language)
    pages = ArrayAgg(
        "unmarked_on_pages__page_id",
        filter=Q(unmarked_on_pages__isnull=False),
        default=Value([]),
    )
    return list(terms.select_related("related_page__locale").annotate(unmarked_on=pages))


def as_word(term: GlossaryTerm) -> Word:
    """Return what readers see of a term."""
    page = term.related_page if term.related_page and term.related_page.live else None
    return Word(
        slug=term.slug,
        term=term.term,
        pronunciation=term.pronunciation,
        definition=term.definition,
        page_title=page.title if page else "",
        page_url=(page.get_url() or "") if page else "",
        is_demo_content=term.is_demo_content,
    )


def _read(language: str) -> WordList:
    terms = _live_terms(language)
    unmarked: dict[int, set[str]] = {}
    for term in terms:
        for page_id in term.unmarked_on:
            unmarked.setdefault(page_id, set()).add(term.slug)
    marked = (term for term in terms if term.is_marked_in_text)
    return WordList(
        words={term.slug: as_word(term) for term in terms},
        matcher=Matcher(Entry(term.slug, term.term, tuple(term.forms)) for term in marked),
        unmarked=unmarked,
    )
