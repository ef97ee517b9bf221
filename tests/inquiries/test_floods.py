"""One form token, or one network, that sends again and again."""

import uuid
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.core import mail
from django.utils import timezone

from clinic.models import AuditEvent, OutboxMessage, RateLimitHit
from clinic.outbox import send_next
from clinic.roles import LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, form_token, make_inquiry
from tests.inquiries.test_form_page import HELP, as_owner, send
from trials.inquiries.enums import QuarantineReason
from trials.inquiries.models import Inquiry, Submission
from trials.inquiries.services import TooManyCorrectionsError
from trials.inquiries.services.telling import MOST_CORRECTIONS_A_DAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()


def correct(inquiry, number):
    make_inquiry(inquiry_id=inquiry.pk, answers={"phone": f"415 555 {number:04}"})


def send_all(now=None):
    mail.outbox.clear()
    while send_next(now):
        pass
    return [message for message in mail.outbox if "/admin/" in message.body]


def an_hour_passes():
    for row in RateLimitHit.objects.all():
        RateLimitHit.objects.filter(pk=row.pk).update(at=row.at - timedelta(hours=1))


def test_corrections__the_first_is_told_at_once_and_the_others_in_one_mail():
    make_user(LEADS)
    inquiry = make_inquiry()
    for number in range(10):
        correct(inquiry, number)
    assert [message.subject for message in send_all()] == [
        "A new message is in the inbox",
        "A sender corrected a message in the inbox",
    ]
    later = send_all(timezone.now() + timedelta(hours=1))
    assert [message.subject for message in later] == ["A sender corrected a message in the inbox"]
    assert inquiry.submissions.count() == 11


def test_corrections__are_told_at_once_again_when_the_hour_is_over():
    make_user(LEADS)
    inquiry = make_inquiry()
    correct(inquiry, 1)
    send_all()
    an_hour_passes()
    correct(inquiry, 2)
    assert len(send_all()) == 1


def test_corrections__each_is_kept_and_audited_up_to_the_limit():
    inquiry = make_inquiry()
    for number in range(MOST_CORRECTIONS_A_DAY):
        correct(inquiry, number)
    assert AuditEvent.objects.filter(action="inquiry.corrected").count() == MOST_CORRECTIONS_A_DAY
    with pytest.raises(TooManyCorrectionsError):
        correct(inquiry, 9999)
    assert inquiry.submissions.count() == MOST_CORRECTIONS_A_DAY + 1


def test_corrections__the_same_answers_again_count_for_nothing():
    inquiry = make_inquiry()
    for _ in range(MOST_CORRECTIONS_A_DAY + 5):
        correct(inquiry, 1)
    correct(inquiry, 2)
    assert inquiry.submissions.count() == 3


def test_corrections__of_one_sender_use_up_nothing_of_another():
    first, second = make_inquiry(), make_inquiry()
    for number in range(MOST_CORRECTIONS_A_DAY):
        correct(first, number)
    correct(second, 1)
    assert second.submissions.count() == 2


def test_corrections__beyond_the_limit_get_a_page_that_keeps_them(public_door):
    token = form_token(inquiry_id=uuid.uuid4())
    for number in range(MOST_CORRECTIONS_A_DAY + 1):
        assert (
            send(public_door, HELP, form_token=token, phone=f"415 555 {number:04}").status_code
            == HTTPStatus.SEE_OTHER
        )
    response = send(public_door, HELP, form_token=token, phone="415 555 9999")
    text = response.content.decode()
    assert response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "with us already" in text and "415 555 9999" in text and PLANTED["message"] in text
    assert "no-store" in response["Cache-Control"]
    as_owner()
    assert Submission.objects.count() == MOST_CORRECTIONS_A_DAY + 1


def test_many_corrections__are_pointed_out_to_staff(client):
    client.force_login(make_user(LEADS))
    inquiry = make_inquiry()
    for number in range(6):
        correct(inquiry, number)
    text = client.get(f"/admin/inquiries/{inquiry.pk}/").content.decode()
    assert "sent 7 times with different answers" in text


def test_flood_from_one_network__is_one_mail_an_hour_and_loses_nothing():
    make_user(LEADS)
    for _ in range(8):
        make_inquiry(quarantine_reasons=[QuarantineReason.TOO_MANY])
    assert send_all() == []
    (joined,) = send_all(timezone.now() + timedelta(hours=1))
    assert "show=quarantine" in joined.body
    assert not [value for value in PLANTED.values() if value in joined.subject + joined.body]
    assert Inquiry.objects.quarantined().count() == 8
    assert AuditEvent.objects.filter(action="inquiry.received").count() == 8


def test_quarantine_for_another_reason__is_told_at_once():
    make_inquiry(quarantine_reasons=[QuarantineReason.TOO_FAST])
    assert OutboxMessage.objects.get().template == "inquiry_nudge"
