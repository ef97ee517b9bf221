"""The operations of the API, and its OpenAPI description at ``openapi.json``."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.urls import reverse
from django.utils import translation
from ninja import NinjaAPI, Path, Query

from trials.api.manners import REQUESTS, plain_refusal
from trials.api.rows import as_csv, trial_detail, trial_rows
from trials.api.schemas import Asked, Refusal, Text, TrialDetail, TrialPage, TrialRow
from trials.facets import unplaced_notes
from trials.models import Trial
from trials.search import TrialSearch
from trials.search_query import TrialQuery, read_query
from trials.spelling import as_meant
from trials.vocabulary import Vocabulary

PAGE_SIZE = 50
LARGEST_PAGE = 1000
NAMESPACE = "trials_api"

api = NinjaAPI(
    title="Clinical trials",
    version="1",
    description=(
        "The trials that this clinic lists, mirrored from ClinicalTrials.gov once a day. No key; "
        f"at most {REQUESTS} requests a minute from one network. Every answer has an ETag."
    ),
    urls_namespace=NAMESPACE,
    # The usual page of documentation loads its scripts from a third party.
    docs_url=None,
    openapi_url="/openapi.json",
)


@api.get(
    "/trials/",
    url_name="api_list",
    response={200: TrialPage, 304: None, 400: Refusal, 429: Refusal},
    summary="Search trials",
    openapi_extra={"responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}},
)
def trial_list(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """Return ``count``, ``next``, ``previous``, ``results``; ``notes`` where something was odd."""
    with translation.override("en"):
        vocabulary = Vocabulary.current()
        query = read_query(request.GET, vocabulary)
        size = _page_size(request.GET.get("page_size", ""), query)
        found = TrialSearch(query, vocabulary, "en")
        count = found.total()
        is_unknown = bool(query.q) and not count and not found.total_by_words()
        if is_unknown and (meant := as_meant(found, vocabulary)):
            query.notes.append(f"Nothing fits “{query.q}”. This is “{meant.query.q}”.")
            found, query = meant, meant.query
            count = found.total()
        query.notes += unplaced_notes(found.unplaced())
        trials = found.trials(limit=size, offset=(query.page - 1) * size, total=count)
        rows = trial_rows(request, trials, vocabulary)
    has_next = query.page * size < count
    links = {
        "next": _address(request, query, size, query.page + 1) if has_next else None,
        "previous": _address(request, query, size, query.page - 1) if query.page > 1 else None,
    }
    response: HttpResponse
    if asked.format.strip().lower() == "csv":
        table = as_csv(rows, TrialRow.model_fields)
        response = HttpResponse(table, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="trials.csv"'
    else:
        answer: dict[str, Any] = {"count": count, **links, "results": rows}
        if query.notes:
            answer["notes"] = query.notes
        response = JsonResponse(answer, json_dumps_params={"ensure_ascii": False})
    shown = [f'<{address}>; rel="{name}"' for name, address in links.items() if address]
    if shown:
        response["Link"] = ", ".join(shown)
    return response


@api.get(
    "/trials/{nct_id}/",
    url_name="api_detail",
    response={
        200: TrialDetail,
        301: None,
        304: None,
        400: Refusal,
        404: Refusal,
        429: Refusal,
    },
    summary="One trial",
)
def trial(request: HttpRequest, nct_id: Path[Text]) -> HttpResponse:
    """Return one trial; other spellings and former ids lead to its address."""
    found = Trial.objects.led_to(nct_id)
    if found is None:
        return plain_refusal(404, "We list no trial with this id.")
    if nct_id != found.nct_id:
        address = reverse(f"{NAMESPACE}:api_detail", args=[found.nct_id])
        return HttpResponsePermanentRedirect(address)
    with translation.override("en"):
        answer = trial_detail(request, found, Vocabulary.current())
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


def _page_size(given: str, query: TrialQuery) -> int:
    if not given.strip():
        return PAGE_SIZE
    if given.isascii() and given.isdecimal():
        digits = given.lstrip("0")
        if len(digits) < 5 and 1 <= int(digits or 0) <= LARGEST_PAGE:
            return int(digits)
    query.notes.append(f"page_size is a number from 1 to {LARGEST_PAGE}; {PAGE_SIZE} was used.")
    return PAGE_SIZE


def _address(request: HttpRequest, query: TrialQuery, size: int, page: int) -> str:
    address = query.address(page=page)
    joined = "" if address.endswith("?") else "&"
    return request.build_absolute_uri(f"{request.path}{address}{joined}page_size={size}")
