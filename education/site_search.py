"""The glossary's part of the site search."""

from django.contrib.postgres.search import SearchVector
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext

from clinic.excerpts import marked
from clinic.search_backend import configuration
from clinic.search_terms import for_postgres
from clinic.site_search import BODY, EXACT, ResultGroup, SearchQuery, SearchResult
from education.folding import key_of
from education.models import GlossaryTerm

SHOWN = 4


def contribute(query: SearchQuery) -> ResultGroup:
    """Return the words that fit, the one that was asked for first."""
    config = configuration(query.language)
    terms = GlossaryTerm.objects.filter(live=True, locale__language_code=query.language)
    names = SearchVector("term", "forms", config=config)
    words = for_postgres(query.clauses, config)
    texts = SearchVector("term", "forms", "definition", config=config)
    found = list(
        terms.annotate(named=names, text=texts).filter(Q(named=words) | Q(text=words))[:100]
    )
    asked = key_of(query.text)
    found.sort(key=lambda term: (not _is_exact(term, asked), term.term.casefold()))
    address = reverse("education:glossary")
    shown = found[:SHOWN]
    titles = marked([term.term for term in shown], query.clauses, config)
    excerpts = marked([term.definition for term in shown], query.clauses, config)
    exact = bool(shown) and _is_exact(shown[0], asked)
    return ResultGroup(
        key="glossary",
        title=gettext("Words explained"),
        results=[
            SearchResult(
                title=term.term,
                url=f"{address}#{term.slug}",
                summary=term.definition,
                marked_title=title,
                excerpt=excerpt,
            )
            for term, (_f, title), (_g, excerpt) in zip(shown, titles, excerpts, strict=True)
        ],
        total=len(found),
        rank=EXACT if exact else BODY,
    )


def _is_exact(term: GlossaryTerm, asked: str) -> bool:
    return asked in {key_of(word) for word in (term.term, *term.forms)}
