import json
import logging
import socket
import subprocess
import sys
import threading
from datetime import timedelta
from email import message_from_string
from pathlib import Path
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils import timezone

from clinic import outbox
from clinic.models import OutboxMessage
from clinic.models.outbox import DeliveryFailure
from clinic.outbox import (
    GIVE_UP_AFTER,
    LEASE,
    LONGEST_DELAY,
    cancel_for_subject,
    claim,
    delay_after,
    enqueue,
    message_id,
    register_template,
    send_next,
)
from tests.clinic.smtp_server import mail_server

ADDRESS = "ana.private@example.org"


def build(message):
    return EmailMessage("We received your message", "Please call us.", to=[ADDRESS])


@pytest.fixture(autouse=True)
def templates(monkeypatch):
    monkeypatch.setattr(outbox, "_builders", {})
    register_template("received", build)


def make_message(**overrides):
    values = {
        "template": "received",
        "subject_type": "inquiry",
        "subject_id": uuid4(),
        "audience": "sender",
        "language": "en",
    }
    return enqueue(**{**values, **overrides})


@pytest.mark.django_db
class TestEnqueue:
    def test_returns_nothing_from_the_database(self, django_assert_num_queries):
        with django_assert_num_queries(1) as queries:
            make_message()
        assert "RETURNING" not in queries.captured_queries[0]["sql"]

    def test_goes_with_its_transaction(self):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            make_message()
            1 / 0
        assert not OutboxMessage.objects.exists()

    def test_the_same_occasion_is_one_message(self):
        for _ in range(2):
            make_message(once="inquiry 0b1e received")
        make_message(once="inquiry 77aa received")
        assert OutboxMessage.objects.count() == 2

    def test_waits_for_its_time(self):
        now = timezone.now()
        make_message(send_after=now + timedelta(hours=1))
        assert not send_next(now)
        assert send_next(now + timedelta(hours=2))


@pytest.mark.django_db
class TestSendNext:
    def test_sends_once(self):
        message = make_message()
        assert [send_next(), send_next()] == [True, False]
        assert mail.outbox[0].to == [ADDRESS]
        message.refresh_from_db()
        assert (message.attempts, message.claimed_until) == (1, None)
        assert message.sent_at

    def test_the_message_id_stays_the_same_at_every_attempt(self, settings):
        settings.DEFAULT_FROM_EMAIL = "Clinic <no-reply@clinic.example>"
        message = make_message()
        send_next()
        OutboxMessage.objects.update(sent_at=None)
        send_next()
        ids = {sent.message()["Message-ID"] for sent in mail.outbox}
        assert ids == {f"<{message.pk}@clinic.example>"} == {message_id(message)}

    def test_machines_do_not_answer(self):
        make_message()
        send_next()
        assert mail.outbox[0].message()["Auto-Submitted"] == "auto-generated"

    def test_nobody_to_write_to_cancels(self):
        register_template("received", lambda message: None)
        message = make_message()
        send_next()
        message.refresh_from_db()
        assert message.cancelled_at
        assert not message.sent_at

    def test_one_bad_message_does_not_hold_up_the_others(self):
        make_message(template="unknown")
        make_message()
        while send_next():
            pass
        assert len(mail.outbox) == 1
        assert OutboxMessage.objects.get(template="unknown").last_error == "KeyError"

    def test_line_breaks_in_a_header_send_nothing(self):
        def inject(message):
            return EmailMessage("Hello\r\nBcc: all@example.org", "x", to=[ADDRESS])

        register_template("received", inject)
        message = make_message()
        send_next()
        message.refresh_from_db()
        assert (mail.outbox, message.last_error) == ([], "BadHeaderError")


@pytest.mark.django_db
class TestCancel:
    def test_cancels_what_is_not_sent(self):
        subject = uuid4()
        sent = make_message(subject_id=subject)
        send_next()
        make_message(subject_id=subject)
        make_message()
        assert cancel_for_subject("inquiry", subject) == 1
        while send_next():
            pass
        assert len(mail.outbox) == 2
        sent.refresh_from_db()
        assert sent.cancelled_at is None

    def test_cancelled_while_it_was_written_is_not_sent(self):
        def build_late(message):
            cancel_for_subject(message.subject_type, message.subject_id)
            return build(message)

        register_template("received", build_late)
        make_message()
        send_next()
        assert mail.outbox == []


@pytest.mark.django_db
class TestFailure:
    def fail(self, message, now):
        register_template("received", lambda message: 1 / 0)
        send_next(now)
        message.refresh_from_db()

    def test_waits_longer_each_time_for_three_days_then_gives_up(self, caplog):
        message, now = make_message(), timezone.now()
        started, waits = now, []
        while message.dead_at is None:
            self.fail(message, now)
            waits.append(message.next_attempt_at - now)
            now = message.next_attempt_at
        assert message.dead_at - started >= GIVE_UP_AFTER == timedelta(hours=72)
        assert 15 <= message.attempts <= 40
        assert waits[0] < timedelta(minutes=1)
        assert max(waits) <= LONGEST_DELAY * 1.2
        assert "given up" in caplog.text
        assert not send_next(now + timedelta(days=30))

    def test_a_worker_that_was_away_for_days_still_tries_for_three_days(self):
        message = make_message()
        self.fail(message, timezone.now() + timedelta(days=10))
        assert message.dead_at is None

    def test_delays_differ(self):
        assert len({delay_after(3) for _ in range(20)}) > 1
        assert delay_after(500) <= LONGEST_DELAY * 1.2


@pytest.fixture
def smtp(settings):
    settings.EMAIL_BACKEND = "clinic.mail_backend.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 0.3
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    return settings


