"""Turns a trial into a ResearchStudy (https://hl7.org/fhir/R4B/researchstudy.html)."""

from typing import Any

from trials.eligibility import unescape
from trials.enums import Phase, Purpose, TrialStatus
from trials.models import Trial, TrialSite

REGISTRY = "https://clinicaltrials.gov"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
PHASES = {
    (): ("n-a", "N/A"),
    (Phase.NA,): ("n-a", "N/A"),
    (Phase.EARLY_PHASE1,): ("early-phase-1", "Early Phase 1"),
    (Phase.PHASE1,): ("phase-1", "Phase 1"),
    (Phase.PHASE1, Phase.PHASE2): ("phase-1-phase-2", "Phase 1/Phase 2"),
    (Phase.PHASE2,): ("phase-2", "Phase 2"),
    (Phase.PHASE2, Phase.PHASE3): ("phase-2-phase-3", "Phase 2/Phase 3"),
    (Phase.PHASE3,): ("phase-3", "Phase 3"),
    (Phase.PHASE4,): ("phase-4", "Phase 4"),
}
PURPOSES = {
    Purpose.TREATMENT: "treatment",
    Purpose.PREVENTION: "prevention",
    Purpose.DIAGNOSTIC: "diagnostic",
    Purpose.SUPPORTIVE_CARE: "supportive-care",
    Purpose.SCREENING: "screening",
    Purpose.HEALTH_SERVICES_RESEARCH: "health-services-research",
    Purpose.BASIC_SCIENCE: "basic-science",
    Purpose.DEVICE_FEASIBILITY: "device-feasibility",
}
# research-study-status has no code for "not known": what may be closed must not be matched.
STATUSES = {
    TrialStatus.RECRUITING: "active",
    TrialStatus.ENROLLING_BY_INVITATION: "active",
    TrialStatus.AVAILABLE: "active",
    TrialStatus.NOT_YET_RECRUITING: "approved",
    TrialStatus.ACTIVE_NOT_RECRUITING: "closed-to-accrual",
    TrialStatus.NO_LONGER_AVAILABLE: "closed-to-accrual",
    TrialStatus.UNKNOWN: "closed-to-accrual",
    TrialStatus.WITHHELD: "closed-to-accrual",
    TrialStatus.SUSPENDED: "temporarily-closed-to-accrual",
    TrialStatus.TEMPORARILY_NOT_AVAILABLE: "temporarily-closed-to-accrual",
    TrialStatus.COMPLETED: "completed",
    TrialStatus.TERMINATED: "administratively-completed",
    TrialStatus.APPROVED_FOR_MARKETING: "administratively-completed",
    TrialStatus.WITHDRAWN: "withdrawn",
}
UNKNOWN_STATUS = "closed-to-accrual"


def statuses_of(code: str) -> list[str]:
    """Return the registry's statuses that a FHIR code stands for; none for a code we never use."""
    return [str(status) for status, known in STATUSES.items() if known == code]


def research_study(trial: Trial, sites: list[TrialSite], *, page: str, raw_status: str) -> Any:
    """Return the resource of a trial; ``page`` is the address of its page on the site.

    ``raw_status`` is the address of the extension that holds the registry's own status.
    """
    purpose = PURPOSES.get(trial.purpose)  # type: ignore[call-overload]
    resource = {
        "resourceType": "ResearchStudy",
        "id": trial.nct_id,
        "meta": {
            "versionId": trial.content_hash[:16],
            "lastUpdated": trial.last_changed_at.isoformat(),
            "source": f"{REGISTRY}/study/{trial.nct_id}",
        },
        "language": "en",
        "extension": [{"url": raw_status, "valueCode": trial.status}],
        "identifier": [{"use": "official", "system": REGISTRY, "value": trial.nct_id}],
        "title": _line(trial.brief_title),
        "status": STATUSES.get(trial.status, UNKNOWN_STATUS),  # type: ignore[call-overload]
        "primaryPurposeType": _coded("research-study-prim-purp-type", purpose, purpose),
        "phase": _phase(trial),
        "category": _texts([trial.study_type]),
        "condition": _texts(trial.conditions),
        "keyword": _texts(trial.keywords),
        "location": _texts(sorted({site.country for site in sites})),
        "contact": _contacts(trial),
        "relatedArtifact": [
            {"type": "documentation", "display": "Page of the clinic", "url": page},
            {
                "type": "documentation",
                "display": "Record in the registry",
                "url": f"{REGISTRY}/study/{trial.nct_id}",
            },
        ],
        "description": unescape(trial.brief_summary).strip(),
        "period": _period(trial),
        "sponsor": _named(trial.sponsor),
        "site": [place for site in sites if (place := _named(_place(site)))],
        "arm": _arms(trial),
    }
    return {name: value for name, value in resource.items() if value}


def _line(text: str) -> str:
    return " ".join(text.split())


def _named(name: str) -> dict[str, str] | None:
    return {"display": _line(name)} if name.strip() else None


def _texts(texts: list[str]) -> list[dict[str, str]]:
    return [{"text": _line(text)} for text in texts if text.strip()]


def _coded(system: str, code: str | None, display: str | None) -> dict[str, Any] | None:
    if not code:
        return None
    coding = {"system": f"{TERMINOLOGY}/{system}", "code": code}
    return {"coding": [coding], "text": display}


def _phase(trial: Trial) -> dict[str, Any] | None:
    known = PHASES.get(tuple(sorted(trial.phases)))  # type: ignore[arg-type]
    return _coded("research-study-phase", *known) if known else None


def _contacts(trial: Trial) -> list[dict[str, Any]]:
    contacts = []
    for contact in trial.details.get("contacts", []):
        telecom = [{"system": "phone", "value": contact["phone"]}] if contact.get("phone") else []
        telecom += [{"system": "email", "value": email} for email in contact.get("emails", [])]
        named = {"name": _line(contact.get("name", "")), "telecom": telecom}
        contacts.append({name: value for name, value in named.items() if value})
    return [contact for contact in contacts if contact]


def _period(trial: Trial) -> dict[str, str] | None:
    """Return start and end, each only as exactly as the registry says it."""
    precisions = trial.details.get("dates", {})
    period = {}
    for name, field in (("start", "start"), ("end", "completion")):
        value = getattr(trial, field)
        if value:
            precision = precisions.get(field, ["day", ""])[0]
            period[name] = value.isoformat()[: {"year": 4, "month": 7}.get(precision, 10)]
    return period or None


def _place(site: TrialSite) -> str:
    parts = (site.facility, site.city, site.state, site.country)
    return ", ".join(filter(None, parts))


def _arms(trial: Trial) -> list[dict[str, Any]]:
    arms = []
    for arm in trial.details.get("arms", []):
        if name := _line(arm.get("label", "")):
            given = {"name": name, "description": unescape(arm.get("description", "")).strip()}
            arms.append({key: value for key, value in given.items() if value})
    return arms
