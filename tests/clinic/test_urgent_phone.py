"""The 24/7 number changes with two people, never with one."""

import pytest
from django.test import Client
from django.urls import reverse

from clinic import urgent_phone
from clinic.models import AuditEvent, ClinicSettings, User
from clinic.roles import ADMINISTRATORS, EDITORS, REVIEWERS
from clinic.urgent_phone import UrgentPhoneRefused
from clinic.urgent_phone_views import ProposalForm
from tests.clinic.test_pages import make_settings
from tests.factories import make_user

NEW = "(415) 555-0123"


@pytest.fixture
def clinic(db: None) -> ClinicSettings:
    return make_settings()


@pytest.fixture
def administrator(db: None) -> User:
    return make_user(ADMINISTRATORS)


def propose(clinic: ClinicSettings, user: User, number: str = NEW) -> None:
    urgent_phone.propose(settings_id=clinic.pk, number=number, user=user, request=None)


def confirm(clinic: ClinicSettings, user: User, number: str = NEW) -> None:
    urgent_phone.confirm(settings_id=clinic.pk, number=number, user=user, request=None)


class TestServices:
    def test_proposal__does_not_change_the_site(
        self, clinic: ClinicSettings, administrator: User
    ) -> None:
        propose(clinic, administrator)
        clinic.refresh_from_db()
        assert clinic.urgent_phone == "(415) 555-0199"
        assert clinic.urgent_phone_proposed == NEW

    @pytest.mark.parametrize("role", [ADMINISTRATORS, REVIEWERS])
    def test_second_person__confirms(
        self, clinic: ClinicSettings, administrator: User, role: str
    ) -> None:
        propose(clinic, administrator)
        confirm(clinic, make_user(role))
        clinic.refresh_from_db()
        assert clinic.urgent_phone == NEW
        assert clinic.urgent_phone_proposed == ""
        assert list(AuditEvent.objects.order_by("at").values_list("action", flat=True)) == [
            "urgent_phone.proposed",
            "urgent_phone.confirmed",
        ]

    def test_own_proposal__cannot_be_confirmed(
        self, clinic: ClinicSettings, administrator: User
    ) -> None:
        propose(clinic, administrator)
        with pytest.raises(UrgentPhoneRefused):
            confirm(clinic, administrator)

    def test_own_proposal__cannot_be_confirmed_by_a_superuser(self, clinic: ClinicSettings) -> None:
        superuser = make_user(is_superuser=True)
        propose(clinic, superuser)
        with pytest.raises(UrgentPhoneRefused):
            confirm(clinic, superuser)

    def test_proposal_of_a_deleted_user__cannot_be_confirmed(
        self, clinic: ClinicSettings, administrator: User
    ) -> None:
        propose(clinic, administrator)
        administrator.delete()
        with pytest.raises(UrgentPhoneRefused):
            confirm(clinic, make_user(ADMINISTRATORS))

    def test_changed_proposal__is_not_confirmed_by_mistake(
        self, clinic: ClinicSettings, administrator: User
    ) -> None:
        propose(clinic, administrator)
        propose(clinic, administrator, "(415) 555-0177")
        with pytest.raises(UrgentPhoneRefused, match="changed"):
            confirm(clinic, make_user(ADMINISTRATORS))

    def test_nothing_proposed__nothing_confirmed(self, clinic: ClinicSettings) -> None:
        with pytest.raises(UrgentPhoneRefused):
            confirm(clinic, make_user(ADMINISTRATORS), "")

    @pytest.mark.parametrize("role", [EDITORS, REVIEWERS])
    def test_others__cannot_propose(self, clinic: ClinicSettings, role: str) -> None:
        with pytest.raises(UrgentPhoneRefused):
            propose(clinic, make_user(role))

    def test_withdrawal__clears_the_proposal(
        self, clinic: ClinicSettings, administrator: User
    ) -> None:
        propose(clinic, administrator)
        urgent_phone.withdraw(settings_id=clinic.pk, user=administrator, request=None)
        clinic.refresh_from_db()
        assert clinic.urgent_phone_proposed == ""


class TestScreen:
    url = "/admin/urgent-phone/"

    def test_two_people__change_the_number(
        self, client: Client, clinic: ClinicSettings, administrator: User
    ) -> None:
        client.force_login(administrator)
        client.post(self.url, {"action": "propose", "number": "415 555 0123"})
        assert b"Somebody else has to confirm it" in client.get(self.url).content
        client.post(self.url, {"action": "confirm", "proposed": NEW})
        clinic.refresh_from_db()
        assert clinic.urgent_phone != NEW
        client.force_login(make_user(REVIEWERS))
        client.post(self.url, {"action": "confirm", "proposed": NEW})
        clinic.refresh_from_db()
        assert clinic.urgent_phone == NEW

    def test_editor__is_kept_out(self, client: Client, clinic: ClinicSettings) -> None:
        client.force_login(make_user(EDITORS))
        response = client.get(self.url)
        assert response.status_code in {302, 403}
        assert b"Propose" not in response.content

    def test_settings_form__cannot_change_the_number(
        self, client: Client, clinic: ClinicSettings, administrator: User
    ) -> None:
        client.force_login(administrator)
        url = reverse("wagtailsettings:edit", args=["clinic", "clinicsettings", clinic.site_id])
        page = client.get(url)
        assert page.status_code == 200
        form = page.context["form"]
        data = {name: form[name].value() or "" for name in form.fields}
        client.post(url, {**data, "urgent_phone": NEW, "name": "Renamed"})
        clinic.refresh_from_db()
        assert clinic.name == "Renamed"
        assert clinic.urgent_phone == "(415) 555-0199"

    @pytest.mark.parametrize("number", ["", "12", "call me", "911"])
    def test_number_that_cannot_be_dialled__is_refused(self, number: str) -> None:
        assert not ProposalForm({"number": number}).is_valid()
