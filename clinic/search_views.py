"""The page of the site search."""

from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clinic.failed_searches import note_failed
from clinic.search_terms import understand
from clinic.site_search import ResultGroup, SearchQuery, clean_query, search_site


@never_cache
@require_safe
def site_search(request: HttpRequest) -> HttpResponse:
    """Show what the whole site says about the words in ``q``; never cached.

    Words that find nothing but look misspelt are searched as they are meant, which is said.
    """
    text = clean_query(request.GET.get("q", ""))
    language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    groups: list[ResultGroup] = []
    context = {"search_query": text, "groups": groups, "total": 0}
    if text:
        words = understand(text, language)
        groups = search_site(SearchQuery(text=text, language=language, words=words))
        if words.suggestion:
            meant = understand(words.suggestion, language)
            words = replace(words, is_urgent=words.is_urgent or meant.is_urgent)
            if not _total(groups):
                query = SearchQuery(text=words.suggestion, language=language, words=meant)
                instead = search_site(query)
                if _total(instead):
                    groups = instead
                    words = replace(words, clauses=meant.clauses)
                    context["meant"] = query.text
        context |= {"groups": groups, "words": words}
        context["total"] = 0 if "meant" in context else _total(groups)
        if not context["total"] and "meant" not in context:
            note_failed(text, language, request)
    response = render(request, "clinic/search.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


def _total(groups: list[ResultGroup]) -> int:
    return sum(group.total for group in groups if not group.is_similar)
