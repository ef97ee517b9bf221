"""One way in, with a second factor outside the demo."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.views import LoginView
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from clinic.demo_people import DEMO_PEOPLE
from clinic.login import AccountAdapter
from clinic.models import AuditEvent
from clinic.roles import EDITORS
from tests.factories import PASSWORD, make_home_page, make_user

pytestmark = pytest.mark.django_db

LOGIN = "/admin/auth/login/"
ADMIN = "/admin/"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture
def home():
    return make_home_page()


@pytest.fixture
def outside_demo(settings):
    settings.MFA_REQUIRED = True
    settings.DEMO = False


def post_login(client, user, password=PASSWORD):
    return client.post(LOGIN, {"login": user.email, "password": password})


def is_logged_in(client):
    return SESSION_KEY in client.session


def add_totp(user):
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


class TestDemo:
    def test_password_is_enough_and_the_page_says_so(self, client, home):
        user = make_user(EDITORS)
        page = client.get(LOGIN).content.decode()
        assert "does not ask for a second factor" in page
        for email in DEMO_PEOPLE:
            assert email in page

        post_login(client, user)
        assert client.get(ADMIN).status_code == 200

    def test_nothing_of_it_outside_the_demo(self, client, home, outside_demo):
        page = client.get(LOGIN).content.decode()
        assert "demo.example" not in page
        assert "second factor" not in page


class TestOneWayIn:
    def test_no_other_login_view_answers(self):
        def walk(resolver, prefix=""):
            for pattern in resolver.url_patterns:
                if isinstance(pattern, URLResolver):
                    yield from walk(pattern, prefix + str(pattern.pattern))
                else:
                    yield prefix + str(pattern.pattern), pattern.callback

        others = [
            route
            for route, view in walk(get_resolver())
            if issubclass(getattr(view, "view_class", object), LoginView)
        ]
        assert others == []

    def test_wagtails_login_leads_to_ours(self, client, home):
        response = client.get("/admin/login/?next=/admin/pages/")
        assert response.url == f"{LOGIN}?next=/admin/pages/"

    def test_wagtails_login_takes_no_password(self, client, home):
        user = make_user(EDITORS)
        client.post("/admin/login/", {"username": user.email, "password": PASSWORD})
        assert not is_logged_in(client)

    @pytest.mark.parametrize(
        "address",
        ["/en/_util/login/", "/_util/login/", "/admin/password_reset/", "/admin/auth/signup/"],
    )
    def test_no_session_elsewhere(self, address, client, home):
        user = make_user(EDITORS)
        data = {
            "username": user.email,
            "login": user.email,
            "password": PASSWORD,
            "email": "new@clinic.example",
            "password1": PASSWORD,
            "password2": PASSWORD,
        }
        response = client.post(address, data)
        assert response.status_code in {302, 404}
        assert not is_logged_in(client)
        assert not type(user).objects.filter(email="new@clinic.example").exists()

    def test_own_address_cannot_be_changed(self, client, home):
        user = make_user(EDITORS)
        client.force_login(user)
        assert client.post("/admin/auth/email/", {"email": "a@b.example"}).status_code == 404
        assert "email" not in client.get("/admin/account/").context["panels_by_tab"]

    def test_inactive_people_stay_out(self, client, home):
        user = make_user(EDITORS, is_active=False)
        post_login(client, user)
        assert not is_logged_in(client)


class TestGuessing:
    def test_failures_are_limited_and_audited(self, client, home):
        user = make_user(EDITORS)
        for _attempt in range(6):
            post_login(client, user, "wrong-password-for-this-test")
        response = post_login(client, user)
        assert "Too many failed login attempts" in response.content.decode()
        events = AuditEvent.objects.filter(action="login.failed")
        assert [event.object_id for event in events] == [str(user.pk)] * 5
        assert user.email not in str([event.data for event in events])

    def test_one_network_cannot_try_everybody(self, client, home):
        answers = [post_login(client, make_user(EDITORS), "wrong-password") for _ in range(32)]
        assert answers[0].status_code == 200
        assert answers[-1].status_code == 429
        elsewhere = Client(REMOTE_ADDR="198.51.100.7")
        user = make_user(EDITORS)
        post_login(elsewhere, user)
        assert is_logged_in(elsewhere)

    def test_colleague_elsewhere_is_not_locked_out(self, home):
        user = make_user(EDITORS)
        attacker, colleague = Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="198.51.100.7")
        for _attempt in range(6):
            post_login(attacker, user, "wrong-password-for-this-test")
        post_login(colleague, user)
        assert is_logged_in(colleague)

    def test_limit_holds_on_all_machines_together(self, home, monkeypatch):
        monkeypatch.setattr("clinic.login.ATTEMPTS", 3)
        user = make_user(EDITORS)
        for _attempt in range(3):
            cache.clear()  # what one process counted is unknown to the next
            post_login(Client(), user, "wrong-password-for-this-test")
        cache.clear()
        client = Client()
        post_login(client, user)
        assert not is_logged_in(client)

    def test_known_and_unknown_addresses_are_answered_alike(self, client, home):
        user = make_user(EDITORS)
        known = post_login(client, user, "wrong-password-for-this-test").content.decode()
        data = {"login": "nobody@clinic.example", "password": "wrong-password-for-this-test"}
        unknown = client.post(LOGIN, data).content.decode()

        def without_what_was_typed(text):
            text = re.sub(r'value="[^"]*"', "", text)
            return text

        assert without_what_was_typed(known) == without_what_was_typed(unknown)

    def test_unknown_address_costs_a_password_hash_too(self, client, home, monkeypatch):
        user, encode, hashed = make_user(EDITORS), MD5PasswordHasher.encode, []

        def counted(hasher, *arguments):
            hashed.append(arguments)
            return encode(hasher, *arguments)

        monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
        post_login(client, user, "wrong-password-for-this-test")
        of_known = len(hashed)
        data = {"login": "nobody@clinic.example", "password": "wrong-password-for-this-test"}
        client.post(LOGIN, data)
        assert of_known == len(hashed) - of_known == 1


class TestForgottenPassword:
    def test_answer_tells_nothing_and_strangers_get_no_mail(self, client, home):
        user = make_user(EDITORS)
        url = reverse("account_reset_password")
        known = client.post(url, {"email": user.email})
        assert [message.to for message in mail.outbox] == [[user.email]]
        unknown = client.post(url, {"email": "nobody@clinic.example"})
        assert len(mail.outbox) == 1
        assert known.url == unknown.url

    def test_link_is_of_the_staff_door_whatever_the_host_says(self, client, home, settings):
        settings.ALLOWED_HOSTS = ["*"]
        user = make_user(EDITORS)
        client.post(
            reverse("account_reset_password"),
            {"email": user.email},
            headers={"host": "evil.example"},
        )
        body = mail.outbox[0].body
        assert settings.STAFF_URL + "/admin/auth/password/reset/key/" in body
        assert "evil.example/admin" not in body

    def test_new_password_does_not_skip_the_second_factor(self, client, home, outside_demo):
        user = make_user(EDITORS)
        add_totp(user)
        client.post(reverse("account_reset_password"), {"email": user.email})
        link = re.search(r"/admin/auth/password/reset/key/\S+", mail.outbox[0].body)[0]
        form_url = client.get(link).url
        new = "a-quite-different-long-password"
        client.post(form_url, {"password1": new, "password2": new})
        user.refresh_from_db()
        assert user.check_password(new)
        assert not is_logged_in(client)


def test_nobody_signs_up(rf):
    assert not AccountAdapter().is_open_for_signup(rf.get("/"))


class TestAudit:
    def test_login_and_second_factor_leave_events_without_addresses(
        self, client, home, outside_demo
    ):
        user = make_user(EDITORS)
        secret = add_totp(user)
        post_login(client, user)
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
        client.post("/admin/logout/")

        events = list(AuditEvent.objects.order_by("at"))
        assert [event.action for event in events] == [
            "login.second_factor_used",
            "login.succeeded",
            "login.ended",
        ]
        assert {event.actor_id for event in events} == {user.pk}
        assert user.email not in str([event.data for event in events])