def attempt(caplog):
    """Try once; the log and the row never hold the address."""
    caplog.set_level(logging.DEBUG)
    message = make_message()
    assert send_next()
    message.refresh_from_db()
    assert ADDRESS not in caplog.text
    assert ADDRESS not in str(OutboxMessage.objects.filter(pk=message.pk).values())
    return message


@pytest.mark.django_db
class TestMailServer:
    def test_a_good_one_gets_the_message(self, smtp, caplog):
        with mail_server() as server:
            smtp.EMAIL_PORT = server.port
            message = attempt(caplog)
        assert message.sent_at
        assert message_from_string(server.accepted[0])["Message-ID"] == message_id(message)

    def test_nobody_listens(self, smtp, caplog):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            smtp.EMAIL_PORT = unused.getsockname()[1]
            message = attempt(caplog)
        assert message.last_error == "ConnectionRefusedError"
        assert message.next_attempt_at > timezone.now()

    @pytest.mark.parametrize(
        "refuse, recorded",
        [
            ({"RCPT": f"450 4.2.1 <{ADDRESS}> greylisted"}, "SMTPRecipientsRefused 450"),
            ({"RCPT": f"550 5.7.1 <{ADDRESS}> you are blocked"}, "SMTPRecipientsRefused 550"),
            ({"MAIL": "421 4.3.2 closing"}, "SMTPSenderRefused 421"),
            ({"DATA": f"554 5.7.1 {ADDRESS} rejected"}, "SMTPDataError 554"),
        ],
    )
    def test_refusals_are_tried_again(self, smtp, caplog, refuse, recorded):
        with mail_server(refuse) as server:
            smtp.EMAIL_PORT = server.port
            message = attempt(caplog)
        assert message.last_error == recorded
        assert message.sent_at is message.dead_at is None
        assert timezone.now() < message.next_attempt_at

    @pytest.mark.parametrize(
        ("refuse", "code"),
        [
            ({"RCPT": f"550 5.1.1 <{ADDRESS}> unknown"}, "5.1.1"),
            ({"RCPT": f"552 5.2.2 <{ADDRESS}> is full"}, "5.2.2"),
            ({"RCPT": f"550 no such user {ADDRESS}"}, "550"),
            ({"DATA": f"550 5.1.1 {ADDRESS} unknown"}, "5.1.1"),
        ],
        ids=["unknown", "full", "without a code", "after the text"],
    )
    def test_an_address_that_is_refused_is_not_tried_again(self, smtp, caplog, refuse, code):
        with mail_server(refuse) as server:
            smtp.EMAIL_PORT = server.port
            message = attempt(caplog)
        assert message.dead_at and message.failed_at and not message.sent_at
        assert (message.failure, message.failure_code) == (DeliveryFailure.REFUSED, code)
        # Mail as such works: operators are not called, the inquiry shows it.
        assert not OutboxMessage.objects.dead() and not OutboxMessage.objects.pending()
        assert OutboxMessage.objects.news().get() == message

    @pytest.mark.parametrize("bounces", ["", "bounces@clinic.example"])
    def test_reports_come_to_an_address_that_names_the_message(self, smtp, caplog, bounces):
        smtp.BOUNCE_ADDRESS = bounces
        with mail_server() as server:
            smtp.EMAIL_PORT = server.port
            message = attempt(caplog)
        expected = f"bounces+{message.pk.hex}@clinic.example" if bounces else "no-reply@localhost"
        assert server.senders == [expected]
        assert message_from_string(server.accepted[0])["From"] == smtp.DEFAULT_FROM_EMAIL

    @pytest.mark.parametrize("command", ["CONNECT", "RCPT", "DATA"])
    def test_silence_ends_before_the_lease(self, smtp, caplog, command):
        with mail_server(hang_at=command) as server:
            smtp.EMAIL_PORT = server.port
            message = attempt(caplog)
        assert message.last_error
        assert message.sent_at is message.claimed_until is None


KILLED_WORKER = """
import json, sys, time
import django
from django.conf import settings
settings.DATABASES["default"].update(json.loads(sys.argv[1]))
django.setup()
from clinic.outbox import register_template, send_next

def build(message):
    print("claimed", flush=True)
    time.sleep(600)

register_template("received", build)
send_next()
"""


def where_the_database_is():
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    return json.dumps({name: connection.settings_dict[name] for name in names})


@pytest.mark.django_db(transaction=True)
class TestSeveralWorkers:
    def test_a_message_of_a_killed_worker_is_sent_after_its_lease(self):
        message = make_message()
        worker = subprocess.Popen(
            [sys.executable, "-c", KILLED_WORKER, where_the_database_is()],
            cwd=Path(__file__).resolve().parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert worker.stdout.readline() == "claimed\n"
        finally:
            worker.kill()
            worker.wait()
        now = timezone.now()
        assert not send_next(now)
        assert send_next(now + LEASE)
        message.refresh_from_db()
        assert (len(mail.outbox), message.attempts) == (1, 2)
        assert message.sent_at

    def test_two_workers_never_hold_the_same_message(self):
        for _ in range(12):
            make_message()
        claimed = []

        def work():
            while message := claim():
                claimed.append(message.pk)
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(claimed) == len(set(claimed)) == 12

    def test_a_lease_that_ended_gives_the_message_to_another(self):
        make_message()
        now = timezone.now()
        first = claim(now)
        assert claim(now) is None
        second = claim(now + LEASE)
        assert second.pk == first.pk
        outbox._release(first, sent_at=now)
        second.refresh_from_db()
        assert second.sent_at is None
