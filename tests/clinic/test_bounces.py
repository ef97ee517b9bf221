"""Reports of mail servers: what is read of them, and what becomes of the message."""

import io
import logging
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from hypothesis import given
from hypothesis import strategies as st

from clinic import delivery
from clinic.bounces import MOST_BYTES, read_report
from clinic.delivery import Taken, record_report
from clinic.models import AuditEvent, OutboxMessage
from clinic.models.outbox import DeliveryFailure
from clinic.outbox import enqueue, envelope_sender, message_id

ADDRESS = "ana.private@example.org"
TOKEN = uuid.UUID("0e4dc1f2-9a4e-4c7a-8f57-0d6a1f3b2c4d")


def dsn(
    action="failed",
    status="5.1.1",
    about=f"<{TOKEN}@clinic.example>",
    to="no-reply@clinic.example",
    returned="message/rfc822",
    envelope_id="",
):
    """Return a report as Postfix writes it."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

<{ADDRESS}>: host mx.example said: 550 5.1.1 User unknown

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
{envelope_id}
Final-Recipient: rfc822; {ADDRESS}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--b1
Content-Type: {returned}

From: Clinic <no-reply@clinic.example>
To: {ADDRESS}
Message-ID: {about}
Subject: We received your message

Thank you.

--b1--
""".encode()


def make_message(**fields):
    message = enqueue(
        template="inquiry_received",
        subject_type="inquiry",
        subject_id=uuid.uuid4(),
        audience="sender",
        language="en",
    )
    OutboxMessage.objects.filter(pk=message.pk).update(**fields)
    message.refresh_from_db()
    return message


class TestReading:
    @pytest.mark.parametrize(
        ("action", "status", "is_final", "is_permanent"),
        [
            ("failed", "5.1.1", True, True),
            ("Failed (bounced)", "5.2.2", True, True),
            ("failed", "4.4.7", True, False),
            ("failed", "nonsense", True, True),
            ("delayed", "4.4.1", False, False),
        ],
    )
    def test_report__says_whether_it_is_over(self, action, status, is_final, is_permanent):
        report = read_report(dsn(action, status))
        assert report.tokens == (TOKEN,)
        assert (report.is_final, report.is_permanent) == (is_final, is_permanent)
        assert report.status == (status if status != "nonsense" else "")

    @pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "", "x" * 2000])
    def test_report__of_anything_else_is_none(self, action):
        assert read_report(dsn(action)) is None

    @pytest.mark.parametrize(
        "raw",
        [
            dsn(about="<lost@example>", to=f"bounces+{TOKEN.hex}@clinic.example"),
            dsn(returned="text/rfc822-headers"),
            dsn(about="", envelope_id=f"Original-Envelope-Id: {TOKEN}\n"),
            dsn().replace(b"\n", b"\r\n"),
        ],
        ids=["address", "headers", "envelope id", "line ends"],
    )
    def test_message__is_found_by(self, raw):
        assert read_report(raw).tokens == (TOKEN,)

    def test_message__is_not_found_by_what_a_text_says(self):
        assert read_report(dsn(about=f"<{TOKEN}extra@x>") + TOKEN.hex.encode()).tokens == ()

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"\x00\xff" * 50,
            b"Subject: I am away until Monday\n\n" + str(TOKEN).encode(),
            b"Content-Type: message/delivery-status\n\nAction",
            b"Content-Type: multipart/report; boundary=x\n\n--x\n"
            b"Content-Type: message/delivery-status; charset*=nonsense''%ff\n\n\n\n--x--",
            "\n".join(
                f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}' for n in range(3000)
            ).encode(),
        ],
        ids=["empty", "bytes", "away", "cut", "charset", "nested"],
    )
    def test_anything_else__is_no_report(self, raw):
        assert read_report(raw) is None

    @given(st.binary(max_size=4000))
    def test_any_bytes__are_read_without_an_error(self, raw):
        read_report(raw)

    @given(st.data())
    def test_damaged_reports__are_read_without_an_error(self, data):
        raw = bytearray(dsn())
        for _number in range(data.draw(st.integers(1, 12))):
            at = data.draw(st.integers(0, len(raw) - 1))
            cut = data.draw(st.integers(0, 40))
            raw[at : at + cut] = data.draw(st.binary(max_size=40))
        report = read_report(bytes(raw))
        assert report is None or len(report.tokens) <= 10

    def test_a_flood_of_ids__is_cut(self):
        many = " ".join(f"<{uuid.uuid4()}@x>" for _number in range(1000))
        assert len(read_report(dsn(about=many)).tokens) == 10

    def test_a_huge_message__is_read_to_the_limit(self):
        assert read_report(dsn() + b"x" * 2 * MOST_BYTES).tokens == (TOKEN,)


