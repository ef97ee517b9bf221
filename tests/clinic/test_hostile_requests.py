"""Every address of both doors under requests that no browser sends: never our mistake.

2,000 of them by default; ``FUZZ_REQUESTS=10000`` draws more, and others.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from clinic import contact_card
from clinic.roles import ADMINISTRATORS, LEADS
from tests.admin_addresses import Sample, addresses
from tests.factories import log_in_afresh, make_user
from tests.hostile import HostileRequest, requests
from tests.inquiries.factories import encoded, form_data
from tests.public_addresses import public_addresses
from trials.inquiries.models import Inquiry

USUAL = 2000
REQUESTS = int(os.environ.get("FUZZ_REQUESTS", USUAL))
# Half of all strike the public door; the staff door is struck by those who could have lost a login.
SHARES = {
    "anonymous": 0.5,
    "coordinator": 0.1,
    "lead": 0.1,
    "editor": 0.15,
    "administrator": 0.15,
}
STAFF = [who for who in SHARES if who != "anonymous"]
WORK_ON_INQUIRIES = (
    "/admin/inquir",
    "/admin/messages-to-senders/",
    "/admin/persons/",
    "/admin/retention/",
)
PUBLIC_SETTINGS = {
    "PROCESS": "public",
    "ROOT_URLCONF": "clinic.urls.public",
    "SEALING_PRIVATE_KEYS": [],
    "LOOKUP_KEY": "",
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": 200,
}
FIELD = re.compile(r"""name=["']([^"']+)["']""")


@contextmanager
def undone(client: Client) -> Iterator[None]:
    """Undo in the database and in the browser what is done in the block.

    A plain savepoint, no atomic block: what is accepted must not be in anybody else's transaction.
    """
    cookies, before = client.cookies.copy(), transaction.savepoint()
    try:
        yield
    finally:
        transaction.set_rollback(False)
        transaction.savepoint_rollback(before)
        client.cookies = cookies  # one address logs out


def says_not_ready(request: HostileRequest) -> bool:
    """Return whether 503 is the answer: no worker runs in a test."""
    return request.path.startswith("/readyz")


def strike(
    client: Client,
    count: int,
    known: list[str],
    fields_of: Callable[[str], list[str]],
) -> list[str]:
    """Send requests and return those that were answered by an error of ours, all at once."""
    wrong = []

    @hypothesis_settings(
        max_examples=max(count, 1),
        deadline=None,
        database=None,
        derandomize=REQUESTS == USUAL,
        suppress_health_check=list(HealthCheck),
    )
    @given(request=requests(known, fields_of))
    def send(request: HostileRequest) -> None:
        with undone(client):
            response = client.generic(
                request.method,
                request.path,
                request.body,
                request.content_type,
                QUERY_STRING=request.query,
                **request.headers,
            )
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and not says_not_ready(request):
            error = getattr(response, "exc_info", None)
            wrong.append(f"{response.status_code} {request} {error and error[:2]}")

    send()
    return wrong


def fields_seen_by(client: Client) -> Callable[[str], list[str]]:
    """Return a function that tells the fields of the form at an address."""
    known: dict[str, list[str]] = {}

    def fields_of(path: str) -> list[str]:
        if path not in known:
            with undone(client):
                page = client.get(path)
            is_page = page.get("Content-Type", "").startswith("text/html")
            known[path] = sorted(set(FIELD.findall(page.text))) if is_page else []
        return known[path]

    return fields_of


@pytest.fixture
def sample(db: None, settings: Any, tmp_path: Any) -> Sample:
    settings.MEDIA_ROOT = tmp_path
    return Sample()


@pytest.fixture
def public_door(sample: Sample, settings: Any) -> Client:
    for name, value in PUBLIC_SETTINGS.items():
        setattr(settings, name, value)
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    return Client(raise_request_exception=False)


def test_public_door__makes_no_mistake_and_loses_nobody(
    public_door: Client, sample: Sample
) -> None:
    known = public_addresses(sample)
    seen = fields_seen_by(public_door)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE clinic_public")
        wrong = strike(
            public_door,
            int(REQUESTS * SHARES["anonymous"]),
            known,
            lambda path: seen(path) or [*form_data()],
        )
        sent = public_door.post(
            "/en/trials/help/",
            encoded(form_data()),
            content_type="application/x-www-form-urlencoded",
        )
        cursor.execute("RESET ROLE")
    assert not wrong, "\n".join(wrong)
    assert sent.status_code == HTTPStatus.SEE_OTHER
    assert Inquiry.objects.count() == 2  # the sample's and this one


def staff_door(sample: Sample, who: str) -> Client:
    """Return the browser of somebody who has just shown the password."""
    people = {
        "coordinator": lambda: sample.member,
        "lead": lambda: make_user(LEADS),
        "editor": lambda: sample.editor,
        "administrator": lambda: make_user(ADMINISTRATORS),
    }
    client = Client(raise_request_exception=False)
    log_in_afresh(client, people[who]())
    return client


@pytest.mark.parametrize("who", STAFF)
def test_staff_door__makes_no_mistake(sample: Sample, who: str) -> None:
    client = staff_door(sample, who)
    known = [one.path for one in addresses(sample)]
    if who in {"coordinator", "lead"}:  # more often where they work
        known += [path for path in known if path.startswith(WORK_ON_INQUIRIES)] * 20
    wrong = strike(client, int(REQUESTS * SHARES[who]), known, fields_seen_by(client))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", STAFF)
def test_staff_door__empty_forms_are_no_mistake_of_ours(sample: Sample, who: str) -> None:
    client = staff_door(sample, who)
    answers = {}
    for one in addresses(sample):
        with undone(client):
            answers[one.path] = client.post(one.path).status_code
    ours = {path: code for path, code in answers.items() if code >= 500}
    assert ours == {}


def test_earlier_version_with_empty_fields__is_not_taken_back(sample: Sample) -> None:
    client = staff_door(sample, "editor")
    text = sample.text
    earlier = text.revisions.order_by("pk")[0]
    path = reverse(
        text.snippet_viewset.get_url_name("revisions_revert"), args=[text.pk, earlier.pk]
    )
    response = client.post(path, {"title": ""})
    assert response.status_code == HTTPStatus.OK
    assert response.context["form"].errors
    assert text.revisions.latest("pk").pk != earlier.pk
    assert text.revisions.count() == 2


def test_text_for_patients__is_shown_in_its_editor(sample: Sample) -> None:
    client, text = staff_door(sample, "editor"), sample.text
    name = text.snippet_viewset.get_url_name("revisions_view")
    shown = client.get(reverse(name, args=[text.pk, text.revisions.latest("pk").pk]))
    assert shown.status_code == HTTPStatus.OK and text.title in shown.text


def test_specialist_without_a_name__is_asked_for_it(sample: Sample) -> None:
    name = sample.person.snippet_viewset.get_url_name("edit")
    path = reverse(name, args=[sample.person.pk])
    response = staff_door(sample, "administrator").post(path, {"name": ""})
    assert response.status_code == HTTPStatus.OK
    assert "name" in response.context["form"].errors


@pytest.mark.parametrize("sent", [{}, {"import_file_name": "x:y", "input_format": "0:z"}])
def test_import_of_redirects__of_a_file_that_we_did_not_name(
    sample: Sample, sent: dict[str, str]
) -> None:
    path = reverse("wagtailredirects:process_import")
    assert staff_door(sample, "administrator").post(path, sent).status_code == 400


def test_key_that_is_no_number__is_the_mistake_of_who_sent_it(sample: Sample) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(sample.editor)
    path = reverse("wagtailsnippets_education_glossaryterm:add")
    assert client.post(path, {"related_page": "{"}).status_code == HTTPStatus.BAD_REQUEST


class TestTooLarge:
    @pytest.fixture(autouse=True)
    def card(self, monkeypatch):
        card = contact_card.ContactCard("Clinic", "(415) 555-0100", "(415) 555-0199")
        monkeypatch.setattr(contact_card, "_known", [card])

    def test_form_page_offers_the_number_and_keeps_the_text(self, client, settings):
        settings.PROCESS = "public"
        text = "My <b>story</b>. " * 5_000
        response = client.post("/en/trials/help/", {"message": text})
        words = response.text[: response.text.index("panel--urgent")]
        assert response.status_code == 413
        assert 'href="tel:+14155550100"' in words and "copy what matters" in words
        assert words.count("My &lt;b&gt;story&lt;/b&gt;.") == 5_000
        assert "Send again" not in words

    def test_beyond_what_is_read_the_page_says_what_to_do(self, client, settings):
        settings.PROCESS = "public"
        response = client.post("/en/trials/help/", {"message": "x" * 3_000_000})
        assert response.status_code == 413
        assert "send a shorter one" in response.text and "x" * 99 not in response.text

    def test_upload_page_speaks_of_files(self, client):
        response = client.post("/admin/images/add/", {"title": "x" * 13_000_000})
        assert response.status_code == 413
        assert "12 MB" in response.text and "One page of text" not in response.text
