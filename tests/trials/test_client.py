import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.trials.factories import make_study
from tests.trials.fake_registry import (
    answers,
    cut_short,
    drips,
    fails,
    fake_registry,
    half_json,
    leads_to,
    says,
)
from trials.registry import client as client_module
from trials.registry.client import (
    RegistryClient,
    RegistryRefused,
    RegistryUnavailable,
    Remembered,
    retry_after,
)


def client_for(registry, **values):
    waits = []
    client = RegistryClient(
        registry.url,
        user_agent="test (mailto:x@example.org)",
        sleep=waits.append,
        **{"pause": 1.0, "timeout": 5, **values},
    )
    return client, waits


def studies_of(pages):
    """Return the studies of all pages."""
    return [study for page in pages for study in page.studies]


STUDIES = [make_study(f"NCT9999000{number}") for number in range(1, 6)]


def test_paging_repeats_the_parameters_until_no_token_comes():
    with fake_registry(studies=STUDIES) as registry:
        client, _ = client_for(registry)
        found = studies_of(client.pages({"query.cond": "lung cancer"}))
    assert found == STUDIES
    assert len(registry.requests) == 3
    assert all("query.cond=lung+cancer" in path for path in registry.requests)
    assert registry.agents[0] == "test (mailto:x@example.org)"


def test_an_empty_page_is_no_error():
    with fake_registry() as registry:
        assert studies_of(client_for(registry)[0].pages({})) == []


def test_an_empty_page_in_the_middle_is_passed_and_nothing_is_lost():
    # The token leads to the same place as the "2" before it, but is another one.
    empty = answers({"studies": [], "nextPageToken": "02"})
    with fake_registry(studies=STUDIES, faults=[None, empty]) as registry:
        client, _ = client_for(registry)
        assert studies_of(client.pages({})) == STUDIES
    assert len(registry.requests) == 4


def test_an_empty_page_that_leads_to_itself_stops_the_search_with_a_sentence():
    empty = answers({"studies": [], "nextPageToken": "2"})
    with fake_registry(studies=STUDIES, faults=[None, empty]) as registry:
        client, _ = client_for(registry)
        with pytest.raises(RegistryUnavailable, match="repeated a page"):
            list(client.pages({}))
    assert len(registry.requests) == 2


def test_a_repeated_page_token_stops():
    with fake_registry(studies=STUDIES, repeat_token=True) as registry:
        client, _ = client_for(registry)
        with pytest.raises(RegistryUnavailable, match="repeated a page"):
            list(client.pages({}))
    assert len(registry.requests) == 2


def test_one_request_a_second():
    with fake_registry(studies=STUDIES) as registry:
        client, waits = client_for(registry)
        list(client.pages({}))
    assert len(waits) == 2
    assert all(0.5 < wait <= 1.0 for wait in waits)


def test_a_page_that_we_remember_is_not_sent_again():
    with fake_registry(studies=STUDIES, has_etags=True) as registry:
        client, _ = client_for(registry)
        first = {page.address: page for page in client.pages({})}

        def recall(address):
            return Remembered(first[address].etag, first[address].next_page_token)

        again = list(client.pages({}, recall=recall))
    assert [page.studies for page in again] == [None, None, None]
    assert [page.address for page in again] == list(first)


def test_a_token_that_the_registry_has_forgotten():
    with fake_registry(studies=STUDIES, token_word="new") as registry:
        client, _ = client_for(registry)
        with pytest.raises(RegistryRefused, match="400"):
            list(client.pages({}, token="old2"))


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"studies": "none"}, "no list of studies"),
        ({}, "no list of studies"),
        ({"studies": [], "nextPageToken": 7}, "no text"),
    ],
)
def test_an_answer_of_another_shape(answer, sentence):
    with fake_registry(faults=[answers(answer)]) as registry:
        client, _ = client_for(registry)
        with pytest.raises(RegistryUnavailable, match=sentence):
            list(client.pages({}))


def test_version():
    with fake_registry() as registry:
        assert client_for(registry)[0].data_timestamp() == "2026-11-20T09:00:05"


def test_a_former_id_leads_to_the_study():
    study = make_study("NCT99990001", identificationModule={"nctIdAliases": ["NCT99990002"]})
    with fake_registry(studies=[study]) as registry:
        assert client_for(registry)[0].study("NCT99990002") == study


def test_a_study_that_is_not_there_is_none():
    with fake_registry() as registry:
        assert client_for(registry)[0].study("NCT99990002") is None
    assert len(registry.requests) == 1


@pytest.mark.parametrize("fault", [fails(500), fails(503), cut_short, half_json, fails(429)])
def test_a_passing_fault_is_tried_again(fault):
    with fake_registry(studies=STUDIES[:1], faults=[fault, fault]) as registry:
        client, _ = client_for(registry, pause=0.0)
        assert client.study("NCT99990001") == STUDIES[0]
    assert len(registry.requests) == 3


