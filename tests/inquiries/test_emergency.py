"""Break-glass: one inquiry, a reason, four hours, before everybody's eyes; nothing else opens."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clinic.models import AuditEvent, OutboxMessage
from clinic.outbox import send_next
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS, REVIEWERS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_member, make_trial
from trials.inquiries.enums import EmergencyReason
from trials.inquiries.lookup import index_submissions
from trials.inquiries.models import EmergencyAccess, Inquiry, Note
from trials.inquiries.services import open_in_emergency

pytestmark = pytest.mark.django_db
INBOX = "/admin/inquiries/"
FORM = f"{INBOX}emergency/"


@pytest.fixture(autouse=True)
def site():
    make_home_page()


@pytest.fixture
def inquiry():
    return make_inquiry(trial=make_trial())


@pytest.fixture
def lead():
    return make_user(LEADS)


@pytest.fixture(params=["coordinator", "superuser"])
def person(request):
    if request.param == "superuser":
        return make_user(is_superuser=True, is_staff=True)
    return make_member(make_trial(), COORDINATORS)


def ask(client, user, query, **data):
    client.force_login(user)
    return client.post(FORM, {"q": query, "reason": "sender_calls", **data})


def page(inquiry, action=""):
    return f"{INBOX}{inquiry.pk}/{action}"


def test_opening__gives_this_inquiry_for_four_hours(client, person, inquiry):
    assert client.get(page(inquiry)).status_code != HTTPStatus.OK
    response = ask(client, person, inquiry.reference, case_number="T-17/3")
    assert response["Location"] == page(inquiry)
    text = client.get(page(inquiry)).content.decode()
    assert PLANTED["message"] in text and "Open to you in an emergency" in text
    access = EmergencyAccess.objects.get()
    assert access.expires_at - access.opened_at == timedelta(hours=4)
    moment = timezone.now() - timedelta(hours=5)
    EmergencyAccess.objects.update(opened_at=moment, expires_at=moment + timedelta(hours=4))
    assert client.get(page(inquiry)).status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.FOUND}


def test_nothing_else__opens(client, person, inquiry):
    other = make_inquiry(answers={"email": "else@example.org"})
    ask(client, person, inquiry.reference)
    assert client.get(page(other)).status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.FOUND}
    assert not Inquiry.objects.visible_to(person).exists()
    assert set(Inquiry.objects.readable_by(person)) == {inquiry}
    listed = client.get(INBOX, {"show": "all"}).content.decode()
    assert inquiry.reference not in listed and PLANTED["name"] not in listed
    found = client.post(INBOX, {"q": inquiry.reference})
    assert found.status_code != HTTPStatus.OK or found.context["rows"] == []
    colleague = make_member(make_trial(), COORDINATORS)
    client.force_login(colleague)
    assert client.get(page(inquiry)).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("assign/", {}),
        ("state/", {"state": "attempting"}),
        ("attempt/", {"channel": "phone", "outcome": "spoke", "at": "2026-01-01T10:00"}),
        ("next-action/", {"next_action_on": "2026-12-01"}),
        ("release/", {}),
        ("merge/", {"other_version": 0}),
        ("undo-merge/", {}),
    ],
)
def test_nothing_can_be_done__but_to_note(client, person, inquiry, action, data):
    ask(client, person, inquiry.reference)
    data = {"version": 0, "assignee": person.pk, "other": inquiry.pk, **data}
    assert client.post(page(inquiry, action), data).status_code == HTTPStatus.NOT_FOUND
    assert Inquiry.objects.get().version == 0
    client.post(page(inquiry, "note/"), {"text": "Called the ward", "visibility": "team"})
    assert Note.objects.get().author == person
    shown = client.get(page(inquiry)).content.decode()
    assert "Record attempt" not in shown and "Next state" not in shown


@pytest.mark.parametrize("role", [LEADS, EDITORS, REVIEWERS, ADMINISTRATORS, None])
def test_others__have_no_such_right(client, inquiry, role):
    user = make_user(*[role] if role else [])
    response = ask(client, user, inquiry.reference)
    assert response.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.FOUND}
    assert response.get("Location", "") != page(inquiry)
    with pytest.raises(PermissionDenied):
        open_in_emergency(
            query=inquiry.reference, reason=EmergencyReason.SAFETY, case_number="", actor=user
        )
    assert not EmergencyAccess.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"reason": ""}, {"reason": "curious"}, {"case_number": "Bob S."}]
)
def test_a_reason__is_needed_and_the_case_number_is_no_place_for_names(
    client, person, inquiry, wrong
):
    assert ask(client, person, inquiry.reference, **wrong).status_code == HTTPStatus.OK
    assert not EmergencyAccess.objects.exists()


def test_by_contact_data__exactly_one_is_opened_or_none(client, person, inquiry):
    assert ask(client, person, PLANTED["email"])["Location"] == page(inquiry)
    EmergencyAccess.objects.all().delete()
    make_inquiry()
    index_submissions()
    for query in (PLANTED["email"], "nobody@example.org", "ZZZZ-ZZZZ"):
        response = ask(client, person, query)
        assert "does not find exactly one" in response.content.decode()
    assert not EmergencyAccess.objects.exists()
    assert AuditEvent.objects.filter(action="inquiry.emergency_missed").count() == 3


def test_what_is_ones_own__needs_no_emergency(client):
    trial = make_trial()
    inquiry, member = make_inquiry(trial=trial), make_member(trial, COORDINATORS)
    assert "find it in your inbox" in ask(client, member, inquiry.reference).content.decode()
    assert not EmergencyAccess.objects.exists()


def test_announced__to_all_leads_by_mail_on_a_page_and_in_the_timeline(
    client, person, inquiry, lead, as_role
):
    OutboxMessage.objects.all().delete()
    ask(client, person, inquiry.reference, case_number="T-17")
    client.get(page(inquiry))
    with as_role("worker"):
        send_next()
    [sent] = mail.outbox
    assert sent.to == [lead.email] and inquiry.reference in sent.body and person.email in sent.body
    assert not [value for value in PLANTED.values() if value in sent.body + sent.subject]
    client.force_login(lead)
    listed = client.get(f"{INBOX}emergencies/").content.decode()
    assert inquiry.reference in listed and "T-17" in listed and person.email in listed
    told = client.get(page(inquiry)).content.decode()
    assert "Opened in an emergency: The sender is on the phone" in told and "(T-17)" in told
    assert f"{person.email}, in an emergency" in told


def test_announcement__goes_out_also_after_an_end_that_silences(client, person, inquiry, lead):
    ask(client, person, inquiry.reference)
    client.force_login(lead)
    client.post(page(inquiry, "state/"), {"version": 0, "ending": "died"})
    assert Inquiry.objects.get().state == "died"
    assert OutboxMessage.objects.pending().filter(template="inquiry_emergency").exists()


def test_audit__holds_the_code_and_the_case_and_nothing_personal(client, person, inquiry):
    ask(client, person, PLANTED["email"], case_number="T-17")
    event = AuditEvent.objects.get(action="inquiry.opened_in_emergency")
    assert event.data == {"reason": "sender_calls", "case_number": "T-17"}
    assert (event.actor_id, event.object_id) == (person.pk, str(inquiry.pk))
    client.get(page(inquiry))
    opened = AuditEvent.objects.get(action="inquiry.opened")
    assert opened.data == {"emergency": EmergencyAccess.objects.get().pk}


def test_database__refuses_a_longer_access(inquiry):
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyAccess.objects.create(
            inquiry=inquiry,
            user=make_user(COORDINATORS),
            reason="safety",
            opened_at=now,
            expires_at=now + timedelta(hours=4, seconds=1),
        )


def test_without_its_event__nothing_opens(client, person, inquiry):
    client.raise_request_exception = False
    client.force_login(person)
    with connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON clinic_auditevent FROM clinic_staff")
        cursor.execute("SET ROLE clinic_staff")
    response = client.post(FORM, {"q": inquiry.reference, "reason": "sender_calls"})
    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert not EmergencyAccess.objects.exists()
