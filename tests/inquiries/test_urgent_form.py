"""Urgent words stop before sending, keep everything typed, and mark the inquiry."""

from http import HTTPStatus

import pytest

from clinic.models import OutboxMessage
from clinic.roles import LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, form_token, make_inquiry
from tests.inquiries.private_page import fields, owner, post
from tests.inquiries.test_form_page import HELP, send
from trials.inquiries import services
from trials.inquiries.enums import QuarantineReason
from trials.inquiries.lookup import index_submissions
from trials.inquiries.models import Inquiry, Submission
from trials.inquiries.queue import queue_page

pytestmark = pytest.mark.django_db
URGENT = {"message": "Since today I <i>can't breathe</i>"}


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()


def test_urgent_words__stop_and_nothing_is_stored(public_door):
    page = send(public_door, HELP, **URGENT)
    assert page.status_code == HTTPStatus.OK and "no-store" in page["Cache-Control"]
    assert "Call now if this is happening" in page.text and 'href="tel:911"' in page.text
    assert "nobody reads this at night" in page.text
    with owner():
        assert not Submission.objects.exists()


def test_urgent_words__going_on_sends_all_that_was_typed_and_marks_it(public_door):
    page = send(public_door, HELP, **URGENT)
    kept = fields(page) | {"contact_by": ["phone", "email"], "continue": "1"}
    answer = post(public_door, HELP, kept)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    with owner():
        inquiry = Inquiry.objects.get()
        assert inquiry.urgent_at and not inquiry.is_quarantined
        answers = inquiry.open_answers()
        assert answers["message"] == URGENT["message"]
        assert answers["name"] == PLANTED["name"]
        assert answers["contact_by"] == ["phone", "email"]
        assert "continue" not in answers
        templates = OutboxMessage.objects.values_list("template", flat=True)
        assert set(templates) == {"inquiry_urgent", "inquiry_received"}


def test_urgent_words__all_ticks_are_kept_in_the_page(public_door):
    page = send(public_door, HELP, **URGENT)
    assert page.text.count('name="contact_by"') == 2


def test_urgent_words__going_back_shows_the_filled_form(public_door):
    page = send(public_door, HELP, **URGENT)
    back = post(public_door, HELP, fields(page) | {"change": "1"})
    assert back.status_code == HTTPStatus.OK
    assert PLANTED["name"] in back.text and "can&#x27;t breathe" in back.text
    with owner():
        assert not Submission.objects.exists()


def test_urgent_words__are_explained_after_other_mistakes(public_door):
    assert send(public_door, HELP, name="", **URGENT).status_code == 422


def test_other_words__are_not_stopped_whatever_the_button(public_door):
    assert send(public_door, HELP, **{"continue": "1"}).status_code == HTTPStatus.SEE_OTHER
    with owner():
        assert Inquiry.objects.get().urgent_at is None


def test_urgent_words__in_a_correction_mark_the_inquiry_too(public_door):
    token = form_token()
    send(public_door, HELP, form_token=token)
    send(public_door, HELP, form_token=token, **URGENT, **{"continue": "1"})
    with owner():
        assert Inquiry.objects.get().urgent_at is None
        index_submissions()
        assert Inquiry.objects.get().urgent_at
        assert OutboxMessage.objects.filter(template="inquiry_urgent").exists()


def test_urgent_words__of_a_flood_are_one_mail_an_hour():
    for _ in range(3):
        make_inquiry(is_urgent=True, quarantine_reasons=[QuarantineReason.TOO_MANY])
    assert OutboxMessage.objects.filter(template="inquiry_urgent").count() == 1


class TestInbox:
    @pytest.fixture
    def lead(self):
        return make_user(LEADS)

    def test_urgent_ones_stand_on_top_with_a_tag(self, lead, client):
        make_inquiry()
        urgent = make_inquiry(is_urgent=True)
        assert queue_page(Inquiry.objects.all(), size=5).inquiries[0] == urgent
        client.force_login(lead)
        page = client.get("/admin/inquiries/").text
        assert page.index(urgent.reference) < page.index("Urgent words</span>")
        only = client.get("/admin/inquiries/?show=urgent").text
        assert "1 inquiry" in only and urgent.reference in only

    def test_the_mark_goes_when_somebody_dealt_with_it(self, lead, client):
        inquiry = make_inquiry(is_urgent=True)
        client.force_login(lead)
        address = f"/admin/inquiries/{inquiry.pk}/"
        assert "Reach out now" in client.get(address).text
        client.post(f"{address}urgency/", {"version": 0})
        assert Inquiry.objects.get().urgent_at is None
        with pytest.raises(services.RefusedError):
            services.handle_urgency(inquiry_id=inquiry.pk, actor=lead, version=1)
