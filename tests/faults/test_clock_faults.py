"""A clock that jumps and is put right again: nothing waits for the time that never was."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from clinic import health, outbox
from clinic.jobs import Job, run_if_due
from clinic.models import JobRun, OutboxMessage, WorkerHeartbeat
from clinic.outbox import GIVE_UP_AFTER, LEASE, claim, enqueue, register_template, send_next
from tests.factories import make_home_page
from tests.inquiries.factories import form_data, form_token
from trials.inquiries.enums import QuarantineReason
from trials.inquiries.models import Inquiry

DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(monkeypatch: pytest.MonkeyPatch) -> OutboxMessage:
    monkeypatch.setattr(outbox, "_builders", {})
    register_template("test", lambda _: EmailMessage("s", "b", to=["a@faults.example"]))
    return enqueue(template="test", subject_type="x", subject_id="1", audience="staff",
                   language="en")  # fmt: skip


class TestOutbox:
    def test_claim_of_a_day_ahead__does_not_hold_the_message_for_a_day(
        self, message: OutboxMessage
    ) -> None:
        now = timezone.now()
        assert claim(now + DAY)  # and then the worker was killed and the clock put right
        assert send_next(now + timedelta(seconds=1))
        assert len(mail.outbox) == 1

    def test_claim_of_now__holds_while_its_lease_lasts(self, message: OutboxMessage) -> None:
        now = timezone.now()
        assert claim(now)
        assert not send_next(now + LEASE - timedelta(seconds=1))
        assert not send_next(now - timedelta(seconds=30))  # clocks of two machines differ a little
        assert send_next(now + LEASE + timedelta(seconds=1))

    def test_jump_of_days__ends_no_message_after_two_attempts(self, message: OutboxMessage) -> None:
        register_template("test", lambda _: 1 / 0)
        now = timezone.now()
        send_next(now)
        send_next(now + GIVE_UP_AFTER + DAY)
        message.refresh_from_db()
        assert message.attempts == 2 and message.dead_at is None

    def test_clock_put_back__message_is_sent_once_it_is_right(self, message: OutboxMessage) -> None:
        now = timezone.now()
        assert not send_next(now - DAY)
        assert send_next(now + timedelta(seconds=1))


class TestTimetable:
    def test_run_from_tomorrow__does_not_keep_a_job_waiting(self) -> None:
        done = []
        job = Job(name="often", run=lambda: done.append(1), every=timedelta(seconds=30))
        now = timezone.now()
        assert run_if_due(job, now + DAY)
        assert run_if_due(job, now)
        assert not run_if_due(job, now + timedelta(seconds=10))
        assert run_if_due(job, now + timedelta(seconds=31))
        assert len(done) == 3

    def test_run_of_a_machine_that_is_a_little_ahead__counts(self) -> None:
        job = Job(name="often", run=lambda: None, every=timedelta(hours=1))
        now = timezone.now()
        assert run_if_due(job, now + timedelta(minutes=2))
        assert not run_if_due(job, now)
        assert JobRun.objects.filter(name="often").count() == 1


def test_heartbeat_from_tomorrow__is_no_sign_of_life() -> None:
    WorkerHeartbeat.objects.create(id=1, at=timezone.now() + DAY)
    assert health._worker() is not None


def test_form_shown_before_the_clock_was_put_back__is_kept_in_quarantine(client: object) -> None:
    make_home_page()
    ahead = form_token(seconds_ago=-int(DAY.total_seconds()))
    response = client.post("/en/trials/help/", form_data(form_token=ahead))  # type: ignore[attr-defined]
    assert response.status_code == 303
    assert Inquiry.objects.get().quarantine_reasons == [QuarantineReason.TOO_FAST]
