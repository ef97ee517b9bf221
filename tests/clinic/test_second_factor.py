"""The second factor: an app, a passkey, recovery codes; outside the demo nobody does without."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.signals import authenticator_added
from cryptography.fernet import InvalidToken
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from clinic.login import SecondFactorAdapter
from clinic.models import AuditEvent, LoginMemory
from clinic.roles import EDITORS
from tests.clinic.test_login import ADMIN, LOGIN, add_totp, code_of, is_logged_in, post_login
from tests.factories import PASSWORD, make_home_page, make_user

pytestmark = pytest.mark.django_db

CHANGES_OF_A_LOGIN = [
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_add_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
]
WITHOUT_THE_PASSWORD_AGAIN = {
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_list_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",
}


@pytest.fixture(autouse=True)
def _outside_demo(settings):
    cache.clear()
    settings.MFA_REQUIRED = True
    settings.DEMO = False


@pytest.fixture
def home():
    return make_home_page()


def _patterns(resolver):
    for pattern in resolver.url_patterns:
        yield from _patterns(pattern) if isinstance(pattern, URLResolver) else [pattern]


class TestSecondFactor:
    def test_first_login_leads_to_setting_one_up(self, client, home):
        user = make_user(EDITORS)
        post_login(client, user)
        response = client.get(ADMIN)
        assert response.status_code == 302
        assert response.url == reverse("mfa_index")

    def test_every_admin_address_needs_it(self, client, home):
        user = make_user(EDITORS)
        post_login(client, user)
        for address in ["/admin/pages/", "/admin/account/", "/admin/sprite/", "/admin/nowhere/"]:
            assert client.get(address).status_code == 302, address
        response = client.get(ADMIN, headers={"x-requested-with": "XMLHttpRequest"})
        assert response.status_code == 403

    def test_password_without_the_code_is_no_session(self, client, home):
        user = make_user(EDITORS)
        add_totp(user)
        response = post_login(client, user)
        assert response.url.startswith(reverse("mfa_authenticate"))
        assert not is_logged_in(client)

    def test_code_opens_the_admin(self, client, home):
        user = make_user(EDITORS)
        secret = add_totp(user)
        post_login(client, user)
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
        assert client.get(ADMIN).status_code == 200

    def test_code_works_once_on_all_processes_together(self, home):
        """A process of its own has a memory of its own: what counts must not be kept there."""
        user = make_user(EDITORS)
        code = code_of(add_totp(user))
        first, second = Client(), Client()
        for client in (first, second):
            cache.clear()
            post_login(client, user)
            client.post(reverse("mfa_authenticate"), {"code": code})
        assert is_logged_in(first)
        assert not is_logged_in(second)

    def test_bad_codes_are_limited_on_all_processes_together(self, client, home):
        user = make_user(EDITORS)
        secret = add_totp(user)
        post_login(client, user)
        for _attempt in range(5):
            cache.clear()
            client.post(reverse("mfa_authenticate"), {"code": "000000"})
        cache.clear()
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
        assert not is_logged_in(client)
        events = AuditEvent.objects.filter(action="login.second_factor_failed")
        assert {event.actor for event in events} == {user} and events.count() == 5

    def test_what_processes_share_names_nobody(self, client, home):
        user = make_user(EDITORS)
        add_totp(user)
        post_login(client, user)
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
        kept = [f"{entry.cache_key} {entry.value}" for entry in LoginMemory.objects.all()]
        assert kept
        assert not [text for text in kept if "127.0.0.1" in text or "user" in text]

    def test_having_a_device_is_not_enough(self, client, home):
        """A session from before the device was added has not passed it."""
        user = make_user(EDITORS)
        client.force_login(user)
        secret = add_totp(user)
        response = client.get("/admin/pages/")
        assert response.status_code == 302
        assert response.url.startswith(reverse("mfa_reauthenticate"))

        client.post(response.url, {"code": code_of(secret)})
        assert client.get(ADMIN).status_code == 200

    def test_a_second_device_does_not_open_it(self, client, home):
        """A session from before the first device must not get in by adding one of its own."""
        user = make_user(EDITORS)
        client.force_login(user)
        Authenticator.objects.create(user=user, type="webauthn", data={})
        authenticator = Authenticator.objects.create(user=user, type="totp", data={})
        request = client.get(LOGIN).wsgi_request
        authenticator_added.send(
            sender=Authenticator, request=request, user=user, authenticator=authenticator
        )
        request.session.save()
        assert client.get(ADMIN).status_code == 302

    def test_recovery_code_works_once(self, home):
        user = make_user(EDITORS)
        add_totp(user)
        code = RecoveryCodes.activate(user).generate_codes()[0]
        first, second = Client(), Client()
        for client in (first, second):
            post_login(client, user)
            client.post(reverse("mfa_authenticate"), {"code": code})
        assert is_logged_in(first)
        assert not is_logged_in(second)

    def test_seed_is_not_readable_in_the_database(self):
        user = make_user(EDITORS)
        secret = add_totp(user)
        stored = str(Authenticator.objects.get(user_id=user.pk, type="totp").data)
        assert secret not in stored

    def test_recovery_codes_are_not_readable_in_the_database(self):
        user = make_user(EDITORS)
        codes = RecoveryCodes.activate(user).generate_codes()
        stored = str(Authenticator.objects.get(user_id=user.pk, type="recovery_codes").data)
        assert len(codes) == 10
        assert not [code for code in codes if code in stored]

    def test_seed_copied_into_another_place_opens_with_no_other_key(self, settings):
        """Whoever has a dump but not the key of the staff door has no second factor."""
        user = make_user(EDITORS)
        add_totp(user)
        stored = Authenticator.objects.get(user_id=user.pk, type="totp").data["secret"]
        settings.SECRET_KEY = "the-key-of-the-public-door-or-of-another-clinic"
        with pytest.raises(InvalidToken):
            SecondFactorAdapter().decrypt(stored)

    def test_seed_survives_a_new_secret_key(self, settings, client, home):
        user = make_user(EDITORS)
        secret = add_totp(user)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another-secret-key-of-the-staff-door-for-this-test"
        post_login(client, user)
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
        assert is_logged_in(client)

    def test_seeds_encrypted_anew_need_the_earlier_key_no_more(self, settings, client, home):
        user = make_user(EDITORS)
        secret = add_totp(user)
        codes = RecoveryCodes.activate(user).generate_codes()
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another-secret-key-of-the-staff-door-for-this-test"
        call_command("rotate_secret_key")
        settings.SECRET_KEY_FALLBACKS = []
        stored = Authenticator.objects.get(user_id=user.pk, type="recovery_codes")
        assert RecoveryCodes(stored).generate_codes() == codes
        post_login(client, user)
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
        assert is_logged_in(client)
        assert AuditEvent.objects.filter(action="login.seeds_encrypted_anew").count() == 1

    def test_seed_under_an_unknown_key_stops_the_run_and_nothing_is_changed(self, settings):
        add_totp(make_user(EDITORS))
        settings.SECRET_KEY = "another-secret-key-of-the-staff-door-for-this-test"
        before = list(Authenticator.objects.values("pk", "data"))
        with pytest.raises(CommandError, match="SECRET_KEY_FALLBACKS"):
            call_command("rotate_secret_key")
        assert list(Authenticator.objects.values("pk", "data")) == before

    def test_removing_it_asks_for_the_password_again(self, home):
        user = make_user(EDITORS)
        client = Client()
        client.force_login(user)
        add_totp(user)
        response = client.post(reverse("mfa_deactivate_totp"))
        assert response.url.startswith(reverse("account_reauthenticate"))
        assert Authenticator.objects.filter(user_id=user.pk).exists()

    @pytest.mark.parametrize("name", CHANGES_OF_A_LOGIN)
    def test_every_change_of_a_login_asks_for_the_password_again(self, name, home):
        user = make_user(EDITORS)
        client = Client()
        client.force_login(user)
        add_totp(user)
        RecoveryCodes.activate(user)
        key = Authenticator.objects.create(user=user, type="webauthn", data={})
        needs_key = name in {"mfa_remove_webauthn", "mfa_edit_webauthn"}
        url = reverse(name, kwargs={"pk": key.pk} if needs_key else {})
        before = list(Authenticator.objects.order_by("pk").values("pk", "type", "data"))
        for response in (client.get(url), client.post(url)):
            if response.status_code == 405:  # the codes are only shown
                continue
            assert response.status_code == 302, name
            assert response.url.startswith(reverse("account_reauthenticate")), name
        assert list(Authenticator.objects.order_by("pk").values("pk", "type", "data")) == before

    def test_every_address_of_the_second_factor_is_decided(self):
        names = {pattern.name for pattern in _patterns(get_resolver("allauth.mfa.urls"))}
        assert names == {*CHANGES_OF_A_LOGIN, *WITHOUT_THE_PASSWORD_AGAIN}

    @pytest.mark.parametrize("name", ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn"])
    def test_screens_of_setting_up_are_shown_in_our_look(self, name, client, home):
        user = make_user(EDITORS)
        post_login(client, user)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        text = client.get(reverse(name)).content.decode()
        assert "clinic/admin/login.css" in text
        assert not re.search(r"<script(?![^>]*(src=|application/json))", text)
        assert " style=" not in text

    def test_setting_one_up_and_taking_it_away_leave_an_event_each(
        self, home, django_capture_on_commit_callbacks
    ):
        user = make_user(EDITORS)
        client = Client()
        client.force_login(user)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        address = reverse("mfa_activate_totp")
        secret = client.get(address).context["form"].secret
        for name, data in (
            ("mfa_activate_totp", {"code": code_of(secret)}),
            ("mfa_generate_recovery_codes", {}),
            ("mfa_deactivate_totp", {}),
        ):
            with django_capture_on_commit_callbacks(execute=True):
                client.post(reverse(name), data)
        assert not Authenticator.objects.filter(type="totp").exists()
        events = AuditEvent.objects.filter(action__startswith="login.second_factor").order_by("at")
        told = [(event.action.removeprefix("login.second_factor_"), event.data) for event in events]
        assert sorted(told, key=str) == [
            ("added", {"type": "recovery_codes"}),
            ("added", {"type": "totp"}),
            ("removed", {"type": "recovery_codes"}),
            ("removed", {"type": "totp"}),
            ("reset", {"type": "recovery_codes"}),
            ("used", {"type": "totp"}),
        ]
        assert {event.actor_id for event in events} == {user.pk}
        assert all(event.at.utcoffset() == timedelta() for event in events)
        assert secret not in str([event.data for event in events])
