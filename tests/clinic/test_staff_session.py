import time

import pytest
from django.test import Client

from clinic.middleware.staff_session import ACTIVE, STARTED
from clinic.models import AuditEvent
from clinic.roles import EDITORS
from tests.factories import make_user

pytestmark = pytest.mark.django_db
HOME = "/admin/"
NAVIGATION = {"HTTP_SEC_FETCH_MODE": "navigate"}
MINUTE = 60


@pytest.fixture
def editor():
    return make_user(EDITORS)


@pytest.fixture
def staff(editor):
    client = Client()
    client.force_login(editor)
    assert client.get(HOME, **NAVIGATION).status_code == 200
    return client


def shift(client, **seconds_ago):
    session = client.session
    for name, seconds in seconds_ago.items():
        session[{"active": ACTIVE, "started": STARTED}[name]] = int(time.time()) - seconds
    session.save()


def test_a_person_who_works_stays_logged_in(staff):
    for _ in range(4):
        shift(staff, active=14 * MINUTE)
        assert staff.get(HOME, **NAVIGATION).status_code == 200


def test_fifteen_minutes_without_a_person_end_it(staff, editor):
    shift(staff, active=15 * MINUTE)
    response = staff.get("/admin/pages/?p=2", **NAVIGATION)
    assert response.status_code == 302
    assert response["Location"] == "/admin/auth/login/?next=%2Fadmin%2Fpages%2F%3Fp%3D2"
    assert '"cache"' in response["Clear-Site-Data"]
    assert "no-store" in response["Cache-Control"]
    assert not staff.session.get("_auth_user_id")
    event = AuditEvent.objects.get(action="session.ended")
    assert (event.actor, event.data) == (editor, {"reason": "idle"})


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_SEC_FETCH_MODE": "cors"},
        {"HTTP_SEC_FETCH_MODE": "same-origin"},
        {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"},
        {"HTTP_ACCEPT": "application/json"},
    ],
)
def test_what_a_page_sends_by_itself_keeps_nobody_logged_in(staff, headers):
    shift(staff, active=14 * MINUTE)
    staff.get(HOME, **headers)
    staff.post("/admin/editing-sessions/release/1/", **headers)
    assert int(time.time()) - staff.session[ACTIVE] >= 14 * MINUTE
    shift(staff, active=15 * MINUTE)
    assert staff.get(HOME, **headers).status_code == 401


def test_a_sign_of_a_person_at_the_page_counts(staff):
    shift(staff, active=14 * MINUTE)
    response = staff.post("/admin/active/", HTTP_SEC_FETCH_MODE="cors")
    assert response.status_code == 200
    assert int(time.time()) - staff.session[ACTIVE] < 2 * MINUTE


def test_a_sign_of_a_person_cannot_revive_what_ended(staff):
    shift(staff, active=15 * MINUTE)
    assert staff.post("/admin/active/", HTTP_SEC_FETCH_MODE="cors").status_code in {302, 401}
    assert not staff.session.get("_auth_user_id")


def test_a_form_that_comes_too_late_shows_a_page(staff):
    shift(staff, active=15 * MINUTE)
    response = staff.post(HOME, {"note": "private words"}, **NAVIGATION)
    assert response.status_code == 401
    assert "You were logged out" in response.text
    assert "private words" not in response.text


def test_twelve_hours_end_it_however_busy(staff):
    shift(staff, active=0, started=12 * 60 * MINUTE)
    assert staff.get(HOME, **NAVIGATION).status_code == 302
    assert AuditEvent.objects.get(action="session.ended").data == {"reason": "limit"}


def test_a_new_login_starts_a_new_session(staff, editor):
    shift(staff, active=15 * MINUTE, started=12 * 60 * MINUTE)
    staff.get(HOME, **NAVIGATION)
    staff.force_login(editor)
    assert staff.get(HOME, **NAVIGATION).status_code == 200


def test_the_script_that_gives_the_sign_is_on_every_admin_page(staff):
    assert "clinic/js/staff_activity.js" in staff.get(HOME, **NAVIGATION).text


def test_somebody_without_a_role_gets_a_page_and_can_leave(client):
    client.force_login(make_user())
    for address in (HOME, "/admin/auth/login/", "/admin/inquiries/"):
        assert client.get(address, follow=True, **NAVIGATION).status_code == 403
    client.post("/admin/auth/logout/")
    assert not client.session.get("_auth_user_id")


def test_time_left__is_told_without_counting_as_activity(staff):
    shift(staff, active=13 * MINUTE)
    before = staff.session[ACTIVE]
    told = staff.get("/admin/active/", HTTP_SEC_FETCH_MODE="cors").json()
    assert 110 <= told["seconds"] <= 120 and told["can_stay"]
    assert staff.session[ACTIVE] == before
    stayed = staff.post("/admin/active/", HTTP_SEC_FETCH_MODE="cors").json()
    assert stayed["seconds"] >= 14 * 60 + 50


def test_time_left__of_the_twelve_hours_cannot_be_put_off(staff):
    shift(staff, active=0, started=12 * 60 * MINUTE - 90)
    told = staff.post("/admin/active/", HTTP_SEC_FETCH_MODE="cors").json()
    assert 80 <= told["seconds"] <= 90 and not told["can_stay"]


def test_warning__stands_on_every_page_of_staff_without_inline_script(staff):
    page = staff.get("/admin/").content.decode()
    assert 'data-idle-warning="900"' in page and "Stay logged in" in page
