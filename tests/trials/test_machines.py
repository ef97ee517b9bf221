"""What other programs read: the API, the feed, FHIR."""

import csv
import io
import xml.etree.ElementTree as ET

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.researchstudy import ResearchStudy
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from clinic.models import RateLimitHit
from tests.inquiries.conftest import as_role  # noqa: F401
from tests.trials.factories import make_cancer_type, make_study, our_location, sync_studies
from tests.trials.registry_files import RECORDS, needs_registry
from trials.api.manners import REQUESTS
from trials.models import Trial
from trials.registry.files import read_files
from trials.registry.sync import sync

pytestmark = pytest.mark.django_db

LIST = "/api/v1/trials/"
STUDY = "/fhir/ResearchStudy"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def trials(clinic):
    make_cancer_type("melanoma", "Melanoma")
    sync_studies(
        make_study(
            identificationModule={
                "nctIdAliases": ["NCT99990099"],
                "briefTitle": '=HYPERLINK("http://x")',
            },
            contactsLocationsModule={"locations": [our_location()]},
        ),
        make_study("NCT99990002", statusModule={"overallStatus": "COMPLETED"}),
        make_study("NCT99990003", statusModule={"overallStatus": "UNKNOWN"}),
    )


class TestManners:
    @pytest.mark.parametrize("address", [LIST, STUDY, "/feeds/trials.atom", "/fhir/metadata"])
    def test_an_answer_that_did_not_change_is_not_sent_again(self, trials, client, address):
        first = client.get(address)
        assert first.status_code == 200
        again = client.get(address, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        sync_studies(make_study("NCT99990004"))
        changed = client.get(address, headers={"if-none-match": first["ETag"]})
        assert changed.status_code == 200

    @pytest.mark.parametrize(
        ("query", "headers"),
        [
            ("?format=csv", {}),
            ("?page_size=2", {}),
            ("", {"host": "other.example"}),
        ],
    )
    def test_each_kind_of_answer_has_its_own_etag(self, trials, client, query, headers, settings):
        settings.ALLOWED_HOSTS = ["*"]
        assert client.get(LIST)["ETag"] != client.get(LIST + query, headers=headers)["ETag"]

    @pytest.mark.parametrize("address", [LIST, STUDY, "/api/v1/openapi.json"])
    def test_any_origin_may_read_and_none_may_write(self, trials, client, address):
        assert client.get(address)["Access-Control-Allow-Origin"] == "*"
        preflight = client.options(address)
        assert (preflight.status_code, preflight["Access-Control-Allow-Methods"]) == (
            204,
            "GET, HEAD, OPTIONS",
        )
        refused = client.post(address, {})
        assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD, OPTIONS")

    def test_head(self, trials, client):
        head, full = client.head(LIST), client.get(LIST)
        assert (head.status_code, head.content) == (200, b"")
        assert int(head["Content-Length"]) == len(full.content)

    @pytest.mark.parametrize(
        ("address", "kind"), [(LIST, "application/json"), (STUDY, "application/fhir+json")]
    )
    def test_too_many_requests(self, trials, client, address, kind):
        for _ in range(REQUESTS):
            client.head(address)
        refused = client.get(address)
        assert (refused.status_code, refused["Retry-After"]) == (429, "60")
        assert refused["Content-Type"].startswith(kind)
        assert RateLimitHit.objects.filter(scope="api").count() == REQUESTS


class TestTrials:
    def test_csv_is_a_table_without_formulas(self, trials, client):
        answer = client.get(f"{LIST}?format=csv&sort=title")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
        assert len(rows) == 3
        assert rows[0]["title"].startswith("'=HYPERLINK")

    def test_the_links_of_the_pages(self, trials, client):
        answer = client.get(f"{LIST}?page_size=1&page=2")
        assert 'rel="next"' in answer["Link"]
        assert 'rel="previous"' in answer["Link"]

    @pytest.mark.parametrize(
        ("address", "shown"),
        [
            ("page_size=00000000002", 2),
            ("page=00000000002&page_size=2", 1),
            ("page_size=9999999999", 3),
        ],
    )
    def test_numbers_of_any_length(self, trials, client, address, shown):
        assert len(client.get(f"{LIST}?{address}").json()["results"]) == shown

    def test_one_trial(self, trials, client):
        answer = client.get(f"{LIST}NCT99990001/").json()
        assert answer["sites"][0]["is_ours"] is True
        assert answer["criteria"].startswith("Inclusion Criteria")
        assert answer["interventions"] == ["Exampliximab"]

    @pytest.mark.parametrize("given", ["NCT99990099", "nct99990001"])
    def test_former_ids_and_other_spellings_lead_to_the_trial(self, trials, client, given):
        answer = client.get(f"{LIST}{given}/")
        assert (answer.status_code, answer["Location"]) == (301, f"{LIST}NCT99990001/")

    @pytest.mark.parametrize("given", ["NCT99990404", "x", "NCT999900011"])
    def test_an_unknown_trial(self, trials, client, given):
        answer = client.get(f"{LIST}{given}/")
        assert answer.status_code == 404
        assert answer.json()["detail"]

    def test_an_unlisted_trial_is_not_shown(self, trials, client):
        Trial.objects.update(is_listed=False)
        for address in (f"{LIST}NCT99990001/", f"{STUDY}/NCT99990001"):
            assert client.get(address).status_code == 404

    def test_the_public_process_may_do_it(self, trials, client, as_role):  # noqa: F811
        with as_role("public"):
            for address in (LIST, f"{LIST}NCT99990001/", STUDY, f"{STUDY}/NCT99990001"):
                assert client.get(address).status_code == 200
            assert client.get("/feeds/trials.atom").status_code == 200

    def test_the_description_names_every_filter(self, trials, client):
        answer = client.get("/api/v1/openapi.json").json()
        names = {one["name"] for one in answer["paths"]["/api/v1/trials/"]["get"]["parameters"]}
        assert {"q", "status", "phase", "condition", "therapy", "age", "sex", "page"} <= names


@pytest.fixture
def wsgi(trials):
    """The site as a WSGI application that keeps the connection of the test, as Client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_whatever_the_description_allows_is_answered_as_it_says(wsgi, monkeypatch):
    monkeypatch.setattr("trials.api.manners.REQUESTS", 10**9)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", wsgi)

    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        _try(operation)
        tried += 1
    assert tried >= 2


def _try(operation):
    @given(case=operation.as_strategy())
    @hypothesis_settings(
        max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    def check(case):
        case.call_and_validate()

    check()


class TestFeed:
    def test_entries_newest_first(self, trials, client):
        answer = client.get("/feeds/trials.atom?q=melanoma")
        assert answer["Content-Type"].startswith("application/atom+xml")
        feed = ET.fromstring(answer.content)
        ids = [entry.find(f"{ATOM}id").text[-11:] for entry in feed.iter(f"{ATOM}entry")]
        assert set(ids) == {"NCT99990001", "NCT99990002", "NCT99990003"}
        assert feed.find(f"{ATOM}title").text.endswith(": melanoma")
        link = feed.find(f"{ATOM}link[@rel='self']")
        assert link.get("href").endswith("/feeds/trials.atom?q=melanoma")

    def test_the_search_page_names_its_feed(self, trials, client):
        page = client.get("/es/trials/?q=melanoma&status=recruiting").content.decode()
        assert "/feeds/trials.atom?q=melanoma&amp;status=recruiting&amp;lang=es" in page

    def test_in_spanish(self, trials, client):
        answer = client.get("/feeds/trials.atom?lang=es").content.decode()
        assert 'xml:lang="es"' in answer
        assert "/es/trials/NCT99990001/" in answer


class TestFhir:
    def test_what_the_server_can_do(self, trials, client):
        answer = client.get("/fhir/metadata").json()
        statement = CapabilityStatement.model_validate(answer)
        assert statement.fhirVersion == "4.3.0"
        [resource] = answer["rest"][0]["resource"]
        assert {one["name"] for one in resource["searchParam"]} >= {"status", "condition"}

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
        ],
    )
    def test_search(self, trials, client, query, ids):
        answer = client.get(f"{STUDY}?{query}").json()
        Bundle.model_validate(answer)
        matches = [e["resource"] for e in answer.get("entry", []) if e["search"]["mode"] == "match"]
        assert sorted(one["id"][-1] for one in matches) == sorted(ids)
        assert answer["total"] == len(ids)

    def test_pages_hold_every_study_once(self, trials, client):
        address, seen = f"{STUDY}?_count=2&status=active,completed,closed-to-accrual", []
        while address:
            answer = client.get(address).json()
            Bundle.model_validate(answer)
            seen += [entry["resource"]["id"] for entry in answer["entry"]]
            links = {link["relation"]: link["url"] for link in answer["link"]}
            address = links.get("next")
        assert sorted(seen) == ["NCT99990001", "NCT99990002", "NCT99990003"]

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
