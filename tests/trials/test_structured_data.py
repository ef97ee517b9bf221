"""What search engines are told of a trial (schema.org MedicalTrial)."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from clinic.review import publishing_without_review
from tests.factories import make_locale, make_person
from tests.trials.factories import make_study, our_location, sync_studies
from trials.models import PlainSummary, Trial

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
