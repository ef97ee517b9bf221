"""The glossary from A to Z."""

import unicodedata
from itertools import groupby

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from clinic.site_search import clean_query
from clinic.structured_data import absolute, as_script
from education.word_list import Word, word_list


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Show every word by its first letter, or those that contain the words of ``q``."""
    query = clean_query(request.GET.get("q", ""))
    language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    words = word_list(language).words.values()
    found = sorted(
        (word for word in words if _plain(query) in _plain(f"{word.term} {word.definition}")),
        key=lambda word: _plain(word.term),
    )
    context = {
        "letters": _by_letter(found),
        "query": query,
        "total": len(found),
        "structured_data": "" if query else _defined_terms(found, request.path, language),
        "marks": {"is_demo_content": any(word.is_demo_content for word in found)},
    }
    response = render(request, "education/glossary.html", context)
    if request.GET:
        response["Cache-Control"] = "no-store, private"
    return response


def _defined_terms(words: list[Word], path: str, language: str) -> SafeString:
    """Return the words as schema.org data (DefinedTermSet)."""
    address = absolute(path)
    data = {
        "@context": "https://schema.org",
        "@type": "DefinedTermSet",
        "@id": address,
        "name": gettext("Glossary"),
        "inLanguage": language,
        "hasDefinedTerm": [
            {
                "@type": "DefinedTerm",
                "name": word.term,
                "description": word.definition,
                "url": f"{address}#{word.slug}",
            }
            for word in words
        ],
    }
    return as_script(data)


def _by_letter(words: list[Word]) -> list[tuple[str, list[Word]]]:
    """Return letter and words; whatever does not begin with a letter stands under “#”."""

    def letter(word: Word) -> str:
        first = _plain(word.term)[:1].upper()
        return first if first.isalpha() else "#"

    return [(key, list(group)) for key, group in groupby(words, key=letter)]


def _plain(text: str) -> str:
    """Return the text as it sorts and compares: without accents and capitals."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
