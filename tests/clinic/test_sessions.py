"""Where somebody is logged in, and the end of it."""

import time
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import AuditEvent
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS
from clinic.sessions import ACTIVE, browser_words, sessions_of
from clinic.timetable import forget_sessions
from tests.factories import PASSWORD, log_in_afresh, make_home_page, make_user

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)
OWN = "/admin/sessions/"
NAVIGATION = {"HTTP_SEC_FETCH_MODE": "navigate"}


@pytest.fixture(autouse=True)
def home(db):
    make_home_page()


@pytest.fixture
def editor():
    return make_user(EDITORS)


@pytest.fixture
def administrator():
    return make_user(ADMINISTRATORS)


def logged_in(user, user_agent=FIREFOX, address="203.0.113.77"):
    client = Client(HTTP_USER_AGENT=user_agent, REMOTE_ADDR=address)
    client.force_login(user)
    assert client.get("/admin/", **NAVIGATION).status_code == HTTPStatus.OK
    return client


def is_in(client):
    return client.get("/admin/", **NAVIGATION).status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox, Windows"),
        (SAFARI, "Safari, iPhone"),
        (EDGE, "Edge, macOS"),
        ("curl/8", ""),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_browser_words__name_browser_and_system(user_agent, words):
    assert browser_words(user_agent) == words


class TestList:
    def test_shows_where_one_is_logged_in_and_never_a_key(self, editor):
        here, there = logged_in(editor), logged_in(editor, SAFARI, "198.51.100.9")
        logged_in(make_user(EDITORS), EDGE)
        page = here.get(OWN).text
        assert "Firefox, Windows" in page and "Safari, iPhone" in page and "Edge" not in page
        assert "198.51.100.0/24" in page and "198.51.100.9" not in page
        assert page.count("You are here") == 1
        for client in (here, there):
            assert client.session.session_key not in page

    def test_leaves_out_what_is_over(self, editor):
        here, idle = logged_in(editor), logged_in(editor)
        session = idle.session
        session[ACTIVE] = int(time.time()) - 15 * 60
        session.save()
        assert len(sessions_of(editor)) == 1
        editor.set_password("another-long-enough-password")
        editor.save()
        assert sessions_of(editor) == []
        assert not is_in(here)

    def test_is_found_from_the_front_page(self, editor):
        assert f'href="{OWN}"' in logged_in(editor).get("/admin/").text


class TestRevoking:
    def test_one_ends_there_and_nowhere_else(self, editor):
        here, there, third = (logged_in(editor) for _ in range(3))
        handle = next(
            one.handle for one in sessions_of(editor, there.session.session_key) if one.is_current
        )
        here.post(OWN, {"end": handle})
        assert (is_in(here), is_in(there), is_in(third)) == (True, False, True)
        event = AuditEvent.objects.get(action="session.revoked")
        assert (event.actor, event.object_id, event.data) == (editor, str(editor.pk), {"ended": 1})

    def test_everywhere_else_keeps_only_this_one(self, editor):
        here, there, third = (logged_in(editor) for _ in range(3))
        stranger = logged_in(make_user(EDITORS))
        page = here.post(OWN, follow=True).text
        assert "Logged out in 2 places." in page
        assert (is_in(here), is_in(there), is_in(third)) == (True, False, False)
        assert is_in(stranger)

    def test_handle_of_somebody_else_ends_nothing(self, editor):
        stranger = make_user(EDITORS)
        theirs = logged_in(stranger)
        logged_in(editor).post(OWN, {"end": sessions_of(stranger)[0].handle})
        assert is_in(theirs)

    def test_administrator_ends_a_colleagues(self, editor, administrator):
        theirs, client = logged_in(editor), logged_in(administrator)
        address = reverse("staff_sessions", args=[editor.pk])
        assert address in client.get(reverse("staff:edit", args=[editor.pk])).text
        assert "Firefox, Windows" in client.get(address).text
        client.post(address)
        assert not is_in(theirs)
        event = AuditEvent.objects.get(action="session.revoked")
        assert (event.actor, event.object_id) == (administrator, str(editor.pk))

    @pytest.mark.parametrize("role", [EDITORS, COORDINATORS])
    def test_others_see_and_end_no_colleagues(self, role, editor):
        theirs, client = logged_in(editor), logged_in(make_user(role))
        address = reverse("staff_sessions", args=[editor.pk])
        assert "Firefox" not in client.get(address, follow=True).text
        client.post(address)
        assert is_in(theirs)

    def test_break_glass_accounts_are_not_managed_here(self, administrator):
        address = reverse("staff_sessions", args=[make_user(is_superuser=True).pk])
        assert logged_in(administrator).get(address).status_code == HTTPStatus.NOT_FOUND


class TestChangedLogin:
    def edit(self, administrator, user, **changed):
        data = {
            "email": user.email,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "is_active": "on",
            "roles": list(user.groups.values_list("pk", flat=True)),
            **changed,
        }
        data = {name: value for name, value in data.items() if value is not None}
        client = Client()
        log_in_afresh(client, administrator)
        client.post(reverse("staff:edit", args=[user.pk]), data)

    @pytest.mark.parametrize(
        "changed",
        [
            {"is_active": None},
            {"roles": []},
            {"email": "somebody.new@clinic.example"},
            {"reset_second_factor": "on"},
        ],
    )
    def test_ends_the_sessions_at_once(self, editor, administrator, changed):
        theirs = logged_in(editor)
        self.edit(administrator, editor, **changed)
        assert not is_in(theirs)
        assert not Session.objects.filter(session_key=theirs.cookies["clinic_staff"].value).exists()

    def test_one_role_more_ends_them_too(self, editor, administrator):
        theirs = logged_in(editor)
        both = Group.objects.filter(name__in=[EDITORS, COORDINATORS]).values_list("pk", flat=True)
        self.edit(administrator, editor, roles=list(both))
        assert not is_in(theirs)

    def test_another_name_ends_nothing(self, editor, administrator):
        theirs = logged_in(editor)
        self.edit(administrator, editor, first_name="Nora")
        assert is_in(theirs)

    def test_deactivated_elsewhere_is_out_at_the_next_request(self, editor):
        theirs = logged_in(editor)
        editor.is_active = False
        editor.save()
        assert not is_in(theirs)

    def test_a_new_password_ends_every_other_session(self, editor):
        theirs = logged_in(editor)
        assert is_in(theirs)
        editor.set_password(PASSWORD + "-new")
        editor.save()
        assert not is_in(theirs)


@pytest.mark.parametrize("address", ["/admin/logout/", "/admin/auth/logout/"])
def test_logout__makes_the_browser_forget(editor, address):
    client = logged_in(editor)
    key = client.session.session_key
    assert "Clear-Site-Data" not in client.get("/admin/")
    response = client.post(address)
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert "no-store" in response["Cache-Control"]
    assert not Session.objects.filter(session_key=key).exists()
    assert not is_in(client)


def test_forget_sessions__deletes_what_is_over_and_nothing_else(editor):
    here, over = logged_in(editor), logged_in(editor)
    Session.objects.filter(session_key=over.session.session_key).update(
        expire_date=timezone.now() - timedelta(minutes=1)
    )
    forget_sessions()
    assert Session.objects.count() == 1
    assert is_in(here)
