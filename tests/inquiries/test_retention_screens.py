"""The screens of retention: numbers for administrators, references for leads, holds."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS
from tests.factories import PASSWORD, make_home_page, make_user
from tests.inquiries.ended import fresh, make_ended
from tests.inquiries.factories import PLANTED, make_inquiry
from trials.inquiries import services
from trials.inquiries.models import Hold, RetentionRule
from trials.inquiries.retention_enums import HoldReason

pytestmark = pytest.mark.django_db
INDEX, RULE = "/admin/retention/", "/admin/retention/not_interested/"


@pytest.fixture
def lead(db):
    make_home_page()
    return make_user(LEADS)


def browser(user):
    client = Client()
    client.force_login(user)
    return client


class TestRules:
    def test_show_numbers_to_both_and_references_to_leads(self, lead):
        due = make_ended(lead, ago=timedelta(days=350))
        administrator = browser(make_user(ADMINISTRATORS))
        for client in (administrator, browser(lead)):
            index = client.get(INDEX).text
            assert "12 months" in index and "Nothing is erased by itself" in index
            assert due.reference not in index and PLANTED["name"] not in index
        assert due.reference not in administrator.get(RULE).text
        shown = browser(lead).get(RULE).text
        assert due.reference in shown and "Nothing: it is erased" in shown
        assert PLANTED["name"] not in shown

    def test_say_what_keeps_what_is_over(self, lead):
        make_ended(lead, is_read=False)
        assert "Something in it was read by nobody" in browser(lead).get(RULE).text

    @pytest.mark.parametrize("role", [LEADS, ADMINISTRATORS])
    def test_are_decided_after_the_password(self, lead, role):
        user = make_user(role)
        client = browser(user)
        asked_first = client.post(RULE, {"months": "24", "why": "Counsel, May"})
        assert asked_first.url.startswith(reverse("account_reauthenticate"))
        assert not RetentionRule.objects.exists()
        client.post(asked_first.url, {"password": PASSWORD})
        row = RetentionRule.objects.get()
        assert (row.key, row.months, row.decided_by) == ("not_interested", 24, user)
        assert "Counsel, May" in client.get(RULE).text

    @pytest.mark.parametrize("months", ["0", "-1", "601", "1.5", "x", "1e9"])
    def test_refuse_what_is_no_time(self, lead, months):
        client = browser(lead)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        assert client.post(RULE, {"months": months, "why": "x"}).status_code == 422
        assert not RetentionRule.objects.exists()

    @pytest.mark.parametrize("role", [COORDINATORS, EDITORS, None])
    def test_are_not_for_others(self, lead, role):
        client = browser(make_user(role))
        assert client.get(INDEX).status_code in {302, 403}
        client.post(RULE, {"months": "1", "why": "x"})
        assert not RetentionRule.objects.exists()

    def test_of_no_end_are_not_there(self, lead):
        for key in ("enrolled", "duplicate", "new", "nonsense"):
            assert browser(lead).get(f"{INDEX}{key}/").status_code == 404


class TestHolds:
    def test_ticked_ones_are_kept_for_longer(self, lead):
        one, two = make_ended(lead), make_ended(lead)
        day = timezone.localdate() + timedelta(days=60)
        data = {"chosen": [one.pk], "reason": "postponed", "until": day.isoformat()}
        answer = browser(lead).post(f"{RULE}hold/", data, follow=True)
        assert "1 inquiry is kept" in answer.text and "On hold" in answer.text
        services.apply_retention()
        assert not fresh(one).erased_at and fresh(two).erased_at

    @pytest.mark.parametrize(
        "wrong",
        [
            {"chosen": []},
            {"chosen": ["x"]},
            {"reason": "nonsense"},
            {"until": "2020-01-01"},
            {"until": "tomorrow"},
            {"until": ""},
        ],
    )
    def test_nonsense_is_refused(self, lead, wrong):
        inquiry = make_ended(lead)
        data = {"chosen": [inquiry.pk], "reason": "postponed", "until": "2199-01-01"} | wrong
        assert browser(lead).post(f"{RULE}hold/", data).status_code == 302
        assert not Hold.objects.exists()

    def test_on_the_page_of_an_inquiry(self, lead):
        inquiry, client = make_inquiry(), browser(lead)
        page = f"/admin/inquiries/{inquiry.pk}/"
        data = {"reason": HoldReason.LEGAL_CLAIM, "until": ""}
        shown = client.post(f"{page}hold/", data, follow=True).text
        assert "On hold: Needed for a legal claim" in shown
        hold = Hold.objects.get()
        client.post(f"/admin/inquiries/holds/{hold.pk}/lift/")
        hold.refresh_from_db()
        assert hold.lifted_by == lead
        assert client.post(f"/admin/inquiries/holds/{hold.pk}/lift/").status_code == 404

    def test_coordinators_see_them_and_cannot_end_them(self, lead):
        coordinator = make_user(COORDINATORS)
        inquiry = make_inquiry()
        type(inquiry).objects.update(assignee=coordinator)
        hold = services.place_hold(inquiry_id=inquiry.pk, reason=HoldReason.SAFETY, actor=lead)
        client = browser(coordinator)
        shown = client.get(f"/admin/inquiries/{inquiry.pk}/").text
        assert "On hold: Needed for the safety of a study" in shown and "Put on hold" not in shown
        client.post(f"/admin/inquiries/holds/{hold.pk}/lift/")
        client.post(f"/admin/inquiries/{inquiry.pk}/hold/", {"reason": "safety"})
        assert Hold.objects.get().lifted_at is None
