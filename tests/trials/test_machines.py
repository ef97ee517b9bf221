"""What other programs read: the API, the feed, FHIR."""

import csv
import io
import xml.etree.ElementTree as ET
from datetime import datetime

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
from schemathesis import GenerationMode

from clinic.models import RateLimitHit
from tests.inquiries.conftest import as_role  # noqa: F401
from tests.trials.factories import make_cancer_type, make_study, our_location, sync_studies
from tests.trials.registry_files import RECORDS, needs_registry
from trials.api.manners import REQUESTS
from trials.facet_codes import FACETS
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
        for name in ("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
            assert again[name] == first[name]
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
        assert {*FACETS} <= names


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

    operations = {operation.label: operation for operation in map(_ok, schema.get_all_operations())}
    assert len(operations) == 2
    for label, operation in operations.items():
        _try(operation, GenerationMode.POSITIVE)
        # Every text may stand where an id stands, so only a search can be asked wrongly.
        if "{" not in label:
            _try(operation, GenerationMode.NEGATIVE)
    one = operations["GET /api/v1/trials/{nct_id}/"]
    for nct_id in ("NCT99990001", "NCT99990002", "NCT99990099"):
        one.Case(path_parameters={"nct_id": nct_id}).call_and_validate()


def _ok(result):
    return result.ok()


def _try(operation, mode):
    @given(case=operation.as_strategy(generation_mode=mode))
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

    def test_it_is_what_rfc_4287_asks_for(self, trials, client, settings):
        settings.ALLOWED_HOSTS, settings.SITE_URL = ["*"], "https://clinic.example"
        sync_studies(make_study("NCT99990005", conditionsModule={"conditions": ["A<b>B & C"]}))
        feed, elsewhere = (
            ET.fromstring(client.get("/feeds/trials.atom", headers={"host": host}).content)
            for host in ("clinic.example", "www.clinic.example")
        )
        entries = list(feed.iter(f"{ATOM}entry"))
        for each in (feed, *entries):
            assert each.find(f"{ATOM}id").text
            assert each.find(f"{ATOM}title").text
            stamp = datetime.fromisoformat(each.find(f"{ATOM}updated").text)
            assert stamp.tzinfo is not None
        assert feed.find(f"{ATOM}author/{ATOM}name").text
        ids = [entry.find(f"{ATOM}id").text for entry in feed.iter(f"{ATOM}entry")]
        assert ids == [entry.find(f"{ATOM}id").text for entry in elsewhere.iter(f"{ATOM}entry")]
        assert len(set(ids)) == 4
        assert feed.find(f"{ATOM}id").text == elsewhere.find(f"{ATOM}id").text
        summaries = [entry.find(f"{ATOM}summary").text for entry in entries]
        assert "NCT99990005, A&lt;b&gt;B &amp; C" in summaries

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
            ("identifier=http://clinicaltrials.gov|NCT99990001", "1"),
            ("identifier=https://elsewhere.example|NCT99990001", ""),
            ("title:contains=exampliximab", "123"),
            ("status=active&_format=application/fhir%2Bjson", "1"),
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
