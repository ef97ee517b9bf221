"""Mails that come back: what staff see, and the duty that opens when nobody told of an end."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from clinic.delivery import record_report
from clinic.models import AuditEvent, OutboxMessage
from clinic.models.outbox import DeliveryFailure
from clinic.outbox import GIVE_UP_AFTER, message_id, send_again, send_next
from clinic.roles import COORDINATORS, LEADS
from tests.clinic.test_bounces import dsn
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_member, make_trial
from trials.inquiries import services
from trials.inquiries.desk_mails import due_for
from trials.inquiries.enums import Channel, Closing, EndReason, InquiryState, Outcome
from trials.inquiries.models import Inquiry, ReceiptStatus, SenderRequest
from trials.inquiries.sender_enums import RequestKind
from trials.inquiries.services.applying import apply_contact
from trials.inquiries.services.changing import save
from trials.inquiries.timeline import timeline

pytestmark = pytest.mark.django_db
CLOSED = "inquiry_closed"


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()


@pytest.fixture
def coordinator():
    return make_member(make_trial(), COORDINATORS)


@pytest.fixture
def inquiry(coordinator):
    """An inquiry that ended with a closing message, which went out."""
    trial = coordinator.trial_teams.get().trial
    made = make_inquiry(trial=trial)
    services.assign(inquiry_id=made.pk, assignee=coordinator, actor=coordinator, version=0)
    return end(made, coordinator)


@pytest.fixture
def note(as_role):
    """Let the worker take note, as it may."""

    def run():
        with as_role("worker"):
            return services.note_undelivered()

    return run


def end(inquiry, actor, closing=Closing.MESSAGE):
    inquiry.refresh_from_db()
    services.change_state(
        inquiry_id=inquiry.pk,
        state=InquiryState.REFERRED_ON,
        reason=EndReason.OWN_DOCTOR,
        closing=closing,
        actor=actor,
        version=inquiry.version,
    )
    send_all()
    inquiry.refresh_from_db()
    return inquiry


def send_all():
    mail.outbox.clear()
    while send_next():
        pass
    return mail.outbox


def message_of(inquiry, template=CLOSED):
    rows = OutboxMessage.objects.for_subject("inquiry", inquiry.pk).filter(template=template)
    return rows.latest("created_at")


def bounce(inquiry, template=CLOSED, action="failed", status="5.1.1"):
    raw = dsn(action, status, about=message_id(message_of(inquiry, template)))
    record_report(raw)


def tell(inquiry, actor, closing, **more):
    inquiry.refresh_from_db()
    return services.tell_otherwise(
        inquiry_id=inquiry.pk, closing=closing, actor=actor, version=inquiry.version, **more
    )


def titles(inquiry, reader):
    opened = services.open_inquiry(inquiry_id=inquiry.pk, actor=reader, request=None)
    return [entry.title for entry in timeline(opened, reader)]


@pytest.mark.parametrize("status", ["5.1.1", "4.4.7"], ids=["permanent", "given up"])
def test_closing_message_that_came_back__opens_the_duty(inquiry, coordinator, note, status):
    bounce(inquiry, status=status)
    assert note() == 1
    inquiry.refresh_from_db()
    assert inquiry.not_told_at and inquiry.next_action_on == timezone.localdate()
    assert inquiry.state == InquiryState.REFERRED_ON  # it stays ended, for the figures
    assert due_for(coordinator).get() == inquiry
    (word,) = send_all()
    assert word.to == [coordinator.email] and str(inquiry.pk) in word.body
    assert not [value for value in PLANTED.values() if value in word.subject + word.body]
    assert not [value for value in PLANTED.values() if value in str(AuditEvent.objects.values())]


def test_delayed__is_shown_and_opens_nothing(inquiry, coordinator, note):
    bounce(inquiry, action="delayed", status="4.4.1")
    assert note() == 1
    inquiry.refresh_from_db()
    assert inquiry.not_told_at is None and inquiry.email_failed_at is None
    assert any("delayed" in title and "4.4.1" in title for title in titles(inquiry, coordinator))


def test_delayed_first_and_lost_later__opens_the_duty(inquiry, note):
    bounce(inquiry, action="delayed", status="4.4.1")
    note()
    bounce(inquiry, status="4.4.7")
    assert note() == 1
    inquiry.refresh_from_db()
    assert inquiry.not_told_at


@pytest.mark.parametrize("fate", ["dead_at", "cancelled_at"])
def test_closing_message_that_never_went_out__opens_the_duty(inquiry, note, fate):
    message = message_of(inquiry)
    OutboxMessage.objects.filter(pk=message.pk).update(sent_at=None, **{fate: timezone.now()})
    note()
    inquiry.refresh_from_db()
    assert inquiry.not_told_at and inquiry.email_failed_at is None


def test_refusal_at_sending__opens_the_duty(coordinator, note, monkeypatch):
    import smtplib

    trial = coordinator.trial_teams.get().trial
    made = make_inquiry(trial=trial)
    send_all()

    def refuse(_self, **_options):
        raise smtplib.SMTPRecipientsRefused({PLANTED["email"]: (550, b"5.1.1 nobody")})

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    services.assign(inquiry_id=made.pk, assignee=coordinator, actor=coordinator, version=0)
    end(made, coordinator)
    note()
    made.refresh_from_db()
    assert made.not_told_at and made.email_failed_at


def test_again__nothing_is_done_twice(inquiry, note):
    bounce(inquiry)
    assert (note(), note()) == (1, 0)
    version = Inquiry.objects.get().version
    bounce(inquiry)
    note()
    assert Inquiry.objects.get().version == version
    assert AuditEvent.objects.filter(action="inquiry.not_told").count() == 1
    assert OutboxMessage.objects.filter(template="inquiry_not_told").count() == 1


@pytest.mark.parametrize("step", ["save", "record", "enqueue"])
def test_killed_at_any_step__all_is_done_by_the_next_run(inquiry, note, monkeypatch, step):
    bounce(inquiry)

    def killed(*_arguments, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(f"trials.inquiries.services.undelivered.{step}", killed)
        services.note_undelivered()
    inquiry.refresh_from_db()
    assert inquiry.not_told_at is None
    note()
    inquiry.refresh_from_db()
    assert inquiry.not_told_at and len(send_all()) == 1


def test_confirmation_that_came_back__marks_the_address_and_opens_no_duty(coordinator, note):
    made = make_inquiry(trial=coordinator.trial_teams.get().trial)
    send_all()
    bounce(made, "inquiry_received")
    note()
    made.refresh_from_db()
    assert made.email_failed_at and not made.not_told_at
    assert any("5.1.1" in title for title in titles(made, coordinator))


def test_new_address__takes_the_mark_away(coordinator, note):
    made = make_inquiry(trial=coordinator.trial_teams.get().trial)
    send_all()
    bounce(made, "inquiry_received")
    note()
    made.refresh_from_db()
    services.ask(
        receipt=ReceiptStatus.objects.get(reference=made.reference),
        kind=RequestKind.CONTACT,
        answers={"email": "new@example.org"},
    )
    assert apply_contact(made, SenderRequest.objects.get(), timezone.now())
    save(made)
    made.refresh_from_db()
    assert made.email_failed_at is None


def test_late_report_about_the_old_address__does_not_mark_the_new_one(coordinator, note):
    made = make_inquiry(trial=coordinator.trial_teams.get().trial)
    send_all()
    OutboxMessage.objects.update(sent_at=timezone.now() - timedelta(days=1))
    make_inquiry(inquiry_id=made.pk, answers={"email": "new@example.org"})
    bounce(made, "inquiry_received")
    note()
    made.refresh_from_db()
    assert made.email_failed_at is None


def test_old_closing_message__of_an_end_that_was_undone_opens_nothing(inquiry, coordinator, note):
    first = message_of(inquiry)
    services.change_state(
        inquiry_id=inquiry.pk,
        state=InquiryState.ASSIGNED,
        actor=coordinator,
        version=inquiry.version,
    )
    record_report(dsn(about=message_id(first)))
    note()
    inquiry.refresh_from_db()
    assert inquiry.not_told_at is None
    end(inquiry, coordinator)
    note()
    inquiry.refresh_from_db()
    assert inquiry.not_told_at is None


@pytest.mark.parametrize(
    ("closing", "channel", "outcome"),
    [
        (Closing.BY_PHONE, Channel.PHONE, Outcome.SPOKE),
        (Closing.BY_LETTER, Channel.LETTER, Outcome.SENT),
    ],
)
def test_told_by_a_call_or_letter__is_recorded_and_ends_the_duty(
    inquiry, coordinator, note, closing, channel, outcome
):
    bounce(inquiry)
    note()
    told = tell(inquiry, coordinator, closing, told_at=timezone.now())
    assert told.not_told_at is told.next_action_on is None
    attempt = told.closing_attempt
    assert (told.closing, attempt.channel, attempt.outcome) == (closing, channel, outcome)
    assert not due_for(coordinator).exists()
    with pytest.raises(services.RefusedError):
        tell(inquiry, coordinator, closing)


@pytest.mark.parametrize("minutes", [-60, 60], ids=["before the end", "to come"])
def test_told_by_a_call__outside_its_time_is_refused(inquiry, coordinator, note, minutes):
    bounce(inquiry)
    note()
    with pytest.raises(services.RefusedError):
        tell(
            inquiry,
            coordinator,
            Closing.BY_PHONE,
            told_at=timezone.now() + timedelta(minutes=minutes),
        )


def test_told_once_more_by_mail__opens_the_duty_again_when_that_comes_back(
    inquiry, coordinator, note
):
    bounce(inquiry)
    note()
    tell(inquiry, coordinator, Closing.MESSAGE)
    assert [PLANTED["email"]] in [message.to for message in send_all()]
    note()
    inquiry.refresh_from_db()
    assert inquiry.not_told_at is None
    bounce(inquiry)
    note()
    inquiry.refresh_from_db()
    assert inquiry.not_told_at


def test_no_safe_way__is_a_reason_and_nonsense_is_not(inquiry, coordinator, note):
    bounce(inquiry)
    note()
    for wrong in ("", "nonsense", Closing.SENDER_DIED):
        with pytest.raises(services.RefusedError):
            tell(inquiry, coordinator, wrong)
    assert tell(inquiry, coordinator, Closing.NO_SAFE_CHANNEL).closing == Closing.NO_SAFE_CHANNEL


def test_given_up_message_sent_again__ends_the_duty_once_it_went_out(inquiry, note):
    lead, message = make_user(LEADS), message_of(inquiry)
    OutboxMessage.objects.filter(pk=message.pk).update(
        sent_at=None, dead_at=timezone.now(), first_attempted_at=timezone.now() - GIVE_UP_AFTER
    )
    note()
    inquiry.refresh_from_db()
    assert inquiry.not_told_at
    send_again(OutboxMessage.objects.filter(pk=message.pk), actor=lead)
    note()
    inquiry.refresh_from_db()
    assert inquiry.not_told_at
    send_all()
    note()
    inquiry.refresh_from_db()
    assert inquiry.not_told_at is inquiry.next_action_on is None


def test_erased__reports_change_nothing(inquiry, note):
    raw = dsn(about=message_id(message_of(inquiry)))
    record_report(raw)
    services.erase(inquiry_id=inquiry.pk, why="sender")
    record_report(raw)
    note()
    inquiry.refresh_from_db()
    assert inquiry.not_told_at is inquiry.email_failed_at is None


def test_message_of_nobody__is_noted_and_holds_up_no_other(inquiry, note):
    OutboxMessage.objects.create(
        template="inquiry_link",
        subject_type="inquiry",
        subject_id=str(uuid.uuid4()),
        audience="sender",
        language="en",
        failure=DeliveryFailure.BOUNCED,
        failed_at=timezone.now() - timedelta(days=1),
        created_at=timezone.now() - timedelta(days=1),
    )
    bounce(inquiry)
    assert note() == 2
    inquiry.refresh_from_db()
    assert inquiry.not_told_at


class TestScreens:
    @pytest.fixture(autouse=True)
    def came_back(self, inquiry, note):
        bounce(inquiry)
        note()

    def test_list__has_a_tag_a_part_and_the_queue(self, client, inquiry, coordinator):
        client.force_login(coordinator)
        for part in ("not_told", "queue", "today", "closed"):
            page = client.get(f"{reverse('inbox:index')}?show={part}").text
            assert inquiry.reference in page and "Sender not told" in page
            assert "Mail came back" in page

    def test_page__says_so_and_takes_the_call(self, client, inquiry, coordinator):
        client.force_login(coordinator)
        address = reverse("inbox:inquiry", args=[inquiry.pk])
        page = client.get(address)
        assert "The sender was not told" in page.text
        inquiry.refresh_from_db()
        data = {
            "version": inquiry.version,
            "closing": Closing.BY_PHONE,
            "told_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        }
        answer = client.post(reverse("inbox:told", args=[inquiry.pk]), data)
        assert answer.status_code == 302
        page = client.get(address).text
        assert "The sender was not told" not in page
        assert "The sender learns of the end after all" in page

    def test_page__a_wrong_form_comes_back(self, client, inquiry, coordinator):
        client.force_login(coordinator)
        answer = client.post(reverse("inbox:told", args=[inquiry.pk]), {"version": 1})
        assert answer.status_code == 422 and "The sender was not told" in answer.text

    def test_strangers__are_refused(self, client, inquiry):
        client.force_login(make_user(COORDINATORS))
        answer = client.post(reverse("inbox:told", args=[inquiry.pk]), {"version": 1})
        assert answer.status_code == 404
