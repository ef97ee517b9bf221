import signal
import subprocess
import sys
import threading
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from clinic import outbox, worker
from clinic.jobs import RETRY_AFTER_FAILURE, Job, all_jobs, run_if_due
from clinic.models import AuditChain, JobRun, OutboxMessage, RateLimitHit, WorkerHeartbeat
from clinic.outbox import enqueue, register_template
from clinic.timetable import forget_old_job_runs
from tests.clinic.test_outbox import where_the_database_is

PACIFIC = ZoneInfo("America/Los_Angeles")
MORNING = datetime(2026, 3, 4, 7, 30, tzinfo=PACIFIC)


def make_job(**overrides):
    values = {"name": "test.job", "run": lambda: None, "every": timedelta(hours=1)}
    return Job(**{**values, **overrides})


def ran(job, at):
    return run_if_due(job, at)


class TestJob:
    def test_needs_one_kind_of_time(self):
        with pytest.raises(ValueError, match="either"):
            make_job(every=None)
        with pytest.raises(ValueError, match="either"):
            make_job(daily_at=time(7))


@pytest.mark.django_db
class TestRunIfDue:
    def test_every_so_often(self):
        job = make_job()
        hours = [0, 0.5, 1, 1.5, 2.5]
        assert [ran(job, MORNING + timedelta(hours=hour)) for hour in hours] == [
            True,
            False,
            True,
            False,
            True,
        ]

    def test_once_a_day_from_its_time_on_local_time(self):
        job = make_job(every=None, daily_at=time(8))
        assert not ran(job, MORNING)
        assert ran(job, MORNING + timedelta(minutes=31))
        assert not ran(job, MORNING + timedelta(hours=20))
        assert ran(job, MORNING + timedelta(days=1, hours=9))

    def test_a_missed_day_is_made_up_for_once(self):
        job = make_job(every=None, daily_at=time(8))
        assert ran(job, MORNING + timedelta(hours=1))
        after_three_days = MORNING + timedelta(days=3, hours=10)
        assert [ran(job, after_three_days), ran(job, after_three_days)] == [True, False]

    def test_a_failure_is_recorded_by_class_and_tried_again(self, caplog):
        def fail():
            raise RuntimeError("ana@example.org")

        job = make_job(run=fail, every=timedelta(days=1))
        assert ran(job, MORNING)
        run = JobRun.objects.get()
        assert (run.succeeded, run.error) == (False, "RuntimeError")
        assert run.finished_at
        assert not ran(job, MORNING + timedelta(minutes=1))
        assert ran(job, MORNING + RETRY_AFTER_FAILURE)

    def test_a_killed_run_is_tried_again(self):
        JobRun.objects.create(name="test.job", started_at=MORNING)
        assert ran(make_job(), MORNING + RETRY_AFTER_FAILURE)


@pytest.mark.django_db(transaction=True)
class TestOneWorkerAtATime:
    def test_a_job_that_runs_elsewhere_is_left_alone(self):
        started, finish = threading.Event(), threading.Event()

        def work():
            started.set()
            finish.wait(30)

        def other_worker():
            run_if_due(make_job(run=work))
            connection.close()

        thread = threading.Thread(target=other_worker)
        thread.start()
        assert started.wait(30)
        later = timezone.now() + timedelta(days=2)
        assert not run_if_due(make_job(), later)
        finish.set()
        thread.join()
        assert run_if_due(make_job(), later)
        assert JobRun.objects.count() == 2


@pytest.mark.django_db
class TestTimetable:
    def test_names_are_unique(self):
        names = [job.name for job in all_jobs()]
        assert len(names) == len(set(names))
        assert {"clinic.publish_scheduled", "clinic.chain_audit"} <= set(names)

    def test_the_clinics_jobs_do_their_work(self):
        from clinic.audit import record_event
        from clinic.timetable import JOBS

        record_event(action="x")
        RateLimitHit.objects.create(scope="form", key="k", at=timezone.now() - timedelta(days=2))
        # A time at which every daily job is due, whatever the time is now.
        noon = timezone.localtime().replace(hour=12) - timedelta(days=1)
        for job in JOBS:
            assert run_if_due(job, noon)
        assert not JobRun.objects.exclude(succeeded=True).exists()
        assert AuditChain.objects.count() == 1
        assert not RateLimitHit.objects.exists()

    def test_old_runs_are_forgotten(self):
        now = timezone.now()
        JobRun.objects.create(name="old", started_at=now - timedelta(days=31))
        JobRun.objects.create(name="new", started_at=now)
        forget_old_job_runs()
        assert JobRun.objects.get().name == "new"


RUNNING_WORKER = """
import json, sys
import django
from django.conf import settings
settings.DATABASES["default"].update(json.loads(sys.argv[1]))
settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
django.setup()
from django.core.mail import EmailMessage
import clinic.worker
from clinic.outbox import register_template
from clinic.worker import Worker
clinic.worker.all_jobs = lambda: []

def build(message):
    print("writing", flush=True)
    sys.stdin.readline()
    return EmailMessage("s", "b", to=["x@example.org"])

register_template("received", build)
Worker().run()
print("ended", flush=True)
"""


@pytest.fixture
def message(monkeypatch):
    monkeypatch.setattr(outbox, "_builders", {})
    return enqueue(
        template="received",
        subject_type="inquiry",
        subject_id="1",
        audience="sender",
        language="en",
    )


@pytest.mark.django_db(transaction=True)
class TestWorker:
    def test_sigterm_ends_it_after_what_is_under_way(self, message):
        process = subprocess.Popen(
            [sys.executable, "-c", RUNNING_WORKER, where_the_database_is()],
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout.readline() == "writing\n"
            process.send_signal(signal.SIGTERM)
            out, _ = process.communicate("go on\n", timeout=60)
        finally:
            process.kill()
        assert out == "ended\n"
        assert process.returncode == 0
        message.refresh_from_db()
        assert message.sent_at
        assert WorkerHeartbeat.objects.filter(id=1).exists()

    def test_a_step_that_fails_does_not_end_it(self):
        stumbled, done = threading.Event(), threading.Event()

        def step():
            if not stumbled.is_set():
                stumbled.set()
                raise RuntimeError
            done.set()

        running = worker.Worker()
        thread = threading.Thread(target=running._repeat, args=(step, timedelta(0)))
        thread.start()
        assert done.wait(30)
        running.stopping.set()
        thread.join()


@pytest.mark.django_db
class TestCommand:
    def test_once_sends_what_is_due(self, message, monkeypatch):
        monkeypatch.setattr("clinic.management.commands.run_worker.all_jobs", list)
        register_template("received", lambda _: EmailMessage("s", "b", to=["x@example.org"]))
        call_command("run_worker", once=True)
        assert len(mail.outbox) == 1
        assert OutboxMessage.objects.get().sent_at
