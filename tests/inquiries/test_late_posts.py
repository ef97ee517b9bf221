"""What a coordinator typed is not lost with the session, the token or a refusal."""

import re
import time
from http import HTTPStatus

import pytest
from django.test import Client

from clinic.middleware.staff_session import ACTIVE, STARTED
from clinic.roles import COORDINATORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import make_inquiry
from trials.inquiries.models import Attempt, Inquiry, Note

pytestmark = pytest.mark.django_db

TEXT = "Spoke with her sister: <b>call after six</b>"
SHOWN = "Spoke with her sister: &lt;b&gt;call after six&lt;/b&gt;"
OURS = {"HTTP_SEC_FETCH_MODE": "navigate", "HTTP_SEC_FETCH_SITE": "same-origin"}
LIMITS = {ACTIVE: 15 * 60, STARTED: 12 * 60 * 60}


@pytest.fixture
def lead():
    make_home_page()
    return make_user(LEADS)


@pytest.fixture
def staff(lead):
    client = Client(enforce_csrf_checks=True)
    client.force_login(lead)
    return client


@pytest.fixture
def inquiry(lead):
    return make_inquiry()


def token_in(response):
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', response.text)[1]


def address(inquiry, action="note"):
    return f"/admin/inquiries/{inquiry.pk}/{action}/"


def note(token, **overrides):
    return {"text": TEXT, "visibility": "team", "csrfmiddlewaretoken": token, **overrides}


def send_again(client, response):
    """Press the button of the page that kept the text."""
    form = response.text[response.text.index('<form class="stack"') :]
    action = re.search(r'action="([^"]+)"', form)[1]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    plain = {name: value.replace("&lt;", "<").replace("&gt;", ">") for name, value in fields}
    return client.post(action, plain, **OURS)


def age(client, key):
    session = client.session
    session[key] = int(time.time()) - LIMITS[key]
    session.save()


@pytest.mark.parametrize("limit", LIMITS)
def test_late_note__stands_in_the_page_and_can_be_sent_after_the_login(staff, lead, inquiry, limit):
    token = token_in(staff.get(f"/admin/inquiries/{inquiry.pk}/", **OURS))
    age(staff, limit)
    late = staff.post(address(inquiry), note(token), **OURS)
    assert late.status_code == HTTPStatus.UNAUTHORIZED
    assert SHOWN in late.text and TEXT not in late.text
    assert "no-store" in late["Cache-Control"]
    assert not Note.objects.exists() and TEXT not in str(dict(staff.session))

    staff.force_login(lead)  # in another tab; a real login also makes a new token
    assert send_again(staff, late).status_code == HTTPStatus.FOUND
    assert Note.objects.get().unsealed() == {"text": TEXT}


def test_late_note__is_kept_too_when_the_page_itself_noticed_the_end_first(staff, lead, inquiry):
    token = token_in(staff.get(f"/admin/inquiries/{inquiry.pk}/", **OURS))
    age(staff, ACTIVE)
    ping = staff.post("/admin/active/", HTTP_SEC_FETCH_MODE="cors")
    assert ping.status_code in {HTTPStatus.FOUND, HTTPStatus.UNAUTHORIZED}
    late = staff.post(address(inquiry), note(token), **OURS)
    assert late.status_code == HTTPStatus.UNAUTHORIZED and SHOWN in late.text


def test_note__with_the_token_of_an_earlier_login_is_kept_and_can_be_sent(staff, inquiry):
    staff.get(f"/admin/inquiries/{inquiry.pk}/", **OURS)
    refused = staff.post(address(inquiry), note("x" * 64), **OURS)
    assert refused.status_code == HTTPStatus.FORBIDDEN and SHOWN in refused.text
    assert send_again(staff, refused).status_code == HTTPStatus.FOUND
    assert Note.objects.get().unsealed() == {"text": TEXT}


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {},
    ],
)
def test_note__that_another_site_sends_is_not_offered_to_be_sent_on(staff, inquiry, headers):
    staff.get(f"/admin/inquiries/{inquiry.pk}/", **OURS)
    headers = {"HTTP_SEC_FETCH_MODE": "navigate", **headers}
    refused = staff.post(address(inquiry), note("x" * 64), **headers)
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert "call after six" not in refused.text and "Send again" not in refused.text


def test_note__of_an_old_browser_is_known_by_its_origin(staff, inquiry):
    token = token_in(staff.get(f"/admin/inquiries/{inquiry.pk}/", **OURS))
    age(staff, ACTIVE)
    origin = {"HTTP_HOST": "testserver", "HTTP_ORIGIN": "http://testserver"}
    late = staff.post(address(inquiry), note(token), **origin)
    assert SHOWN in late.text


@pytest.mark.parametrize(
    "path", ["/admin/auth/login/", "/admin/auth/reauthenticate/", "/admin/account/", "/admin/"]
)
def test_other_staff_forms__are_never_shown_again(staff, path):
    age(staff, ACTIVE)
    response = staff.post(path, {"text": TEXT, "password": "hunter2-hunter2"}, **OURS)
    assert "hunter2" not in response.text and "call after six" not in response.text


class TestRefusedForms:
    def test_attempt__comes_back_with_its_text_when_a_field_is_wrong(self, staff, inquiry):
        page = staff.get(f"/admin/inquiries/{inquiry.pk}/", **OURS)
        data = note(token_in(page), channel="phone", outcome="", at="2020-01-01T10:00", version=0)
        response = staff.post(address(inquiry, "attempt"), data, **OURS)
        assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert SHOWN in response.text and 'value="2020-01-01T10:00"' in response.text
        assert not Attempt.objects.exists()

    def test_attempt__comes_back_and_can_be_sent_when_somebody_was_quicker(self, staff, inquiry):
        page = staff.get(f"/admin/inquiries/{inquiry.pk}/", **OURS)
        Inquiry.objects.update(version=7)
        at = f"{inquiry.received_at.astimezone():%Y-%m-%dT%H:%M}"
        data = note(token_in(page), channel="phone", outcome="spoke", at=at, version=0)
        response = staff.post(address(inquiry, "attempt"), data, **OURS)
        assert response.status_code == HTTPStatus.CONFLICT
        assert "Somebody else changed this inquiry" in response.text and SHOWN in response.text
        assert 'name="version" value="7"' in response.text
        assert not Attempt.objects.exists()

    def test_note__of_one_who_may_not_see_the_inquiry_opens_nothing(self, inquiry):
        client = Client()
        client.force_login(make_user(COORDINATORS))
        response = client.post(address(inquiry), {"text": "", "visibility": "team"}, **OURS)
        assert response.status_code == HTTPStatus.NOT_FOUND
        assert inquiry.reference not in response.text
