"""A new private link, by e-mail or from staff."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.core import mail
from django.utils import timezone

from clinic.models import AuditEvent, OutboxMessage
from clinic.outbox import send_next
from clinic.roles import LEADS
from clinic.sealing import SealingError
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry
from tests.inquiries.private_page import address_of, fields, owner, post
from tests.inquiries.test_applying import asked
from trials.inquiries import receipt_views, services
from trials.inquiries.enums import InquiryState
from trials.inquiries.lookup import index_submissions
from trials.inquiries.models import Inquiry, LinkRequest, ReceiptStatus
from trials.inquiries.sender_enums import IdentityCheck, RequestKind
from trials.inquiries.services.renewing import MOST_MAILS_A_DAY

pytestmark = pytest.mark.django_db
PAGE = "/en/inquiry/new-link/"


@pytest.fixture(autouse=True)
def lead(db):
    make_home_page()
    return make_user(LEADS)


@pytest.fixture
def inquiry(lead):
    inquiry = make_inquiry()
    index_submissions()
    OutboxMessage.objects.all().delete()
    return inquiry


def request_link(email):
    services.ask_for_link(email=email, language="en")


def answer(as_role):
    with as_role("worker"):
        services.answer_link_requests()
    mail.outbox.clear()
    while send_next():
        pass
    return mail.outbox


def expire():
    ReceiptStatus.objects.update(expires_at=timezone.now())


def test_page__says_the_same_whether_the_address_is_known(inquiry, public_door):
    answers = []
    for email in (PLANTED["email"], "nobody@example.org"):
        sent = post(public_door, PAGE, fields(public_door.get(PAGE)) | {"email": email})
        assert sent.status_code == HTTPStatus.SEE_OTHER and "no-store" in sent["Cache-Control"]
        answers.append((sent["Location"], public_door.get(sent["Location"]).text))
    assert answers[0] == answers[1]
    with owner():
        assert LinkRequest.objects.count() == 2
        assert AuditEvent.objects.filter(action="receipt.link_asked").count() == 2


def test_page__explains_a_mistake_and_a_refused_post(public_door):
    data = fields(public_door.get(PAGE)) | {"email": "not an address"}
    assert post(public_door, PAGE, data).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    refused = post(public_door, PAGE, {"email": "me@example.org"})
    assert refused.status_code == HTTPStatus.FORBIDDEN and "me@example.org" in refused.text


def test_page__is_limited_for_a_network(public_door, monkeypatch):
    monkeypatch.setattr(receipt_views, "MOST_LINKS_PER_HOUR", 1)
    data = fields(public_door.get(PAGE)) | {"email": "me@example.org"}
    assert post(public_door, PAGE, data).status_code == HTTPStatus.SEE_OTHER
    refused = post(public_door, PAGE, data)
    assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS and "call us" in refused.text


def test_link__comes_by_mail_and_the_old_one_is_gone_once_it_expired(inquiry, as_role, client):
    old = address_of(inquiry)
    expire()
    request_link(f"  {PLANTED['email'].upper()} ")
    (message,) = answer(as_role)
    inquiry.refresh_from_db()
    assert inquiry.receipt_renewal == 1 and message.to == [PLANTED["email"]]
    assert address_of(inquiry) in message.body and old not in message.body
    assert client.get(address_of(inquiry)).status_code == HTTPStatus.OK
    assert client.get(old).status_code == HTTPStatus.NOT_FOUND
    assert not LinkRequest.objects.exists()


def test_link__that_still_works_stays_the_same_so_that_nobody_can_break_it(inquiry, as_role):
    until = ReceiptStatus.objects.get().expires_at
    ReceiptStatus.objects.update(expires_at=until - timedelta(days=100))
    request_link(PLANTED["email"])
    (message,) = answer(as_role)
    inquiry.refresh_from_db()
    assert inquiry.receipt_renewal == 0 and address_of(inquiry) in message.body
    assert ReceiptStatus.objects.get().expires_at >= until


def test_link__goes_to_nobody_else(inquiry, as_role):
    request_link("nobody@example.org")
    assert answer(as_role) == []
    make_inquiry(inquiry_id=inquiry.pk, answers={"email": "newer@example.org"})
    index_submissions()
    OutboxMessage.objects.all().delete()
    request_link(PLANTED["email"])  # the address that the sender replaced
    assert answer(as_role) == []


@pytest.mark.parametrize(
    ("state", "closing"), [("do_not_contact", "asked_for_silence"), ("spam", "not_a_person")]
)
def test_link__is_not_mailed_to_those_who_want_silence(inquiry, as_role, state, closing):
    Inquiry.objects.update(state=state, closing=closing, closed_at=timezone.now())
    request_link(PLANTED["email"])
    assert answer(as_role) == []


def test_link__is_mailed_a_few_times_a_day_at_most(inquiry, as_role):
    for _ in range(MOST_MAILS_A_DAY + 3):
        request_link(PLANTED["email"])
    assert len(answer(as_role)) == MOST_MAILS_A_DAY


def test_link__what_cannot_be_read_holds_up_no_other(inquiry, as_role):
    request_link(PLANTED["email"])
    LinkRequest.objects.update(blob=b"broken")
    request_link(PLANTED["email"])
    with pytest.raises(SealingError):
        answer(as_role)
    assert OutboxMessage.objects.filter(template="inquiry_link").count() == 1
    assert answer(as_role) != [] and LinkRequest.objects.get().failed_at


def renew(inquiry, lead):
    inquiry.refresh_from_db()
    return services.renew_link(
        inquiry_id=inquiry.pk,
        identity=IdentityCheck.CALLED_BACK,
        actor=lead,
        version=inquiry.version,
    )


def test_staff__give_a_new_link_and_what_was_asked_moves_along(inquiry, lead, client, as_role):
    old = address_of(inquiry)
    row = asked(inquiry, RequestKind.WITHDRAW)
    with as_role("staff"):
        _renewed, is_mailed = renew(inquiry, lead)
    inquiry.refresh_from_db()
    assert is_mailed and client.get(old).status_code == HTTPStatus.NOT_FOUND
    page = client.get(address_of(inquiry)).text
    assert "You asked to withdraw" in page and f"undo/{row.pk}/" in page
    event = AuditEvent.objects.get(action="inquiry.link_renewed")
    assert (event.actor_id, event.data) == (lead.pk, {"identity": "called_back"})
    services.work_off_requests()
    inquiry.refresh_from_db()
    assert inquiry.clock_paused_at is not None


def test_staff__the_steps_of_the_page_move_along(inquiry, lead, client):
    services.open_inquiry(inquiry_id=inquiry.pk, actor=lead, request=None)
    renew(inquiry, lead)
    receipts = ReceiptStatus.objects.order_by("expires_at")
    assert [receipt.step for receipt in receipts] == ["read", "read"]
    assert receipts[0].read_at == receipts[1].read_at is not None
    services.assign(
        inquiry_id=inquiry.pk,
        assignee=lead,
        actor=lead,
        version=Inquiry.objects.get().version,
    )
    assert Inquiry.objects.get().state == InquiryState.ASSIGNED


def test_staff__see_the_link_once_and_say_how_they_knew(inquiry, lead, client):
    client.force_login(lead)
    address = f"/admin/inquiries/{inquiry.pk}/"
    assert client.post(f"{address}link/", {"version": 0}).status_code == HTTPStatus.FOUND
    assert Inquiry.objects.get().receipt_renewal == 0
    shown = client.post(f"{address}link/", {"version": 0, "identity": "in_person"})
    inquiry.refresh_from_db()
    assert inquiry.receipt_renewal == 1
    assert address_of(inquiry) in shown.text and "no-store" in shown["Cache-Control"]
    assert client.get(f"{address}link/").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    stale = client.post(f"{address}link/", {"version": 0, "identity": "in_person"})
    assert stale.status_code == HTTPStatus.FOUND
    assert Inquiry.objects.get().receipt_renewal == 1
