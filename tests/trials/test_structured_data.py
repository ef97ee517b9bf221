"""What search engines are told of a trial (schema.org MedicalTrial)."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from clinic.review import publishing_without_review
from tests.factories import make_locale, make_person
from tests.trials.factories import make_study, our_location, sync_studies
from tests.trials.registry_files import RECORDS
from trials.models import PlainSummary, Trial
from trials.registry.files import read_files
from trials.registry.sync import sync

pytestmark = pytest.mark.django_db
SITE = "https://clinic.example"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture(autouse=True)
def site(settings: Any, clinic: Any) -> None:
    settings.SITE_URL = SITE


def told(client: Client, language: str = "en", nct_id: str = "NCT99990001") -> list[dict[str, Any]]:
    html = client.get(f"/{language}/trials/{nct_id}/").content.decode()
    [block] = BLOCK.findall(html)
    return json.loads(block)["@graph"]


def test_trial__is_told_in_the_words_of_the_registry(client: Client) -> None:
    design = {
        "studyType": "INTERVENTIONAL",
        "designInfo": {"allocation": "RANDOMIZED", "maskingInfo": {"masking": "DOUBLE"}},
    }
    sync_studies(
        make_study(
            designModule=design,
            conditionsModule={"conditions": ["Melanoma", "Lung Cancer"]},
            contactsLocationsModule={"locations": [our_location()]},
        )
    )
    trial = Trial.objects.get()
    page, study, crumbs = told(client)
    assert page["@type"] == "MedicalWebPage" and page["about"] == {"@id": study["@id"]}
    assert study["@type"] == "MedicalTrial"
    assert study["identifier"]["value"] == "NCT99990001"
    assert study["sameAs"] == "https://clinicaltrials.gov/study/NCT99990001"
    assert study["name"] == trial.brief_title
    assert study["status"] == "https://schema.org/Recruiting"
    assert study["trialDesign"] == [
        "https://schema.org/DoubleBlindedTrial",
        "https://schema.org/RandomizedTrial",
    ]
    names = [condition["name"] for condition in study["healthCondition"]]
    assert names == ["Melanoma", "Lung Cancer"]
    assert len(study["studyLocation"]) == 1
    assert crumbs["itemListElement"][-1]["item"] == f"{SITE}/en/trials/NCT99990001/"


@pytest.mark.parametrize("status", ["WITHHELD", "UNKNOWN", "A_NEW_ONE"])
def test_status_without_a_name_at_schema_org__is_left_out(client: Client, status: str) -> None:
    sync_studies(make_study(statusModule={"overallStatus": status}))
    assert "status" not in told(client)[1]


def test_plain_summary__names_its_reviewer(client: Client) -> None:
    sync_studies(make_study())
    with publishing_without_review():
        PlainSummary.objects.create(
            trial=Trial.objects.get(),
            locale=make_locale("en"),
            live=True,
            title="A plain title",
            what_is_it_about="It is about this.",
            reviewed_by=make_person(name="Ana Rivera"),
            reviewed_on="2026-03-04",
        )
    page = told(client)[0]
    assert page["name"] == "A plain title"
    assert page["reviewedBy"]["name"].startswith("Ana Rivera")
    assert page["lastReviewed"] == "2026-03-04"


def test_words_of_the_registry__cannot_break_out_of_the_block(client: Client) -> None:
    title = "</script><script>alert(1)</script> & more"
    sync_studies(
        make_study(
            identificationModule={"nctId": "NCT99990001", "briefTitle": title},
            conditionsModule={"conditions": [title]},
        )
    )
    study = told(client)[1]
    assert study["healthCondition"][0]["name"] == title
    assert b"<script>alert" not in client.get("/en/trials/NCT99990001/").content


# https://schema.org/MedicalTrial, with what it has from MedicalStudy, MedicalEntity and Thing.
PROPERTIES = {
    "@type", "@id", "name", "alternateName", "description", "identifier", "sameAs", "status",
    "trialDesign", "healthCondition", "sponsor", "studyLocation",
}  # fmt: skip
# https://schema.org/MedicalStudyStatus and https://schema.org/MedicalTrialDesign
VALUES = {
    "status": {
        "ActiveNotRecruiting", "Completed", "EnrollingByInvitation", "NotYetRecruiting",
        "Recruiting", "ResultsAvailable", "ResultsNotAvailable", "Suspended", "Terminated",
        "Withdrawn",
    },
    "trialDesign": {
        "DoubleBlindedTrial", "InternationalTrial", "MultiCenterTrial", "OpenTrial",
        "PlaceboControlledTrial", "RandomizedTrial", "SingleBlindedTrial", "SingleCenterTrial",
        "TripleBlindedTrial",
    },
}  # fmt: skip


@pytest.mark.registry
@pytest.mark.skipif(not RECORDS, reason="the real registry records are not here")
def test_real_records__are_told_in_words_that_schema_org_has(client: Client) -> None:
    sync(read_files(RECORDS[::8]), source="real")
    for nct_id in Trial.objects.values_list("nct_id", flat=True):
        _page, study, _crumbs = told(client, nct_id=nct_id)
        assert study["@type"] == "MedicalTrial"
        assert study.keys() <= PROPERTIES
        assert study["name"] and study["description"]
        for name, known in VALUES.items():
            said = study.get(name, [])
            for value in [said] if isinstance(said, str) else said:
                assert value.removeprefix("https://schema.org/") in known
        for part in (*study.get("healthCondition", []), *study.get("studyLocation", [])):
            assert part["@type"] in {"MedicalCondition", "AdministrativeArea"} and part["name"]
