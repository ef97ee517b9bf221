"""The trials as JSON, with the filters of the search page."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from trials.models import Trial, TrialCancerType, TrialTherapyType
from trials.search import TrialSearch
from trials.search_query import TrialQuery, read_query
from trials.spelling import as_meant
from trials.vocabulary import CANCER, THERAPY, Vocabulary

PAGE_SIZE = 50
LARGEST_PAGE = 1000


@require_safe
def trial_list(request: HttpRequest) -> JsonResponse:
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
        trials = found.trials(limit=size, offset=(query.page - 1) * size)
        answer: dict[str, Any] = {
            "count": count,
            "next": _address(request, query, size, query.page + 1)
            if query.page * size < count
            else None,
            "previous": _address(request, query, size, query.page - 1) if query.page > 1 else None,
            "results": _results(request, trials, vocabulary),
        }
        if query.notes:
            answer["notes"] = query.notes
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


def _page_size(given: str, query: TrialQuery) -> int:
    if not given.strip():
        return PAGE_SIZE
    if given.isascii() and given.isdecimal() and 1 <= int(given[:9]) <= LARGEST_PAGE:
        return int(given[:9])
    query.notes.append(f"page_size is a number from 1 to {LARGEST_PAGE}; {PAGE_SIZE} was used.")
    return PAGE_SIZE


def _address(request: HttpRequest, query: TrialQuery, size: int, page: int) -> str:
    address = query.address(page=page)
    joined = "" if address.endswith("?") else "&"
    return request.build_absolute_uri(f"{request.path}{address}{joined}page_size={size}")


def _results(
    request: HttpRequest, trials: list[Trial], vocabulary: Vocabulary
) -> list[dict[str, Any]]:
    cancers = _slugs(TrialCancerType, "cancer_type_id", trials, vocabulary.slugs[CANCER])
    therapies = _slugs(TrialTherapyType, "therapy_type_id", trials, vocabulary.slugs[THERAPY])
    return [
        {
            "nct_id": trial.nct_id,
            "title": trial.brief_title,
            "plain_title": trial.shown_title if trial.shown_title != trial.brief_title else None,
            "status": trial.status,
            "our_site_open": trial.our_site_open,
            "phases": trial.phases,
            "study_type": trial.study_type,
            "conditions": trial.conditions,
            "cancer_types": cancers.get(trial.pk, []),
            "therapy_types": therapies.get(trial.pk, []),
            "sex": trial.sex,
            "minimum_age": trial.minimum_age_text or None,
            "maximum_age": trial.maximum_age_text or None,
            "sponsor": trial.sponsor,
            "last_update_posted": trial.last_update_posted,
            "url": request.build_absolute_uri(reverse("trials:detail", args=[trial.nct_id])),
        }
        for trial in trials
    ]


def _slugs(
    model: type[Any], column: str, trials: list[Trial], slugs: dict[str, int]
) -> dict[int, list[str]]:
    names = {pk: slug for slug, pk in slugs.items()}
    result: dict[int, list[str]] = {}
    rows = model.objects.filter(trial__in=[trial.pk for trial in trials], applies=True)
    for trial_id, pk in rows.values_list("trial_id", column):
        result.setdefault(trial_id, []).append(names[pk])
    return {trial_id: sorted(found) for trial_id, found in result.items()}
