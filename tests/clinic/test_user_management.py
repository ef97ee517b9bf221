"""Site administrators manage staff: the five roles and nothing else."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client
from django.urls import reverse

from clinic.models import AuditEvent, StaffMember, User
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS, REVIEWERS
from tests.factories import PASSWORD, log_in_afresh, make_home_page, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return make_user(ADMINISTRATORS)


@pytest.fixture
def client(administrator):
    client = Client()
    log_in_afresh(client, administrator)
    return client


def edit_url(user):
    return reverse("staff:edit", args=[user.pk])


def group(name):
    return Group.objects.get(name=name).pk


def data_of(user, **overrides):
    return {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "is_active": "on",
        "roles": list(user.groups.values_list("pk", flat=True)),
        **overrides,
    }


class TestAdding:
    def add(self, client, **overrides):
        data = {
            "email": "New.Person@Clinic.example",
            "first_name": "Nora",
            "last_name": "Newman",
            "is_active": "on",
            "roles": [group(EDITORS)],
            **overrides,
        }
        return client.post(reverse("staff:add"), data)

    def test_person_gets_the_role_and_a_mail_but_no_password(
        self, client, django_capture_on_commit_callbacks
    ):
        make_home_page()
        with django_capture_on_commit_callbacks(execute=True):
            self.add(client)
        user = User.objects.get(email="new.person@clinic.example")
        assert [role.name for role in user.groups.all()] == [EDITORS]
        assert not user.has_usable_password()
        assert [message.to for message in mail.outbox] == [[user.email]]

    def test_mail_server_that_is_down_loses_nobody(
        self, client, monkeypatch, django_capture_on_commit_callbacks
    ):
        make_home_page()

        def fail(*args, **kwargs):
            raise ConnectionRefusedError

        monkeypatch.setattr(mail.EmailMessage, "send", fail)
        with django_capture_on_commit_callbacks(execute=True):
            response = self.add(client)
        assert response.status_code == 302
        assert User.objects.filter(email="new.person@clinic.example").exists()

    def test_superuser_and_permissions_cannot_be_slipped_in(self, client):
        permission = Permission.objects.get(codename="change_group")
        self.add(
            client, is_superuser="on", is_staff="on", user_permissions=[permission.pk], password="x"
        )
        user = User.objects.get(email="new.person@clinic.example")
        assert not user.is_superuser
        assert not user.user_permissions.exists()

    def test_other_groups_cannot_be_granted(self, client):
        powerful = Group.objects.create(name="Publishers")
        response = self.add(client, roles=[powerful.pk])
        assert response.status_code == 200
        assert not User.objects.filter(email="new.person@clinic.example").exists()

    def test_address_is_taken_whatever_its_case(self, client):
        make_user(email="new.person@clinic.example")
        response = self.add(client)
        assert "already has this address" in response.content.decode()

    def test_it_is_audited(self, client, administrator):
        self.add(client)
        event = AuditEvent.objects.get(action="staff.added")
        assert event.actor_id == administrator.pk
        assert event.data == {"roles": [EDITORS]}


class TestChanging:
    def test_roles_are_replaced_and_audited(self, client):
        user = make_user(EDITORS)
        client.post(edit_url(user), data_of(user, roles=[group(LEADS)]))
        assert [role.name for role in user.groups.all()] == [LEADS]
        data = AuditEvent.objects.get(action="staff.changed").data
        assert (data["roles_before"], data["roles"]) == ([EDITORS], [LEADS])

    def test_deactivated_person_is_out_at_once(self, client):
        user = make_user(EDITORS)
        other = Client()
        other.force_login(user)
        assert other.get("/admin/").status_code == 200
        data = data_of(user)
        del data["is_active"]
        client.post(edit_url(user), data)
        assert other.get("/admin/").status_code == 302

    def test_nobody_changes_their_own_roles(self, client, administrator):
        roles = [group(ADMINISTRATORS), group(LEADS)]
        response = client.post(edit_url(administrator), data_of(administrator, roles=roles))
        assert "Another administrator" in response.content.decode()
        assert [role.name for role in administrator.groups.all()] == [ADMINISTRATORS]

    def test_nobody_deactivates_themselves(self, client, administrator):
        data = data_of(administrator)
        del data["is_active"]
        client.post(edit_url(administrator), data)
        administrator.refresh_from_db()
        assert administrator.is_active

    def test_lost_device_can_be_removed_but_not_ones_own(self, client, administrator):
        user = make_user(EDITORS)
        for owner in (user, administrator):
            Authenticator.objects.create(user=owner, type="totp", data={})
            client.post(edit_url(owner), data_of(owner, reset_second_factor="on"))
        assert not Authenticator.objects.filter(user=user).exists()
        assert Authenticator.objects.filter(user=administrator).exists()

    def test_break_glass_accounts_are_out_of_reach(self, client):
        superuser = make_user(is_superuser=True)
        assert client.get(edit_url(superuser)).status_code == 404
        assert superuser.email not in client.get(reverse("staff:index")).content.decode()
        assert not StaffMember.objects.filter(pk=superuser.pk).exists()

    def test_nobody_is_deleted(self, client):
        user = make_user(EDITORS)
        client.post(reverse("staff:delete", args=[user.pk]))
        assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.parametrize("role", [EDITORS, REVIEWERS, COORDINATORS, LEADS])
def test_other_roles_do_not_manage_staff(role):
    user = make_user(role)
    client = Client()
    client.force_login(user)
    for address in (reverse("staff:index"), reverse("staff:add"), edit_url(user)):
        assert client.get(address).status_code == 302, address
    client.post(edit_url(user), data_of(user, roles=[group(ADMINISTRATORS)]))
    assert [held.name for held in user.groups.all()] == [role]


def test_wagtails_own_user_and_group_screens_are_closed(client, administrator):
    for name in ["wagtailusers_users:index", "wagtailusers_users:add", "wagtailusers_groups:index"]:
        assert client.get(reverse(name)).status_code == 302
    url = reverse("wagtailusers_users:edit", args=[administrator.pk])
    client.post(url, {"email": administrator.email, "is_superuser": "on"})
    administrator.refresh_from_db()
    assert not administrator.is_superuser


class TestFreshLogin:
    """Whoever finds an open session of an administrator must not make themselves a way in."""

    def test_change_waits_for_the_password_and_then_happens(self, administrator):
        client, editor = Client(), make_user(EDITORS)
        client.force_login(administrator)
        data = data_of(editor, email="another@clinic.example")
        response = client.post(edit_url(editor), data)
        assert response.url.startswith(reverse("account_reauthenticate"))
        editor.refresh_from_db()
        assert editor.email != "another@clinic.example"

        client.post(response.url, {"password": "wrong-password-for-this-test"})
        assert not User.objects.filter(email="another@clinic.example").exists()
        answer = client.post(response.url, {"password": PASSWORD})
        assert answer.status_code == 302
        editor.refresh_from_db()
        assert editor.email == "another@clinic.example"

    def test_new_login_waits_for_it_too(self, administrator):
        client = Client()
        client.force_login(administrator)
        data = {"email": "new@clinic.example", "is_active": "on", "roles": [group(EDITORS)]}
        response = client.post(reverse("staff:add"), data)
        assert response.url.startswith(reverse("account_reauthenticate"))
        assert not User.objects.filter(email="new@clinic.example").exists()