@pytest.mark.django_db
class TestRecording:
    def test_message__is_found_by_its_message_id(self, settings):
        message = make_message()
        assert record_report(dsn(about=message_id(message))) == Taken.RECORDED
        message.refresh_from_db()
        assert message.failure == DeliveryFailure.BOUNCED and message.failure_code == "5.1.1"
        assert message.failed_at and OutboxMessage.objects.news().get() == message

    def test_message__is_found_by_the_address_it_was_sent_from(self, settings):
        settings.BOUNCE_ADDRESS = "bounces@clinic.example"
        message = make_message()
        raw = dsn(about="", to=envelope_sender(message))
        assert record_report(raw) == Taken.RECORDED

    def test_the_same_report_again__changes_nothing(self):
        message = make_message()
        raw = dsn(about=message_id(message))
        record_report(raw)
        before = OutboxMessage.objects.values().get()
        assert record_report(raw) == Taken.KNOWN
        assert OutboxMessage.objects.values().get() == before
        assert AuditEvent.objects.filter(action="outbox.not_delivered").count() == 1

    def test_a_graver_report__counts_and_a_lesser_one_does_not(self):
        message = make_message()
        about = message_id(message)
        failures = []
        for action, status in [
            ("delayed", "4.4.1"),
            ("failed", "4.4.7"),
            ("delayed", "4.4.1"),
            ("failed", "5.1.1"),
            ("failed", "4.4.7"),
        ]:
            OutboxMessage.objects.update(noted_at=message.created_at)
            taken = record_report(dsn(action, status, about))
            message.refresh_from_db()
            failures.append((taken, message.failure, message.noted_at is None))
        assert failures == [
            (Taken.RECORDED, "delayed", True),
            (Taken.RECORDED, "expired", True),
            (Taken.KNOWN, "expired", False),
            (Taken.RECORDED, "bounced", True),
            (Taken.KNOWN, "bounced", False),
        ]

    @pytest.mark.parametrize(
        ("raw", "taken"),
        [(dsn(), Taken.UNKNOWN), (b"Subject: away\n\nana.private", Taken.NO_REPORT)],
        ids=["unknown", "no report"],
    )
    def test_anything_else__is_a_line_in_the_log_without_a_name(self, caplog, raw, taken):
        caplog.set_level(logging.DEBUG)
        assert record_report(raw) == taken
        assert "ana.private" not in caplog.text and str(TOKEN) not in caplog.text
        assert caplog.text

    def test_rows_and_audit__never_hold_the_address(self):
        message = make_message()
        record_report(dsn(about=message_id(message)))
        rows = [*OutboxMessage.objects.values(), *AuditEvent.objects.values()]
        assert "ana.private" not in str(rows)

    def test_worker_role__may_do_it(self):
        message = make_message()
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE clinic_worker")
            taken = record_report(dsn(about=message_id(message)))
            cursor.execute("RESET ROLE")
        assert taken == Taken.RECORDED


class Stdin:
    def __init__(self, raw):
        self.buffer = io.BytesIO(raw)


@pytest.mark.django_db
class TestCommand:
    def test_it_reads_a_report_from_standard_input(self, monkeypatch, capsys):
        message = make_message()
        monkeypatch.setattr("sys.stdin", Stdin(dsn(about=message_id(message))))
        call_command("record_bounce")
        assert OutboxMessage.objects.get().failure == DeliveryFailure.BOUNCED
        assert "recorded" in capsys.readouterr().out

    def test_it_reads_to_the_end_of_what_is_piped(self, monkeypatch):
        stdin = Stdin(dsn() + b"x" * 3 * MOST_BYTES)
        monkeypatch.setattr("sys.stdin", stdin)
        call_command("record_bounce")
        assert stdin.buffer.read() == b""

    def test_without_a_database__the_mail_server_tries_again(self, monkeypatch):
        def no_answer(*_arguments):
            raise OperationalError("could not connect for ana.private")

        monkeypatch.setattr("sys.stdin", Stdin(dsn()))
        monkeypatch.setattr(delivery.OutboxMessage.objects, "select_for_update", no_answer)
        with pytest.raises(CommandError) as error:
            call_command("record_bounce")
        assert error.value.returncode == 75
        assert "ana.private" not in str(error.value)
