"""A worker that is killed while it erases: real processes on a database of their own."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from clinic.models import AuditEvent, OutboxMessage
from tests.inquiries.factories import make_inquiry
from tests.served import ROOT, copied_database, until
from trials.inquiries.enums import Closing, InquiryState
from trials.inquiries.models import Inquiry, Submission
from trials.inquiries.services.retaining import BATCH

NUMBER = BATCH + 3


@pytest.fixture
def database(django_db_setup, django_db_blocker):
    with copied_database(django_db_blocker, "retention") as name, django_db_blocker.unblock():
        ended = timezone.now() - timedelta(days=900)
        made = [make_inquiry() for _ in range(NUMBER)]
        for number, inquiry in enumerate(made):
            Inquiry.objects.filter(pk=inquiry.pk).update(
                state=InquiryState.SPAM,
                closing=Closing.NOT_A_PERSON,
                closed_at=ended + timedelta(minutes=number),
            )
        AuditEvent.objects.bulk_create(
            AuditEvent(action="inquiry.opened", object_type="inquiry", object_id=str(one.pk))
            for one in made
        )
        OutboxMessage.objects.update(sent_at=timezone.now())
        yield name


def start(database: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "manage.py", "apply_retention"],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "tests.served_settings",
            "SERVED_DATABASE": database,
            "DATA_DIR": str(settings.DATA_DIR),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def erased() -> int:
    return Inquiry.objects.exclude(erased_at=None).count()


def test_killed_in_a_batch__the_batches_before_stay_and_the_next_run_does_the_rest(database):
    newest = Inquiry.objects.order_by("-closed_at").first()
    of_another = {"dbname": database, "user": connection.settings_dict["USER"]}
    of_another |= {key.lower(): connection.settings_dict[key] for key in ("HOST", "PORT")}
    holder = psycopg2.connect(**of_another)
    with holder.cursor() as cursor:
        # The process comes so far and waits for this row.
        cursor.execute(
            "SELECT 1 FROM inquiries_submission WHERE inquiry_id = %s FOR UPDATE", [str(newest.pk)]
        )
        process = start(database)
        until(waiting, bool)
        process.send_signal(signal.SIGKILL)
        assert process.wait(60) == -signal.SIGKILL
    process.stdout.close()
    holder.close()
    until(waiting, lambda number: not number)
    assert erased() == BATCH
    of_erased = Submission.objects.exclude(inquiry__erased_at=None)
    assert not of_erased.exists() and Submission.objects.count() == NUMBER - BATCH

    again = start(database)
    output, _ = again.communicate(timeout=120)
    assert again.returncode == 0, output
    assert erased() == NUMBER and not Submission.objects.exists()
    assert AuditEvent.objects.filter(action="inquiry.erased").count() == NUMBER


def waiting() -> int:
    """Return how many sessions wait for a lock in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]
