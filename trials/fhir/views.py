"""Read and search of ResearchStudy, and what this server can do (FHIR R4B, RESTful API)."""

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import http_date

from clinic.site_facts import clinic_settings
from trials.fhir.research_study import research_study
from trials.fhir.search import FORMATS, PARAMETERS, StudySearch, outcome, read_search
from trials.models import Trial, TrialSite

FHIR_VERSION = "4.3.0"
CONTENT_TYPE = "application/fhir+json; charset=utf-8"
# Of this software's description of itself.
PUBLISHED = "2026-11-28"


def fhir(resource: dict[str, Any], status: int = 200) -> HttpResponse:
    """Return a resource as an answer."""
    return JsonResponse(
        resource,
        status=status,
        content_type=CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


def refusal(status: int, sentence: str) -> HttpResponse:
    """Return an error as an OperationOutcome."""
    codes = {404: "not-found", 405: "not-supported", 406: "not-supported", 429: "throttled"}
    return fhir(outcome("error", codes.get(status, "invalid"), sentence), status)


def metadata(request: HttpRequest) -> HttpResponse:
    """Return the CapabilityStatement."""
    study = {
        "type": "ResearchStudy",
        "profile": "http://hl7.org/fhir/StructureDefinition/ResearchStudy",
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "searchParam": [
            {"name": name, "type": kind, "documentation": meaning}
            for name, kind, meaning in PARAMETERS
        ],
    }
    return fhir(
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": PUBLISHED,
            "publisher": clinic_settings(request).name,
            "kind": "instance",
            "implementation": {
                "description": "Clinical trials of this clinic, mirrored from ClinicalTrials.gov",
                "url": request.build_absolute_uri(reverse("fhir:search"))[: -len("/ResearchStudy")],
            },
            "fhirVersion": FHIR_VERSION,
            "format": ["json"],
            "rest": [
                {
                    "mode": "server",
                    "documentation": "Only GET is answered, from any origin; no POST.",
                    "resource": [study],
                }
            ],
        }
    )


def read(request: HttpRequest, nct_id: str) -> HttpResponse:
    """Return one study."""
    if not _accepts_json(request):
        return refusal(406, "Studies are given as JSON only.")
    trial = Trial.objects.led_to(nct_id)
    if trial is None:
        return refusal(404, "We list no study with this id.")
    response = fhir(_resources(request, [trial])[0])
    response["Last-Modified"] = http_date(trial.last_changed_at.timestamp())
    return response


def search(request: HttpRequest) -> HttpResponse:
    """Return a page of the studies that fit, as a Bundle of the type searchset."""
    if not _accepts_json(request):
        return refusal(406, "Studies are given as JSON only.")
    asked = read_search(request.GET)
    if asked.refused:
        return refusal(400, f"Not supported: {', '.join(asked.refused)[:500]}")
    is_strict = "handling=strict" in request.headers.get("Prefer", "").replace(" ", "")
    if asked.ignored and is_strict:
        return refusal(400, f"Not understood: {', '.join(asked.ignored)[:500]}")
    total, trials = asked.trials()
    entries = [
        {
            "fullUrl": request.build_absolute_uri(reverse("fhir:read", args=[resource["id"]])),
            "resource": resource,
            "search": {"mode": "match"},
        }
        for resource in _resources(request, trials)
    ]
    if asked.ignored:
        warning = outcome("warning", "not-supported", f"Left out: {', '.join(asked.ignored)[:500]}")
        entries.append({"resource": warning, "search": {"mode": "outcome"}})
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
        "link": _links(request, asked, total),
        "entry": entries,
    }
    return fhir({name: value for name, value in bundle.items() if value != []})


def not_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer for what FHIR knows and this server does not have."""
    return refusal(404, "This server has ResearchStudy (read and search) and metadata.")


def _accepts_json(request: HttpRequest) -> bool:
    """Return whether the answer may be JSON; ``_format`` goes before what the header says."""
    if wanted := request.GET.get("_format", "").strip().lower().replace(" ", "+"):
        return wanted.partition(";")[0] in FORMATS
    return request.accepts("application/fhir+json") or request.accepts("application/json")


def _links(request: HttpRequest, asked: StudySearch, total: int) -> list[dict[str, str]]:
    if not asked.count:
        return [{"relation": "self", "url": asked.address(request, 1)}]
    pages = {"self": asked.page}
    if asked.page > 1:
        pages["previous"] = asked.page - 1
    if asked.page * asked.count < total:
        pages["next"] = asked.page + 1
    return [
        {"relation": relation, "url": asked.address(request, page)}
        for relation, page in pages.items()
    ]


def _resources(request: HttpRequest, trials: list[Trial]) -> list[dict[str, Any]]:
    """Return the resources of trials (1 query)."""
    sites: dict[int, list[TrialSite]] = defaultdict(list)
    for site in TrialSite.objects.filter(trial__in=trials).defer("contacts").order_by("position"):
        sites[site.trial_id].append(site)
    base = request.build_absolute_uri(reverse("fhir:search"))
    extension = base.replace("ResearchStudy", "StructureDefinition/registry-status")
    return [
        research_study(
            trial,
            sites[trial.pk],
            page=request.build_absolute_uri(trial.get_absolute_url()),
            raw_status=extension,
        )
        for trial in trials
    ]
