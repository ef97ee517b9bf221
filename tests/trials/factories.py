"""Invented studies and vocabulary for the tests of trials."""

from copy import deepcopy
from typing import Any

from education.models import Biomarker, CancerType, Synonym, TherapyType
from trials.registry.files import Received
from trials.registry.sync import Report, sync

OUR_FACILITY = "Marigold Cancer Immunotherapy Clinic"
STUDY: dict[str, Any] = {
    "protocolSection": {
        "identificationModule": {
            "nctId": "NCT99990001",
            "orgStudyIdInfo": {"id": "EX-1"},
            "organization": {"fullName": "Example Sponsor", "class": "OTHER"},
            "briefTitle": "Example Study of Exampliximab in Melanoma",
            "officialTitle": "A Phase 2 Study of Exampliximab in Advanced Melanoma",
        },
        "statusModule": {
            "statusVerifiedDate": "2026-01",
            "overallStatus": "RECRUITING",
            "startDateStruct": {"date": "2025-03", "type": "ACTUAL"},
            "completionDateStruct": {"date": "2028-12-31", "type": "ESTIMATED"},
            "lastUpdatePostDateStruct": {"date": "2026-02-03", "type": "ACTUAL"},
        },
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Example Sponsor"}},
        "descriptionModule": {"briefSummary": "Tests if exampliximab helps people."},
        "conditionsModule": {"conditions": ["Melanoma"], "keywords": ["anti-PD-1"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2"],
            "designInfo": {
                "allocation": "RANDOMIZED",
                "primaryPurpose": "TREATMENT",
                "maskingInfo": {"masking": "NONE"},
            },
            "enrollmentInfo": {"count": 40, "type": "ESTIMATED"},
        },
        "armsInterventionsModule": {
            "armGroups": [{"label": "One arm", "type": "EXPERIMENTAL"}],
            "interventions": [
                {"type": "DRUG", "name": "Exampliximab", "otherNames": ["EXA-101", "Examplia"]}
            ],
        },
        "eligibilityModule": {
            "eligibilityCriteria": (
                "Inclusion Criteria:\n\n* Age \\>= 18\n\nExclusion Criteria:\n\n* None"
            ),
            "sex": "ALL",
            "minimumAge": "18 Years",
            "healthyVolunteers": False,
        },
        "contactsLocationsModule": {
            "locations": [
                {
                    "facility": "Example Hospital",
                    "status": "RECRUITING",
                    "city": "Boston",
                    "state": "Massachusetts",
                    "zip": "02114",
                    "country": "United States",
                    "geoPoint": {"lat": 42.35, "lon": -71.06},
                }
            ]
        },
    },
    "derivedSection": {"miscInfoModule": {"versionHolder": "2026-02-04"}},
    "hasResults": False,
}


def make_study(nct_id: str = "NCT99990001", **modules: Any) -> dict[str, Any]:
    """Return an invented study; ``statusModule={"overallStatus": …}`` and the like are merged in.

    None removes a module, or a key of a module.
    """
    study = deepcopy(STUDY)
    protocol = study["protocolSection"]
    protocol["identificationModule"]["nctId"] = nct_id
    for name, values in modules.items():
        if values is None:
            del protocol[name]
            continue
        module = protocol.setdefault(name, {})
        for key, value in values.items():
            if value is None:
                module.pop(key, None)
            else:
                module[key] = value
    return study


def our_location(**overrides: Any) -> dict[str, Any]:
    """Return a location of the clinic itself."""
    return {
        "facility": OUR_FACILITY,
        "city": "Fairhaven",
        "state": "California",
        "zip": "94199",
        "country": "United States",
        **overrides,
    }


def updated(study: Any, date: str = "2026-03-01", **status: Any) -> Any:
    """Change a study as a later update does, and return it."""
    module = study["protocolSection"]["statusModule"]
    module["lastUpdatePostDateStruct"] = {"date": date}
    module.update(status)
    return study


def sync_studies(*studies: Any) -> Report:
    """Sync the studies and return the report."""
    received = [Received(f"record {number}", study) for number, study in enumerate(studies, 1)]
    return sync(received, source="test")[1]


def make_cancer_type(
    slug: str, name: str, *synonyms: str, parent: CancerType | None = None, **fields: Any
) -> CancerType:
    """Return a cancer type with English synonyms."""
    cancer = CancerType.objects.create(
        slug=slug,
        name_en=name,
        parent=parent,
        **{"name_es": name, "family": CancerType.Family.SOLID, **fields},
    )
    add_synonyms(synonyms, cancer_type=cancer)
    return cancer


def make_therapy_type(slug: str, name: str, *synonyms: str, **fields: Any) -> TherapyType:
    """Return a therapy type with English synonyms."""
    therapy = TherapyType.objects.create(slug=slug, name_en=name, **{"name_es": name, **fields})
    add_synonyms(synonyms, therapy_type=therapy)
    return therapy


def make_marker(slug: str, name: str, *synonyms: str, **fields: Any) -> Biomarker:
    """Return a biomarker with English synonyms."""
    marker = Biomarker.objects.create(slug=slug, name_en=name, **{"name_es": name, **fields})
    add_synonyms(synonyms, biomarker=marker)
    return marker


def make_drug(generic: str, *brands: str, therapy_type: TherapyType) -> None:
    """Add a drug of a therapy type with its brand names."""
    name = Synonym.objects.create(
        term=generic, language="en", kind=Synonym.Kind.GENERIC, therapy_type=therapy_type
    )
    for brand in brands:
        Synonym.objects.create(
            term=brand,
            language="en",
            kind=Synonym.Kind.BRAND,
            therapy_type=therapy_type,
            generic=name,
        )


def add_synonyms(terms: tuple[str, ...], language: str = "en", **of: Any) -> None:
    """Add synonyms; capitals make an abbreviation."""
    for term in terms:
        kind = Synonym.Kind.ABBREVIATION if term.isupper() else Synonym.Kind.MEDICAL
        Synonym.objects.create(term=term, language=language, kind=kind, **of)
