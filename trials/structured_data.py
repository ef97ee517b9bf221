"""What search engines are told of a trial (schema.org MedicalTrial)."""

from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clinic.structured_data import absolute, as_script
from trials.enums import Allocation, Masking, TrialStatus
from trials.models import Trial

# MedicalStudyStatus of schema.org; the registry knows more states than it has names for.
STATUSES = {
    TrialStatus.RECRUITING: "Recruiting",
    TrialStatus.NOT_YET_RECRUITING: "NotYetRecruiting",
    TrialStatus.ACTIVE_NOT_RECRUITING: "ActiveNotRecruiting",
    TrialStatus.ENROLLING_BY_INVITATION: "EnrollingByInvitation",
    TrialStatus.COMPLETED: "Completed",
    TrialStatus.SUSPENDED: "Suspended",
    TrialStatus.TERMINATED: "Terminated",
    TrialStatus.WITHDRAWN: "Withdrawn",
}
# MedicalTrialDesign of schema.org.
MASKINGS = {
    Masking.NONE: "OpenTrial",
    Masking.SINGLE: "SingleBlindedTrial",
    Masking.DOUBLE: "DoubleBlindedTrial",
    Masking.TRIPLE: "TripleBlindedTrial",
}
REGISTRY = "https://clinicaltrials.gov/study/"
MOST_PLACES = 50


def trial_script(context: dict[str, Any], language: str) -> SafeString:
    """Return the block about a trial's page, from the context that the page is made of."""
    trial: Trial = context["trial"]
    address = absolute(trial.get_absolute_url())
    summary = context["summary"]
    page = {
        "@type": "MedicalWebPage",
        "@id": address,
        "url": address,
        "name": context["title"],
        "inLanguage": language,
        "about": {"@id": f"{address}#trial"},
    }
    if summary and summary.reviewed_by and summary.reviewed_on:
        page["reviewedBy"] = {"@type": "Person", "name": summary.reviewed_by.display_name}
        page["lastReviewed"] = summary.reviewed_on.isoformat()
    graph = [page, _trial(trial, context, address), _breadcrumbs(trial, address)]
    return as_script({"@context": "https://schema.org", "@graph": graph})


def _trial(trial: Trial, context: dict[str, Any], address: str) -> dict[str, Any]:
    designs = [MASKINGS.get(trial.masking)]  # type: ignore[call-overload]
    if trial.allocation == Allocation.RANDOMIZED:
        designs.append("RandomizedTrial")
    places = {
        ", ".join(filter(None, (site.city, site.state, site.country))) for site in context["sites"]
    }
    data = {
        "@type": "MedicalTrial",
        "@id": f"{address}#trial",
        "name": trial.brief_title,
        "alternateName": trial.acronym,
        "description": context["brief_summary"],
        "identifier": {"@type": "PropertyValue", "propertyID": "NCT", "value": trial.nct_id},
        "sameAs": f"{REGISTRY}{trial.nct_id}",
        "status": _schema(STATUSES.get(trial.status, "")),  # type: ignore[call-overload]
        "trialDesign": [_schema(design) for design in designs if design],
        "healthCondition": [
            {"@type": "MedicalCondition", "name": name} for name in trial.conditions
        ],
        "sponsor": {"@type": "Organization", "name": trial.sponsor} if trial.sponsor else "",
        "studyLocation": [
            {"@type": "AdministrativeArea", "name": place}
            for place in sorted(filter(None, places))[:MOST_PLACES]
        ],
    }
    return {key: value for key, value in data.items() if value}


def _schema(name: str) -> str:
    return f"https://schema.org/{name}" if name else ""


def _breadcrumbs(trial: Trial, address: str) -> dict[str, Any]:
    search = absolute(reverse("trials:search"))
    trail = [(_("Clinical trials"), search), (trial.nct_id, address)]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": item}
            for place, (name, item) in enumerate(trail, start=1)
        ],
    }
