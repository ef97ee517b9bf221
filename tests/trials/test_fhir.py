"""The trials as FHIR resources: read, search, and what the server says that it can do."""

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.researchstudy import ResearchStudy

from tests.trials.factories import make_cancer_type, make_study, sync_studies
from tests.trials.registry_files import RECORDS, needs_registry
from trials import search_documents
from trials.models import Trial
from trials.registry.files import read_files
from trials.registry.sync import sync
from trials.vocabulary import Vocabulary

pytestmark = pytest.mark.django_db
STUDY = "/fhir/ResearchStudy"


@pytest.fixture
def trials(clinic):
    make_cancer_type("melanoma", "Melanoma")
    sync_studies(
        make_study(identificationModule={"nctIdAliases": ["NCT99990099"]}),
        make_study("NCT99990002", statusModule={"overallStatus": "COMPLETED"}),
        make_study("NCT99990003", statusModule={"overallStatus": "UNKNOWN"}),
    )


class TestStudies:
    def test_what_the_server_can_do(self, trials, client):
        answer = client.get("/fhir/metadata").json()
        statement = CapabilityStatement.model_validate(answer)
        assert statement.fhirVersion == "4.3.0"
        [resource] = answer["rest"][0]["resource"]
        told = {one["name"]: one["documentation"] for one in resource["searchParam"]}
        assert told.keys() >= {"status", "condition"}
        for name in ("condition", "title"):
            assert "a comma, which means OR, is refused" in told[name]

    def test_read(self, trials, client):
        answer = client.get(f"{STUDY}/NCT99990001")
        assert answer["Content-Type"].startswith("application/fhir+json")
        assert answer["Last-Modified"]
        study = ResearchStudy.model_validate(answer.json())
        assert (study.status, study.identifier[0].value) == ("active", "NCT99990001")
        assert answer.json()["period"] == {"start": "2025-03", "end": "2028-12-31"}
        assert answer.json()["phase"]["coding"][0]["code"] == "phase-2"

    def test_a_former_id(self, trials, client):
        assert client.get(f"{STUDY}/NCT99990099").json()["id"] == "NCT99990001"

    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ("", "123"),
            ("status=active", "1"),
            ("status=active,completed", "12"),
            ("status=closed-to-accrual", "3"),
            ("status=in-review", ""),
            ("condition=melanoma", "123"),
            ("condition=melanoma&status=completed", "2"),
            ("condition:text=lung+cancer", ""),
            ("condition=http://snomed.info/sct|melanoma", "123"),
            ("title=exampliximab", "123"),
            ("_id=NCT99990002", "2"),
            ("_id=NCT99990002&status=active", ""),
            ("identifier=https://clinicaltrials.gov|NCT99990001,NCT99990002", "12"),
            ("_id=x", ""),
            ("identifier=http://clinicaltrials.gov|NCT99990001", "1"),
            ("identifier=https://elsewhere.example|NCT99990001", ""),
            ("title:contains=exampliximab", "123"),
            ("status=active&_format=application/fhir%2Bjson", "1"),
            ("status=active&status=completed", ""),
            ("status=active,completed&status=completed", "2"),
            ("condition=melanoma,", "123"),
            (r"condition=melanoma\,", "123"),
            (r"title=exampliximab\, melanoma", "123"),
            ("_id=NCT99990002&condition=melanoma", "2"),
            ("_id=NCT99990002&condition=sarcoma", ""),
            ("_id=NCT99990001,NCT99990002&title=exampliximab&status=completed", "2"),
            ("identifier=NCT99990001,NCT99990003&condition=melanoma&title=exampliximab", "13"),
            ("identifier=NCT99990001&title=nivolumab", ""),
            ("_id=NCT99990001&identifier=NCT99990002", ""),
        ],
    )
    def test_search(self, trials, client, query, ids):
        answer = client.get(f"{STUDY}?{query}").json()
        Bundle.model_validate(answer)
        matches = [e["resource"] for e in answer.get("entry", []) if e["search"]["mode"] == "match"]
        assert sorted(one["id"][-1] for one in matches) == sorted(ids)
        assert answer["total"] == len(ids)

    @pytest.mark.parametrize("name", ["condition", "title", "condition:text", "title:contains"])
    def test_a_comma_between_words_is_refused(self, trials, client, name):
        """It means OR; searched as words it would find only what has both."""
        answer = client.get(f"{STUDY}?{name}=melanoma,sarcoma")
        assert answer.status_code == 400
        [issue] = OperationOutcome.model_validate(answer.json()).issue
        assert "several values" in issue.diagnostics

    def test_a_bar_in_a_title_is_no_terminology(self, trials, client):
        for title in ("nothing%7Cmelanoma", "nothing%5C%7Cmelanoma"):
            assert client.get(f"{STUDY}?title={title}").json()["total"] == 0
        coded = client.get(f"{STUDY}?condition=http://snomed.info/sct%7Cmelanoma").json()
        assert coded["total"] == client.get(f"{STUDY}?condition=melanoma").json()["total"] > 0

    def test_an_unlisted_study_is_not_found_by_its_id(self, trials, client):
        Trial.objects.filter(nct_id="NCT99990002").update(is_listed=False)
        search_documents.refresh(Trial.objects.values_list("pk", flat=True), Vocabulary.load())
        assert client.get(f"{STUDY}?_id=NCT99990002").json()["total"] == 0

    def test_pages_hold_every_study_once(self, trials, client):
        address, seen = f"{STUDY}?_count=2&status=active,completed,closed-to-accrual", []
        while address:
            answer = client.get(address).json()
            Bundle.model_validate(answer)
            seen += [entry["resource"]["id"] for entry in answer["entry"]]
            links = {link["relation"]: link["url"] for link in answer["link"]}
            address = links.get("next")
        assert sorted(seen) == ["NCT99990001", "NCT99990002", "NCT99990003"]

    @pytest.mark.parametrize("query", ["_count=0", "_summary=count"])
    def test_how_many_there_are(self, trials, client, query):
        answer = client.get(f"{STUDY}?status=active,completed&{query}").json()
        Bundle.model_validate(answer)
        assert (answer["total"], answer.get("entry")) == (2, None)
        assert [link["relation"] for link in answer["link"]] == ["self"]

    @pytest.mark.parametrize("asked", ["status:not=active", "title:exact=x", "_id:missing=true"])
    def test_a_modifier_that_is_not_known_is_refused(self, trials, client, asked):
        """Left out, ":not" would find the opposite of what was asked for."""
        answer = client.get(f"{STUDY}?{asked}")
        assert answer.status_code == 400
        OperationOutcome.model_validate(answer.json())

    @pytest.mark.parametrize("address", [STUDY, f"{STUDY}/NCT99990001"])
    def test_other_formats_are_refused(self, trials, client, address):
        for answer in (
            client.get(f"{address}?_format=xml"),
            client.get(address, headers={"accept": "application/fhir+xml"}),
        ):
            assert answer.status_code == 406
            OperationOutcome.model_validate(answer.json())
        for kind in ("application/fhir+json", "text/html, */*;q=0.1", "application/json"):
            assert client.get(address, headers={"accept": kind}).status_code == 200

    @pytest.mark.parametrize("address", ["", "Patient", "Patient/1", "ResearchStudy/", "x/y/z"])
    def test_what_this_server_does_not_have(self, trials, client, address):
        answer = client.get(f"/fhir/{address}")
        assert answer.status_code == 404
        OperationOutcome.model_validate(answer.json())

    def test_the_statement_tells_no_more_than_the_server_does(self, trials, client):
        [rest] = client.get("/fhir/metadata").json()["rest"]
        [resource] = rest["resource"]
        assert {one["code"] for one in resource["interaction"]} == {"read", "search-type"}
        for parameter in resource["searchParam"]:
            answer = client.get(
                f"{STUDY}?{parameter['name']}=NCT99990001", headers={"prefer": "handling=strict"}
            )
            assert answer.status_code == (400 if parameter["name"] == "status" else 200)

    def test_what_is_not_understood_is_said_or_refused(self, trials, client):
        lenient = client.get(f"{STUDY}?colour=blue").json()
        assert lenient["total"] == 3
        last = lenient["entry"][-1]
        assert last["search"]["mode"] == "outcome"
        OperationOutcome.model_validate(last["resource"])
        strict = client.get(f"{STUDY}?colour=blue", headers={"prefer": "handling=strict"})
        assert strict.status_code == 400
        OperationOutcome.model_validate(strict.json())

    @pytest.mark.parametrize("given", ["NCT99990404", "x", "1' OR 1"])
    def test_an_unknown_study(self, trials, client, given):
        answer = client.get(f"{STUDY}/{given}")
        assert answer.status_code == 404
        OperationOutcome.model_validate(answer.json())


class TestRealRecords:
    pytestmark = [pytest.mark.django_db, *needs_registry]

    def test_every_real_record_is_a_valid_resource(self, clinic, client, monkeypatch):
        monkeypatch.setattr("trials.api.manners.REQUESTS", 10**9)
        sync(read_files(RECORDS), source="real")
        address, seen = f"{STUDY}?_count=100", 0
        while address:
            answer = client.get(address).json()
            Bundle.model_validate(answer)
            seen += len(answer["entry"])
            address = {link["relation"]: link["url"] for link in answer["link"]}.get("next")
        assert seen == len(RECORDS) == Trial.objects.count()