def test_retry_after_is_honoured():
    with fake_registry(studies=STUDIES[:1], faults=[fails(429, Retry_After="17")]) as registry:
        client, waits = client_for(registry, pause=0.0)
        client.study("NCT99990001")
    assert waits[0] == 17


def test_a_date_in_retry_after_is_honoured():
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    with fake_registry(studies=STUDIES[:1], faults=[fails(503, Retry_After=soon)]) as registry:
        client, waits = client_for(registry, pause=0.0)
        client.study("NCT99990001")
    assert 30 < waits[0] <= 90


def test_an_answer_that_drips_is_given_up():
    """Each byte comes in time, so the timeout of the socket never ends it."""
    with fake_registry(faults=[drips] * 2) as registry:
        client, _ = client_for(registry, timeout=0.1, attempts=2)
        with pytest.raises(RegistryUnavailable, match="too long or too slow"):
            client.data_timestamp()


def test_an_answer_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr(client_module, "LARGEST_ANSWER", 1_000_000)
    body = b'{"studies": "' + b"x" * 2_000_000 + b'"}'
    with fake_registry(faults=[says(body)] * 2) as registry:
        client, _ = client_for(registry, attempts=2)
        with pytest.raises(RegistryUnavailable, match="too long or too slow"):
            client.data_timestamp()


@pytest.mark.parametrize("body", [b"<html>Please log in</html>", b"", b"[]", b"\xff\xfe", b"NaN"])
def test_what_is_no_json_object_is_asked_for_again_whatever_it_calls_itself(body):
    fault = says(body, Content_Type="application/json")
    with fake_registry(studies=STUDIES[:1], faults=[fault]) as registry:
        client, _ = client_for(registry)
        assert client.study("NCT99990001") == STUDIES[0]
    assert len(registry.requests) == 2


def test_json_that_calls_itself_something_else_is_json():
    body = json.dumps({"dataTimestamp": "now"}).encode()
    with fake_registry(faults=[says(body, Content_Type="text/html")]) as registry:
        assert client_for(registry)[0].data_timestamp() == "now"


def test_being_sent_round_in_circles_is_an_error_with_a_sentence():
    with fake_registry(faults=[leads_to("/api/v2/version")] * 30) as registry:
        client, _ = client_for(registry)
        with pytest.raises(RegistryUnavailable, match="refused with status 301"):
            client.data_timestamp()


@pytest.mark.parametrize("address", ["http://localhost:{port}/api/v2/version", "ftp://127.0.0.1/x"])
def test_the_client_is_not_sent_to_another_host(address):
    with fake_registry() as registry:
        port = registry.url.split(":")[2].split("/")[0]
        registry.faults = [leads_to(address.format(port=port))]
        client, _ = client_for(registry)
        with pytest.raises(RegistryUnavailable, match="another host"):
            client.data_timestamp()
    assert len(registry.requests) == 1


def test_back_off_doubles():
    with fake_registry(faults=[fails(500)] * 5) as registry:
        client, waits = client_for(registry)
        with pytest.raises(RegistryUnavailable, match="it answered 500"):
            client.data_timestamp()
    assert [wait for wait in waits if wait in {1, 2, 4, 8}] == [1, 2, 4, 8]


def test_a_wait_that_is_too_long_gives_up():
    with fake_registry(faults=[fails(503, Retry_After="86400")]) as registry:
        client, waits = client_for(registry)
        with pytest.raises(RegistryUnavailable):
            client.data_timestamp()
    assert waits == []


def test_a_refusal_is_not_tried_again():
    with fake_registry(faults=[fails(400)]) as registry:
        client, _ = client_for(registry)
        with pytest.raises(RegistryUnavailable, match="refused with status 400"):
            client.data_timestamp()
    assert len(registry.requests) == 1


def test_silence_is_an_error_with_a_sentence():
    released = threading.Event()
    with fake_registry(faults=[lambda handler: released.wait(10) and None] * 2) as registry:
        client, _ = client_for(registry, timeout=0.1, attempts=2)
        with pytest.raises(RegistryUnavailable, match="did not answer in time"):
            client.data_timestamp()
        released.set()


def test_nobody_there():
    with fake_registry() as registry:
        url = registry.url
    client = RegistryClient(url, user_agent="x", attempts=1, sleep=lambda seconds: None)
    with pytest.raises(RegistryUnavailable, match="the connection failed"):
        client.data_timestamp()


def test_only_http_addresses():
    with pytest.raises(RegistryUnavailable, match="REGISTRY_URL"):
        RegistryClient("file:///etc/passwd", user_agent="x")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        ("Fri, 20 Nov 2026 09:01:00 GMT", 60),
        ("Fri, 20 Nov 2026 08:00:00 GMT", 0),
        ("soon", None),
        (None, None),
    ],
)
def test_retry_after(value, seconds):
    assert retry_after(value, datetime(2026, 11, 20, 9, 0, tzinfo=UTC)) == seconds
