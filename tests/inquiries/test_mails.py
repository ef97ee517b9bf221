import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from clinic.models import AuditEvent, OutboxMessage
from clinic.outbox import send_next
from clinic.roles import ADMINISTRATORS, COORDINATORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_member, make_trial
from trials.inquiries.enums import CLOSINGS, Closing, EndReason, InquiryState
from trials.inquiries.message_keys import MessageKey
from trials.inquiries.sender_texts import fill_in_message, text_for
from trials.inquiries.services import assign, change_state

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()


def send_all() -> list:
    while send_next():
        pass
    return mail.outbox


def to(address: str):
    return next(message for message in send_all() if address in message.to)


@pytest.mark.parametrize("language", ["en", "es"])
def test_confirmation__is_neutral_and_leads_to_the_receipt(language, client):
    trial = make_trial()
    inquiry = make_inquiry(trial=trial, language=language)
    message = to(PLANTED["email"])
    link = re.search(rf"http\S+/{language}/inquiry/[0-9a-f]{{40}}/", message.body)[0]
    assert inquiry.reference in message.body
    text = message.subject + message.body
    others = [value for name, value in PLANTED.items() if name != "email"]
    assert not [value for value in (*others, trial.nct_id, trial.brief_title) if value in text]
    assert client.get(link.removeprefix("http://localhost:8000")).status_code == 200


@pytest.mark.parametrize("key", [MessageKey.RECEIVED, MessageKey.WITHDRAWN])
def test_mail_to_a_sender__names_a_number_only_where_there_is_one(key, clinic_settings):
    def text(phone: str) -> str:
        type(clinic_settings).objects.update(phone=phone)
        return fill_in_message(text_for(key, "en"), key, "en", link="x", reference="y").body

    assert "call (415) 555-0100" in text("(415) 555-0100")
    assert "call " not in text("").replace("call 911", "")


def test_confirmation__opening_the_address_is_recorded():
    make_inquiry()
    send_all()
    assert AuditEvent.objects.filter(action="inquiry.address_read").count() == 1


def test_nudge__is_a_link_to_the_assignee_the_team_or_the_leads():
    lead, trial = make_user(LEADS), make_trial()
    coordinator = make_member(trial, COORDINATORS)
    general, of_team = make_inquiry(), make_inquiry(trial=trial)
    assign(inquiry_id=general.pk, assignee=coordinator, actor=lead, version=0)
    nobodys = make_inquiry(trial=make_trial())
    nudges = {
        message.body.split("/admin/inquiries/")[1][:36]: message.to
        for message in send_all()
        if "/admin/" in message.body
    }
    assert nudges == {
        str(general.pk): [coordinator.email],
        str(of_team.pk): [coordinator.email],
        str(nobodys.pk): [lead.email],
    }


def test_staff_mail__holds_nothing_about_the_sender():
    make_user(LEADS)
    inquiry = make_inquiry()
    make_inquiry(inquiry_id=inquiry.pk, answers={"phone": "415 555 0143"})
    to_staff = [message for message in send_all() if "/admin/" in message.body]
    assert len(to_staff) == 2
    for message in to_staff:
        assert not [value for value in PLANTED.values() if value in message.subject + message.body]


def test_closing_message__is_sent_when_staff_say_so():
    lead, inquiry = make_user(LEADS), make_inquiry()
    send_all()
    change_state(
        inquiry_id=inquiry.pk,
        state=InquiryState.REFERRED_ON,
        reason=EndReason.OTHER_CENTER,
        closing=Closing.MESSAGE,
        actor=lead,
        version=0,
    )
    closing = send_all()[-1]
    assert closing.to == [PLANTED["email"]] and inquiry.reference in closing.body


@pytest.mark.parametrize(
    "evil", ["x\r\nBcc: all@example.org", "{{ clinic.phone }}", "<script>alert(1)</script>"]
)
def test_mail__carries_nothing_that_a_sender_typed(evil):
    make_user(LEADS)
    make_inquiry(answers={"name": evil, "message": evil, "phone": evil, "contact_when": evil})
    for message in send_all():
        raw = message.message().as_string()
        assert "Bcc" not in raw and evil not in raw and "alert(1)" not in raw


def test_every_queued_template__has_a_writer():
    from clinic import outbox

    make_inquiry()
    assert set(OutboxMessage.objects.values_list("template", flat=True)) <= set(outbox._builders)


def test_given_up_message__leads_only_those_to_the_inquiry_who_may_see_it(client):
    inquiry = make_inquiry()
    OutboxMessage.objects.update(dead_at=timezone.now())
    address = reverse("inbox:inquiry", args=[inquiry.pk])
    for role, may_see in ((LEADS, True), (ADMINISTRATORS, False)):
        client.force_login(make_user(role))
        text = client.get("/admin/given-up-messages/").text
        assert "Confirmation" in text and (address in text) == may_see
        assert not [value for value in PLANTED.values() if value in text]


def test_do_not_contact__given_up_messages_are_never_sent_again(client):
    lead, inquiry = make_user(LEADS), make_inquiry()
    OutboxMessage.objects.update(dead_at=timezone.now())
    change_state(
        inquiry_id=inquiry.pk,
        state=InquiryState.DO_NOT_CONTACT,
        closing=CLOSINGS[InquiryState.DO_NOT_CONTACT][0],
        actor=lead,
        version=0,
    )
    client.force_login(lead)
    client.post("/admin/given-up-messages/", {"message": "all"})
    assert send_all() == []
