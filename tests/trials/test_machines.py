"""What other programs read: the API and the feed, and what holds for FHIR too."""

import csv
import io
import xml.etree.ElementTree as ET
from datetime import date, datetime, timedelta

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, models
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode

from clinic.models import RateLimitHit
from tests.factories import make_person
from tests.inquiries.conftest import as_role  # noqa: F401
from tests.trials.factories import (
    make_cancer_type,
    make_study,
    our_location,
    sync_studies,
    updated,
)
from tests.trials.test_burden import make_summary
from trials.api.manners import REQUESTS
from trials.facet_codes import FACETS
from trials.models import PlainSummary, Trial

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
        assert answer["treatments"][0]["other_names"] == ["EXA-101", "Examplia"]
        assert [arm["label"] for arm in answer["arms"]] == ["One arm"]
        assert (answer["purpose"], answer["masking"]) == ("TREATMENT", "NONE")
        assert answer["status_verified"] == "2026-01-01"

    def test_one_trial_has_all_that_its_page_says_in_plain_words(self, trials, client):
        written = {
            entry.name: f"Words of {entry.name}."
            for entry in PlainSummary._meta.get_fields()
            if isinstance(entry, models.TextField) and entry.name != "what_is_it_about"
        }
        facts = {
            "visits_per_month": 3,
            "overnight_stays": "no",
            "biopsies": "yes",
            "placebo_possible": "unknown",
            "travel_help": "yes",
            "languages": "English, Korean",
        }
        make_summary("NCT99990001", **written, **facts)
        page = client.get("/en/trials/NCT99990001/").content.decode()
        [summary] = client.get(f"{LIST}NCT99990001/").json()["plain_summaries"]
        assert {"costs", "near_home", "lodging", "afterwards", "questions"} <= set(written)
        assert all(words in page for words in written.values())
        assert {name: summary[name] for name in written | facts} == written | facts
        assert (summary["language"], summary["is_older_than_record"]) == ("en", False)

    def test_a_plain_text_says_who_reviewed_it_and_that_nobody_did(self, trials, client):
        summary = make_summary("NCT99990001", reviewed_by=make_person(name="Ana Rivera"))
        summary.reviewed_on, summary.is_demo_content = date(2026, 3, 4), False
        summary.save()
        [told] = client.get(f"{LIST}NCT99990001/").json()["plain_summaries"]
        assert told["reviewed_by"].startswith("Ana Rivera")
        assert (told["reviewed_on"], told["is_demo_content"]) == ("2026-03-04", False)
        summary.is_demo_content = True
        summary.save()
        [told] = client.get(f"{LIST}NCT99990001/").json()["plain_summaries"]
        assert (told["reviewed_by"], told["reviewed_on"]) == (None, None)
        assert told["is_demo_content"] is True

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
    @pytest.mark.parametrize("query", ["", "?q=melanoma", "?q=melanoma&phase=2", "?sort=title"])
    def test_the_fifty_whose_records_were_updated_last(self, clinic, client, query):
        first = date(2026, 1, 1)
        days = {f"NCT9999{n:04}": first + timedelta(days=n * 7 % 60) for n in range(60)}
        studies = {key: updated(make_study(key), day.isoformat()) for key, day in days.items()}
        sync_studies(*studies.values())
        closed = min(days, key=days.__getitem__)
        days[closed] = date(2026, 4, 1)
        sync_studies(updated(studies[closed], "2026-04-01", overallStatus="COMPLETED"))
        feed = ET.fromstring(client.get(f"/feeds/trials.atom{query}").content)
        entries = [
            (entry.find(f"{ATOM}id").text[-11:], entry.find(f"{ATOM}updated").text)
            for entry in feed.iter(f"{ATOM}entry")
        ]
        newest = sorted(days, key=days.__getitem__, reverse=True)[:50]
        assert entries == [(key, f"{days[key]}T00:00:00+00:00") for key in newest]
        assert entries[0][0] == closed
        assert feed.find(f"{ATOM}entry/{ATOM}title").text.startswith("Finished")
        assert feed.find(f"{ATOM}updated").text == "2026-04-01T00:00:00+00:00"

    def test_a_filter_is_a_filter_of_the_feed(self, trials, client):
        feed = ET.fromstring(client.get("/feeds/trials.atom?status=completed").content)
        ids = [entry.find(f"{ATOM}id").text[-11:] for entry in feed.iter(f"{ATOM}entry")]
        assert ids == ["NCT99990002"]

    def test_entries_of_a_search(self, trials, client):
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
