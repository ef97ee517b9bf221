"""Leads see who saw an inquiry."""

import uuid
from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.audit import record_event
from clinic.models import AuditEvent
from clinic.roles import COORDINATORS, LEADS
from tests.factories import PASSWORD, make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_member, make_trial
from trials.inquiries.access_log import accesses, events_about

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial():
    make_home_page()
    return make_trial()


@pytest.fixture
def inquiry(trial):
    return make_inquiry(trial=trial)


@pytest.fixture
def lead():
    return make_user(LEADS, first_name="Lena", last_name="Lead")


def log_in(user):
    client = Client()
    client.force_login(user)
    return client


def address(inquiry):
    return f"/admin/inquiries/{inquiry.pk}/access/"


def test_list__names_everybody_who_saw_it(trial, inquiry, lead):
    coordinator = make_member(trial, COORDINATORS)
    theirs = log_in(coordinator)
    theirs.get("/admin/inquiries/")
    theirs.get(f"/admin/inquiries/{inquiry.pk}/")
    stranger = make_user(COORDINATORS)
    log_in(stranger).get(f"/admin/inquiries/{inquiry.pk}/")
    other = make_inquiry()
    log_in(lead).get(f"/admin/inquiries/{other.pk}/")

    client = log_in(lead)
    assert address(inquiry) in client.get(f"/admin/inquiries/{inquiry.pk}/").text
    client.get(address(inquiry))  # this too is a look
    page = client.get(address(inquiry))
    lines = [(one.who, one.what) for one in page.context["accesses"]]
    assert lines == [
        ("Lena Lead", "This list was opened"),
        ("Lena Lead", "This list was opened"),
        ("Lena Lead", "Opened"),
        (stranger.email, "Refused"),
        (coordinator.email, "Opened"),
        (coordinator.email, "Seen in the list, with the name"),
        ("The system", "Received"),
    ]
    assert PLANTED["name"] not in page.text
    assert "no-store" in page["Cache-Control"]


def test_list__is_for_leads(trial, inquiry):
    client = log_in(make_member(trial, COORDINATORS))
    assert "Who saw this inquiry" not in client.get(f"/admin/inquiries/{inquiry.pk}/").text
    response = client.get(address(inquiry), follow=True)
    assert "Everything that was done" not in response.text
    event = AuditEvent.objects.filter(action="inquiry.refused").get()
    assert event.object_id == str(inquiry.pk)


def test_list__of_an_unknown_inquiry_is_refused_and_recorded(trial, lead):
    key = uuid.uuid4()
    response = log_in(lead).get(f"/admin/inquiries/{key}/access/")
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert AuditEvent.objects.get(action="inquiry.refused").object_id == str(key)


def test_list__comes_in_pages(inquiry, lead):
    for _ in range(120):
        record_event(action="inquiry.opened", object_type="inquiry", object_id=inquiry.pk)
    client = log_in(lead)
    assert len(client.get(address(inquiry)).context["accesses"]) == 100
    assert len(client.get(f"{address(inquiry)}?page=2").context["accesses"]) == 23
    for page in ("x", "-1", "9" * 300):
        assert client.get(f"{address(inquiry)}?page={page}").status_code == HTTPStatus.OK


def test_accesses__keep_the_number_of_a_deleted_login_and_unknown_actions(inquiry):
    user = make_user(COORDINATORS)
    record_event(action="inquiry.danced", actor=user, object_type="inquiry", object_id=inquiry.pk)
    number = user.pk
    user.delete()
    newest = accesses(events_about(inquiry))[0]
    assert (newest.who, newest.what) == (f"Login {number}, deleted", "inquiry.danced")


def test_accesses__the_sender_at_the_public_door(inquiry):
    AuditEvent.objects.bulk_create(
        [
            AuditEvent(
                action="inquiry.corrected",
                process="public",
                object_type="inquiry",
                object_id=str(inquiry.pk),
                at=timezone.now(),
            )
        ]
    )
    assert accesses(events_about(inquiry))[0].who == "The sender"


@pytest.mark.parametrize("path", ["", "{}/", "{}/access/"])
def test_what_cannot_be_written_down_is_not_shown(inquiry, lead, as_role, settings, path):
    """No look without its event, as the process would meet it: the insert is refused."""
    client = log_in(lead)
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON clinic_auditevent FROM clinic_staff")
    with as_role("staff"):
        response = client.get(f"/admin/inquiries/{path.format(inquiry.pk)}")
    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    for secret in (*PLANTED.values(), inquiry.reference):
        assert secret not in response.text
    inquiry.refresh_from_db()
    assert inquiry.first_opened_at is None


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("", {"q": "reference"}),
        ("later/", None),
        ("../persons/", {"reference": "reference"}),
    ],
)
def test_what_is_searched_and_cannot_be_written_down_is_not_shown(
    inquiry, lead, as_role, path, sent
):
    client = log_in(lead)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON clinic_auditevent FROM clinic_staff")
    address = f"/admin/inquiries/{path}".replace("inquiries/../", "")
    typed = dict.fromkeys(sent, inquiry.reference) if sent else None
    with as_role("staff"):
        response = client.post(address, typed) if typed else client.get(address)
    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    for secret in (*PLANTED.values(), inquiry.reference):
        assert secret not in response.text
