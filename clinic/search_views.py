"""The page of the site search."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clinic.site_search import SearchQuery, clean_query, search_site


@never_cache
@require_safe
def site_search(request: HttpRequest) -> HttpResponse:
    """Show what the whole site says about the words in ``q``; never stored, never cached."""
    text = clean_query(request.GET.get("q", ""))
    language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    groups = search_site(SearchQuery(text=text, language=language)) if text else []
    response = render(
        request,
        "clinic/search.html",
        {
            "search_query": text,
            "groups": groups,
            "total": sum(group.total for group in groups if not group.is_similar),
        },
    )
    response["Cache-Control"] = "no-store, private"
    return response
