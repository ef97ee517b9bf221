"""Leads and administrators learn of mail that was given up, failing jobs and a silent worker."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from clinic import jobs, outbox
from clinic.attention import ENDLESS_RUN, LATE_MAIL
from clinic.jobs import Job
from clinic.models import AuditEvent, JobRun, OutboxMessage, WorkerHeartbeat
from clinic.outbox import cancel_for_subject, enqueue, register_template, send_next
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS, REVIEWERS
from clinic.worker import beat
from tests.clinic.review_steps import log_in
from tests.factories import make_home_page, make_user

pytestmark = pytest.mark.django_db
LIST = "/admin/given-up-messages/"
HEADING = "What needs attention"
ADDRESS = "ana.private@example.org"


@pytest.fixture(autouse=True)
def _templates(monkeypatch):
    monkeypatch.setattr(outbox, "_builders", {})
    monkeypatch.setattr(outbox, "_labels", {})
    monkeypatch.setattr(outbox, "_links", {})
    make_home_page()
    register_template("hello", lambda _m: EmailMessage("Hi", "Text", to=[ADDRESS]), "A greeting")
    beat()


def given_up(**overrides):
    message = enqueue(
        template="hello",
        subject_type="inquiry",
        subject_id=uuid4(),
        audience="sender",
        language="en",
    )
    long_ago = timezone.now() - timedelta(days=4)
    values = {
        "dead_at": timezone.now(),
        "first_attempted_at": long_ago,
        "attempts": 20,
        "last_error": "SMTPRecipientsRefused 550",
        **overrides,
    }
    OutboxMessage.objects.filter(pk=message.pk).update(**values)
    return OutboxMessage.objects.get(pk=message.pk)


def dashboard(role):
    return log_in(make_user(role)).get("/admin/").text


@pytest.mark.parametrize("role", [LEADS, ADMINISTRATORS])
class TestPanel:
    def test_says_nothing_while_all_is_well(self, role):
        assert HEADING not in dashboard(role)

    def test_counts_what_was_given_up(self, role):
        given_up(), given_up()
        text = dashboard(role)
        assert HEADING in text and "2 messages could not be sent" in text
        assert LIST in text and ADDRESS not in text

    def test_counts_what_has_waited_for_long(self, role):
        long_ago = timezone.now() - LATE_MAIL - timedelta(minutes=1)
        given_up(dead_at=None, first_attempted_at=long_ago)
        given_up(dead_at=None, first_attempted_at=timezone.now())
        assert "1 message has been waiting" in dashboard(role)

    def test_names_jobs_that_fail_until_they_succeed(self, role, monkeypatch):
        job = Job(name="clinic.sync", run=int, every=timedelta(minutes=1))
        monkeypatch.setattr("clinic.attention.all_jobs", lambda: [job])
        now = timezone.now()
        fields = {"name": job.name, "finished_at": now}
        JobRun.objects.create(succeeded=False, error="KeyError", started_at=now, **fields)
        assert "clinic.sync" in dashboard(role) and "KeyError" in dashboard(role)
        jobs.run_if_due(job, now + timedelta(minutes=2))
        assert HEADING not in dashboard(role)

    def test_names_jobs_that_never_end(self, role, monkeypatch):
        job = Job(name="clinic.sync", run=int, every=timedelta(minutes=1))
        monkeypatch.setattr("clinic.attention.all_jobs", lambda: [job])
        run = JobRun.objects.create(name=job.name, started_at=timezone.now())
        assert HEADING not in dashboard(role)
        JobRun.objects.filter(pk=run.pk).update(started_at=run.started_at - 2 * ENDLESS_RUN)
        assert "has not come to an end" in dashboard(role)

    def test_names_jobs_that_must_not_be_missed(self, role, monkeypatch):
        job = Job(
            name="clinic.sync",
            run=int,
            every=timedelta(hours=1),
            alarm_after=timedelta(days=2),
        )
        monkeypatch.setattr("clinic.attention.all_jobs", lambda: [job])
        now = timezone.now()
        other = JobRun.objects.create(name="other", started_at=now, succeeded=True)
        assert HEADING not in dashboard(role)  # the worker has only begun
        JobRun.objects.filter(pk=other.pk).update(started_at=now - timedelta(days=3))
        assert "has never come to a good end" in dashboard(role)
        run = JobRun.objects.create(name=job.name, started_at=now, succeeded=True)
        assert HEADING not in dashboard(role)
        JobRun.objects.filter(pk=run.pk).update(started_at=now - timedelta(days=3))
        assert "has not come to a good end since" in dashboard(role)

    def test_tells_of_a_silent_worker(self, role):
        too_long = settings.OPERATING.worker_silence + timedelta(seconds=1)
        WorkerHeartbeat.objects.update(at=timezone.now() - too_long)
        assert "worker has been silent" in dashboard(role)
        WorkerHeartbeat.objects.all().delete()
        assert "No worker was ever seen" in dashboard(role)


@pytest.mark.parametrize("role", [EDITORS, REVIEWERS, COORDINATORS, None])
def test_others_see_nothing_of_it(role):
    message = given_up()
    client = log_in(make_user(role))
    assert HEADING not in client.get("/admin/").text
    assert "A greeting" not in client.get(LIST, follow=True).text
    client.post(LIST, {"message": "all"})
    message.refresh_from_db()
    assert message.dead_at is not None


@pytest.mark.parametrize("role", [LEADS, ADMINISTRATORS])
class TestSendingAgain:
    def test_one(self, role):
        message, other = given_up(), given_up()
        user = make_user(role)
        client = log_in(user)
        text = client.get(LIST).text
        assert text.count("A greeting") == 2 and "SMTPRecipientsRefused 550" in text
        response = client.post(LIST, {"message": str(message.pk)}, follow=True)
        assert "1 message will be sent again" in response.text
        assert send_next() and not send_next()
        assert [sent.to for sent in mail.outbox] == [[ADDRESS]]
        other.refresh_from_db()
        assert other.dead_at is not None
        event = AuditEvent.objects.get(action="outbox.sent_again")
        assert (event.actor, event.object_id) == (user, str(message.pk))

    def test_all(self, role):
        given_up(), given_up()
        log_in(make_user(role)).post(LIST, {"message": "all"})
        while send_next():
            pass
        assert len(mail.outbox) == 2
        assert HEADING not in dashboard(role)

    def test_it_is_tried_for_three_days_again(self, role, monkeypatch):
        message = given_up()
        log_in(make_user(role)).post(LIST, {"message": str(message.pk)})

        def refuse(self):
            raise ConnectionRefusedError

        monkeypatch.setattr(EmailMessage, "send", refuse)
        assert send_next()
        message.refresh_from_db()
        assert (message.dead_at, message.attempts) == (None, 1)

    @pytest.mark.parametrize("wanted", ["", "x", "\x00", "7d3c9f0a-5b1e-4f27-9c86-2f4a1b0d6e55"])
    def test_nonsense_sends_nothing(self, role, wanted):
        message = given_up()
        response = log_in(make_user(role)).post(LIST, {"message": wanted})
        assert response.status_code in {302, 400}
        message.refresh_from_db()
        assert message.dead_at is not None

    def test_what_was_sent_or_cancelled_meanwhile_stays_so(self, role):
        sent = given_up(dead_at=None, sent_at=timezone.now())
        silenced = given_up()
        cancel_for_subject("inquiry", silenced.subject_id)
        client = log_in(make_user(role))
        for message in (sent, silenced):
            client.post(LIST, {"message": str(message.pk)})
        client.post(LIST, {"message": "all"})
        assert not send_next()
        assert HEADING not in dashboard(role)
