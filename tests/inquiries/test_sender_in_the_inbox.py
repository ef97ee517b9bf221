"""What staff see of a sender's requests, and do with them."""

from http import HTTPStatus

import pytest

from clinic.models import AuditEvent
from clinic.roles import COORDINATORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_member, make_trial
from tests.inquiries.test_applying import NEW, asked
from trials.inquiries import services
from trials.inquiries.sender_enums import RequestKind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()


@pytest.fixture
def trial(site):
    return make_trial()


@pytest.fixture
def inquiry(trial):
    return make_inquiry(trial=trial)


@pytest.fixture
def staff(trial, client):
    client.force_login(make_member(trial, COORDINATORS))
    return client


def page_of(inquiry):
    return f"/admin/inquiries/{inquiry.pk}/"


def test_request__is_seen_before_the_worker_saw_it(inquiry, staff):
    asked(inquiry, RequestKind.WITHDRAW)
    assert "Wants to withdraw</span>" in staff.get("/admin/inquiries/").text
    assert inquiry.reference in staff.get("/admin/inquiries/?show=asked").text
    page = staff.get(page_of(inquiry)).text
    assert "Stop working on this inquiry and do not reach out." in page


def test_request__that_was_taken_back_asks_for_nothing(inquiry, staff):
    row = asked(inquiry, RequestKind.NOTE, answers={"message": "Please forget this"})
    asked(inquiry, RequestKind.WITHDRAW)
    for one in (row, asked(inquiry, RequestKind.ERASE)):
        asked(inquiry, RequestKind.UNDO, about=one.pk)
    page = staff.get(page_of(inquiry)).text
    assert "Please forget this" not in page
    assert page.count("Taken back by the sender") == 2
    assert page.count("Stop working on this inquiry") == 1


def test_note__is_read_where_the_inquiry_is_opened(inquiry, staff):
    asked(inquiry, RequestKind.NOTE, answers={"message": "<b>I moved</b>"})
    page = staff.get(page_of(inquiry)).text
    assert "&lt;b&gt;I moved&lt;/b&gt;" in page
    assert AuditEvent.objects.filter(action="inquiry.opened").count() == 1


def test_unreadable_request__is_said_and_recorded(inquiry, staff):
    row = asked(inquiry, RequestKind.NOTE, answers={"message": "I moved"})
    row.blob = b"broken"
    row.save()
    assert "Cannot be read" in staff.get(page_of(inquiry)).text
    assert AuditEvent.objects.get(action="inquiry.open_failed").data == {"unreadable": 1}


def test_new_contact__stands_beside_the_old_until_staff_confirm_it(inquiry, staff):
    row = asked(inquiry, RequestKind.CONTACT, answers={"email": NEW})
    services.work_off_requests()
    page = staff.get(page_of(inquiry)).text
    assert NEW in page and PLANTED["email"] in page and "Not confirmed yet" in page
    inquiry.refresh_from_db()
    data = {"version": inquiry.version, "sender_request": row.pk, "identity": "called_back"}
    assert staff.post(f"{page_of(inquiry)}contact/confirm/", data).status_code == 302
    assert inquiry.open_answers()["email"] == NEW
    event = AuditEvent.objects.get(action="inquiry.contact_confirmed")
    assert event.data == {"identity": "called_back"}
    page = staff.get(page_of(inquiry)).text
    assert "Not confirmed yet" not in page and PLANTED["email"] in page


def test_new_contact__of_another_inquiry_cannot_be_confirmed_here(inquiry, staff):
    row = asked(make_inquiry(), RequestKind.CONTACT, answers={"email": NEW})
    data = {"version": 0, "sender_request": row.pk, "identity": "called_back"}
    staff.post(f"{page_of(inquiry)}contact/confirm/", data)
    assert inquiry.open_answers()["email"] == PLANTED["email"]


def test_clock__is_stopped_and_goes_on_by_two_buttons(inquiry, staff):
    staff.get(page_of(inquiry))
    staff.post(f"{page_of(inquiry)}contact/ask/", {"version": 0})
    page = staff.get(page_of(inquiry)).text
    assert "Paused: waits for the sender" in page
    staff.post(f"{page_of(inquiry)}contact/go-on/", {"version": 1})
    inquiry.refresh_from_db()
    assert inquiry.clock_paused_at is None


def test_clock__goes_on_with_new_contact_data(inquiry):
    lead = make_user(LEADS)
    services.ask_for_contact(inquiry_id=inquiry.pk, actor=lead, version=0)
    asked(inquiry, RequestKind.CONTACT, answers={"phone": "415 555 0170"})
    services.work_off_requests()
    inquiry.refresh_from_db()
    assert inquiry.clock_paused_at is None and not inquiry.pauses.filter(ended_at=None).exists()


@pytest.mark.parametrize(
    "action",
    ["urgency/", "contact/ask/", "contact/go-on/", "contact/confirm/", "erasure/", "link/"],
)
def test_actions__do_not_exist_for_those_who_may_not_see_the_inquiry(inquiry, client, action):
    for user in (make_user(COORDINATORS), make_user("Editors")):
        client.force_login(user)
        data = {"version": 0, "identity": "in_person"}
        status = client.post(page_of(inquiry) + action, data).status_code
        assert status in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.FOUND)
    inquiry.refresh_from_db()
    assert (inquiry.version, inquiry.receipt_renewal) == (0, 0)
    assert AuditEvent.objects.filter(action="inquiry.refused").exists()
