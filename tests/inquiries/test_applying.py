"""What the worker makes of a sender's requests, under the worker's role."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from clinic.models import AuditEvent, OutboxMessage
from clinic.outbox import send_next
from clinic.roles import LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry
from tests.inquiries.private_page import fields, owner, post
from trials.inquiries.enums import Closing, InquiryState, QuarantineReason
from trials.inquiries.models import Inquiry, Pause, ReceiptStatus, SenderRequest
from trials.inquiries.reach import mail_address
from trials.inquiries.receipts import inquiry_of
from trials.inquiries.sender_enums import PauseReason, RequestKind, RequestOutcome
from trials.inquiries.services import applying, ask, merge, work_off_requests
from trials.inquiries.services.applying import MOST_CONFIRMATIONS_A_DAY, RequestsFailedError
from trials.inquiries.services.changing import save
from trials.inquiries.tokens import address_token

pytestmark = pytest.mark.django_db
NEW = "new.place@example.org"
WEEK = timedelta(days=7, minutes=2)


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()
    make_user(LEADS)


@pytest.fixture
def inquiry(site):
    return make_inquiry()


@pytest.fixture
def work(as_role):
    """Let the worker work, as it may, at some time after now."""

    def run(later=timedelta()):
        with as_role("worker"):
            return work_off_requests(timezone.now() + later)

    return run


def receipt_of(inquiry):
    return ReceiptStatus.objects.get(reference=inquiry.reference, expires_at__gt=timezone.now())


def asked(inquiry, kind, **more):
    assert ask(receipt=receipt_of(inquiry), kind=kind, once=uuid.uuid4().hex, **more)
    return SenderRequest.objects.order_by("asked_at").last()


def mails():
    mail.outbox.clear()
    while send_next():
        pass
    return mail.outbox


def answers(inquiry):
    return inquiry.open_answers()


def test_wishes__become_the_newest_answers_and_the_earlier_ones_stay(inquiry, work):
    wishes = {"contact_when": "after six", "needs_interpreter": False}
    row = asked(inquiry, RequestKind.WISHES, answers=wishes)
    work()
    row.refresh_from_db()
    assert row.outcome == RequestOutcome.APPLIED
    assert answers(inquiry) | wishes == answers(inquiry)
    assert answers(inquiry)["email"] == PLANTED["email"]
    assert inquiry.submissions.count() == 2


def test_wishes__are_taken_back_and_what_changed_since_stays(inquiry, work):
    before = answers(inquiry)
    wishes = {"contact_when": "after six", "may_leave_message": "neutral"}
    first = asked(inquiry, RequestKind.WISHES, answers=wishes)
    work()
    asked(inquiry, RequestKind.WISHES, answers={"may_leave_message": "no"})
    work()
    undo = asked(inquiry, RequestKind.UNDO, about=first.pk)
    work()
    first.refresh_from_db()
    undo.refresh_from_db()
    assert (first.outcome, undo.outcome) == (RequestOutcome.UNDONE, RequestOutcome.APPLIED)
    assert answers(inquiry) == before | {"may_leave_message": "no"}


def test_wishes__are_not_taken_back_after_seven_days(inquiry, work):
    first = asked(inquiry, RequestKind.WISHES, answers={"contact_when": "after six"})
    work()
    SenderRequest.objects.filter(pk=first.pk).update(undo_until=timezone.now() - WEEK)
    undo = asked(inquiry, RequestKind.UNDO, about=first.pk)
    work()
    undo.refresh_from_db()
    assert undo.outcome == RequestOutcome.NOT_NEEDED
    assert answers(inquiry)["contact_when"] == "after six"


def test_contact__that_was_confirmed_is_taken_back(inquiry, work):
    row = asked(inquiry, RequestKind.CONTACT, answers={"email": NEW})
    work()
    asked(inquiry, RequestKind.CONFIRM, about=row.pk)
    work()
    assert answers(inquiry)["email"] == NEW
    before = inquiry.submissions.earliest("received_at").unsealed()
    Inquiry.objects.filter(pk=inquiry.pk).update(email_failed_at=timezone.now())
    asked(inquiry, RequestKind.UNDO, about=row.pk)
    work()
    assert answers(inquiry) == before
    assert mail_address(answers(inquiry)) == PLANTED["email"]
    inquiry.refresh_from_db()
    assert inquiry.email_failed_at is None


def test_wishes__given_and_taken_back_before_the_worker_looked(inquiry, work):
    before = answers(inquiry)
    first = asked(inquiry, RequestKind.WISHES, answers={"contact_when": "after six"})
    second = asked(inquiry, RequestKind.WISHES, answers={"may_leave_message": "no"})
    asked(inquiry, RequestKind.UNDO, about=second.pk)
    work()
    assert answers(inquiry) == before | {"contact_when": "after six"}
    asked(inquiry, RequestKind.UNDO, about=first.pk)
    work()
    assert answers(inquiry) == before


def test_wishes__after_a_merge_touch_nothing_of_the_other_form(inquiry, work):
    other = make_inquiry(answers={"name": "Another Writer", "phone": "415 555 0190"})
    lead = make_user(LEADS)
    for one in (inquiry, other):
        one.refresh_from_db()
    merge(
        kept_id=inquiry.pk,
        kept_version=inquiry.version,
        merged_id=other.pk,
        merged_version=other.version,
        actor=lead,
    )
    inquiry.refresh_from_db()
    before = answers(inquiry)
    wishes = asked(inquiry, RequestKind.WISHES, answers={"contact_when": "after six"})
    work()
    asked(inquiry, RequestKind.UNDO, about=wishes.pk)
    work()
    assert answers(inquiry) == before


def test_contact__of_somebody_in_a_study_is_asked_to_be_confirmed(inquiry, work):
    Inquiry.objects.filter(pk=inquiry.pk).update(
        state=InquiryState.ENROLLED, assignee=make_user(LEADS)
    )
    row = asked(inquiry, RequestKind.CONTACT, answers={"email": NEW})
    work()
    assert address_token(row.pk) in {m.to[0]: m.body for m in mails()}[NEW]


def test_withdraw__ends_also_the_request_of_somebody_in_a_study(inquiry, work):
    Inquiry.objects.filter(pk=inquiry.pk).update(
        state=InquiryState.ENROLLED, assignee=make_user(LEADS)
    )
    asked(inquiry, RequestKind.WITHDRAW)
    work()
    work(WEEK)
    inquiry.refresh_from_db()
    assert inquiry.state == InquiryState.WITHDRAWN and inquiry.closing


def test_contact__is_not_used_before_it_is_confirmed(inquiry, work):
    row = asked(inquiry, RequestKind.CONTACT, answers={"email": NEW})
    work()
    row.refresh_from_db()
    assert row.settled_at is None and answers(inquiry)["email"] == PLANTED["email"]
    sent = {message.to[0]: message.body for message in mails()}
    assert address_token(row.pk) in sent[NEW]
    assert "another way to reach you" in sent[PLANTED["email"]]
    assert "inquiry/" not in sent[PLANTED["email"]]


def test_contact__is_confirmed_by_the_owner_of_the_new_address(inquiry, work, public_door):
    with owner():
        row = asked(inquiry, RequestKind.CONTACT, answers={"email": NEW})
        work()
    address = f"/en/inquiry/{address_token(row.pk)}/confirm/"
    page = public_door.get(address)
    assert inquiry.reference not in page.text and NEW not in page.text
    data = fields(page) | {"confirmed": "1"}
    assert "From now on we write to this address" in post(public_door, address, data).text
    with owner():
        work()
        assert answers(inquiry)["email"] == NEW
        assert answers(inquiry)["phone"] == PLANTED["phone"]
    assert public_door.get(address).status_code == 404


def test_contact__a_forged_link_confirms_nothing(inquiry, work, public_door):
    with owner():
        row = asked(inquiry, RequestKind.CONTACT, answers={"email": NEW})
        work()
    assert public_door.get(f"/en/inquiry/{row.pk.hex}{'0' * 32}/confirm/").status_code == 404


def test_contact__of_spam_makes_us_write_to_nobody(work):
    inquiry = make_inquiry(quarantine_reasons=[QuarantineReason.TOO_FAST])
    asked(inquiry, RequestKind.CONTACT, answers={"email": NEW})
    asked(inquiry, RequestKind.WITHDRAW)
    work()
    work(WEEK)
    assert not OutboxMessage.objects.filter(audience="sender").exists()


def test_contact__a_stranger_is_asked_a_few_times_a_day_at_most(inquiry, work):
    for number in range(MOST_CONFIRMATIONS_A_DAY + 2):
        asked(inquiry, RequestKind.CONTACT, answers={"email": f"stranger{number}@example.org"})
    work()
    questions = OutboxMessage.objects.filter(template="inquiry_confirm_address")
    assert questions.count() == MOST_CONFIRMATIONS_A_DAY


def test_contact__only_the_newest_waits(inquiry, work):
    first = asked(inquiry, RequestKind.CONTACT, answers={"phone": "415 555 0150"})
    work()
    asked(inquiry, RequestKind.CONTACT, answers={"phone": "415 555 0151"})
    work()
    first.refresh_from_db()
    assert first.outcome == RequestOutcome.SUPERSEDED


def test_contact__taken_back_sends_and_changes_nothing(inquiry, work):
    row = asked(inquiry, RequestKind.CONTACT, answers={"email": NEW})
    asked(inquiry, RequestKind.UNDO, about=row.pk)
    work()
    row.refresh_from_db()
    assert row.outcome == RequestOutcome.UNDONE
    assert NEW not in [message.to[0] for message in mails()]
    asked(inquiry, RequestKind.CONFIRM, about=row.pk)
    work()
    assert answers(inquiry)["email"] == PLANTED["email"]


def test_withdraw__stops_the_clock_at_once_and_closes_after_seven_days(inquiry, work):
    row = asked(inquiry, RequestKind.WITHDRAW)
    work()
    inquiry.refresh_from_db()
    assert inquiry.state == InquiryState.NEW and inquiry.clock_paused_at is not None
    assert Pause.objects.get().reason == PauseReason.ASKED_TO_STOP
    assert not Inquiry.objects.overdue(timezone.now() + timedelta(days=30)).exists()
    assert list(Inquiry.objects.asked_by_sender()) == [inquiry]
    assert work(timedelta(days=6)) == 0
    work(WEEK)
    inquiry.refresh_from_db()
    row.refresh_from_db()
    assert (inquiry.state, inquiry.closing) == (InquiryState.WITHDRAWN, Closing.MESSAGE)
    assert row.outcome == RequestOutcome.APPLIED
    assert not Inquiry.objects.asked_by_sender().exists()


def test_withdraw__without_an_address_is_closed_on_the_page(work):
    inquiry = make_inquiry(answers={"email": ""})
    asked(inquiry, RequestKind.WITHDRAW)
    work()
    work(WEEK)
    inquiry.refresh_from_db()
    assert inquiry.closing == Closing.BY_SENDER


def test_undo__lets_the_clock_run_with_what_was_left_of_its_time(inquiry, work):
    due = inquiry.reply_due_at
    row = asked(inquiry, RequestKind.WITHDRAW)
    work()
    asked(inquiry, RequestKind.UNDO, about=row.pk)
    work()
    inquiry.refresh_from_db()
    assert inquiry.clock_paused_at is None and inquiry.reply_due_at >= due
    work(WEEK)
    inquiry.refresh_from_db()
    assert inquiry.state == InquiryState.NEW


def test_undo__counts_even_if_the_worker_sees_both_late(inquiry, work):
    row = asked(inquiry, RequestKind.ERASE)
    asked(inquiry, RequestKind.UNDO, about=row.pk)
    work(WEEK)
    work(WEEK)
    inquiry.refresh_from_db()
    assert inquiry.erased_at is None and inquiry.clock_paused_at is None


def test_undo__of_one_of_two_wishes_to_stop_leaves_the_other(inquiry, work):
    row = asked(inquiry, RequestKind.WITHDRAW)
    asked(inquiry, RequestKind.ERASE)
    work()
    asked(inquiry, RequestKind.UNDO, about=row.pk)
    work()
    inquiry.refresh_from_db()
    assert inquiry.clock_paused_at is not None


def test_erase__waits_seven_days_and_leaves_the_tombstone(inquiry, work):
    row = asked(inquiry, RequestKind.ERASE)
    work()
    work(WEEK)
    inquiry.refresh_from_db()
    row.refresh_from_db()
    assert inquiry.erased_at is not None and row.outcome == RequestOutcome.APPLIED
    assert receipt_of(inquiry).step == "erased"
    assert not inquiry.submissions.exists()


def test_erase__after_the_pre_screen_is_a_leads_decision(inquiry, work):
    inquiry.pre_screened_at = timezone.now()
    save(inquiry)
    row = asked(inquiry, RequestKind.ERASE)
    work()
    work(WEEK)
    row.refresh_from_db()
    inquiry.refresh_from_db()
    assert row.outcome == RequestOutcome.FOR_DECISION and row.settled_at is None
    assert inquiry.erased_at is None
    assert work(WEEK) == 0
    assert OutboxMessage.objects.filter(template="inquiry_erasure").count() == 1


def test_note__marks_urgent_words_and_tells_staff_at_once(inquiry, work):
    asked(inquiry, RequestKind.NOTE, answers={"message": "I cannot breathe"}, is_urgent=True)
    work()
    inquiry.refresh_from_db()
    assert inquiry.urgent_at is not None
    assert "Urgent: look at a message in the inbox now" in [m.subject for m in mails()]


def test_staff__hear_of_each_kind_once_an_hour(inquiry, work):
    for number in range(3):
        asked(inquiry, RequestKind.NOTE, answers={"message": f"Note {number}"})
    work()
    assert OutboxMessage.objects.filter(template="inquiry_sender_asked").count() == 1
    (event, *_more) = AuditEvent.objects.filter(action="inquiry.sender_asked")
    assert set(event.data) == {"request", "kind", "outcome"}


def test_unreadable__is_shown_and_holds_up_no_other(inquiry, work):
    broken = asked(inquiry, RequestKind.WISHES, answers={"contact_when": "late"})
    SenderRequest.objects.filter(pk=broken.pk).update(blob=b"broken")
    asked(inquiry, RequestKind.WISHES, answers={"contact_when": "early"})
    assert work() == 2
    broken.refresh_from_db()
    assert broken.outcome == RequestOutcome.UNREADABLE
    assert answers(inquiry)["contact_when"] == "early"


def test_failure__of_one_request_is_told_and_holds_up_no_other(inquiry, work, monkeypatch):
    first = asked(inquiry, RequestKind.NOTE, answers={"message": "One"})
    second = asked(inquiry, RequestKind.WISHES, answers={"contact_when": "early"})

    def stumble(*_args):
        raise RuntimeError

    monkeypatch.setitem(applying._TAKEN_IN, RequestKind.NOTE, stumble)
    with pytest.raises(RequestsFailedError):
        work()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.noticed_at, second.outcome) == (None, RequestOutcome.APPLIED)
    monkeypatch.undo()
    assert work() == 1


@pytest.mark.parametrize("step", ["enqueue", "record_event", "save"])
def test_kill__at_any_step_leaves_all_as_it_was(inquiry, work, monkeypatch, step):
    asked(inquiry, RequestKind.WISHES, answers={"contact_when": "early"})

    def die(*_args, **_kwargs):
        raise SystemExit

    monkeypatch.setattr(applying, step, die)
    with pytest.raises(SystemExit):
        work_off_requests()
    assert inquiry.submissions.count() == 1
    assert SenderRequest.objects.get().noticed_at is None
    monkeypatch.undo()
    work()
    assert inquiry.submissions.count() == 2


def test_again__does_nothing_twice(inquiry, work):
    for kind in (RequestKind.WISHES, RequestKind.CONTACT, RequestKind.NOTE, RequestKind.WITHDRAW):
        asked(inquiry, kind, answers={"contact_when": "x", "email": NEW, "message": "m"})
    assert work() == 4
    before = [model.objects.count() for model in (OutboxMessage, AuditEvent, Pause)]
    assert work() == 0
    assert before == [model.objects.count() for model in (OutboxMessage, AuditEvent, Pause)]


def test_inquiry_of__needs_more_than_the_reference(inquiry):
    receipt = receipt_of(inquiry)
    assert inquiry_of(receipt) == inquiry
    receipt.token_hash = "0" * 64
    assert inquiry_of(receipt) is None


def test_request__that_belongs_to_no_inquiry_is_loud_and_seen(inquiry, work, settings, caplog):
    row = asked(inquiry, RequestKind.NOTE, answers={"message": "Hello"})
    settings.RECEIPT_KEY = "another"
    work()
    row.refresh_from_db()
    assert row.outcome == RequestOutcome.UNREADABLE and "RECEIPT_KEY" in caplog.text
