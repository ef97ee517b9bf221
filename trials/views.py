from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clinic.failed_searches import note_failed
from trials.facets import distances, facets, removable_filters, unplaced_notes
from trials.models import Trial
from trials.open_to_many import open_to_many
from trials.registry.values import nct_id as read_nct_id
from trials.search import TrialSearch
from trials.search_query import TrialQuery, read_query
from trials.spelling import also_meant, as_meant
from trials.structured_data import trial_script
from trials.trial_page import trial_page
from trials.trial_places import asked_zip
from trials.vocabulary import Vocabulary

PAGE_SIZE = 20


@never_cache
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the trials that fit what the address asks for."""
    vocabulary = Vocabulary.current()
    query = read_query(request.GET, vocabulary)
    found = TrialSearch(query, vocabulary, get_language() or "en")
    counts, typed = found.counts(), ""
    if query.q and not counts.total:
        if not query.has_filters:
            note_failed(query.q, (get_language() or "en").split("-")[0], request)
        if meant := None if found.total_by_words() else as_meant(found, vocabulary):
            typed, found, query = query.q, meant, meant.query
            counts = found.counts()
    pages = Paginator(range(counts.total), PAGE_SIZE)
    page = pages.get_page(query.page)
    if query.page > pages.num_pages:
        query.notes.append(
            gettext("There is no page %(page)d. This is the last page.") % {"page": query.page}
        )
    query.notes += unplaced_notes(found.unplaced())
    trials = found.trials(limit=PAGE_SIZE, offset=(page.number - 1) * PAGE_SIZE, total=counts.total)
    context = {
        "query": query,
        "trials": trials if counts.total else [],
        "counts": counts,
        "total_by_words": found.total_by_words() if query.has_filters and not counts.total else 0,
        "facets": facets(query, counts, vocabulary),
        "distances": distances(query),
        "removable": removable_filters(query, vocabulary),
        "also_searched": found.also_searched,
        "left_out": found.words.left_out,
        "typed": typed,
        "also_meant": "" if typed else also_meant(found, counts.total, vocabulary),
        "open_to_many": open_to_many(found, vocabulary),
        "feed_address": _feed_address(query),
        "page_links": _page_links(query, pages, page.number),
        "address_without_filters": query.address(
            without=[pair for pair in query.parameters() if pair[0] not in {"q", "sort", "zip"}]
        ),
    }
    return render(request, "trials/search.html", context)


def _feed_address(query: TrialQuery) -> str:
    """Return the address of the search as a feed, in the language of the page."""
    pairs = [pair for pair in query.parameters() if pair[0] != "sort"]
    language = (get_language() or "en").split("-")[0]
    return f"{reverse('feeds:trials')}?{urlencode([*pairs, ('lang', language)])}"


def _page_links(query: Any, pages: Paginator, current: int) -> list[dict[str, Any]]:
    """Return the links of the page bar; a link without a number is a gap."""
    if pages.num_pages < 2:
        return []
    return [
        {"number": number, "address": query.address(page=number), "is_current": number == current}
        if isinstance(number, int)
        else {}
        for number in pages.get_elided_page_range(current, on_each_side=1, on_ends=1)
    ]


@require_safe
def detail(request: HttpRequest, nct_id: str) -> HttpResponse:
    """Show one trial; other spellings and former ids lead to its address."""
    found = find_or_lead(request, nct_id, "trials:detail")
    if isinstance(found, HttpResponse):
        return found
    language, asked = get_language() or "en", asked_zip(request.GET)
    context = trial_page(found, language, asked)
    context["structured_data"] = trial_script(context, language)
    response = render(request, "trials/trial.html", context)
    if "zip" in request.GET:
        # Where somebody lives is kept nowhere, in no browser either.
        add_never_cache_headers(response)
    return response


def find_or_lead(request: HttpRequest, nct_id: str, name: str) -> Trial | HttpResponse:
    """Return the trial, or the answer that leads to its page of this name or says there is none."""
    trial: Trial | None = Trial.objects.led_to(nct_id)
    if trial is None:
        return _not_found(request, nct_id)
    if nct_id == trial.nct_id:
        return trial
    return HttpResponsePermanentRedirect(reverse(name, args=[trial.nct_id]))


def _not_found(request: HttpRequest, given: str) -> HttpResponse:
    return render(request, "trials/not_found.html", {"given": read_nct_id(given)}, status=404)
