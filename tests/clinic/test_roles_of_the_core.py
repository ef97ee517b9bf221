"""Audit, outbox, limits and worker under the database roles of the processes that use them."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from clinic import outbox
from clinic.audit import chain_events, record_event, verify_chain
from clinic.jobs import run_if_due
from clinic.models import AuditChain, AuditEvent, JobRun, OutboxMessage, RateLimitHit
from clinic.outbox import cancel_for_subject, enqueue, register_template, send_next
from clinic.rate_limit import hit
from clinic.timetable import JOBS
from clinic.worker import beat

pytestmark = pytest.mark.django_db


@contextmanager
def role(name):
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE clinic_{name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@contextmanager
def refused():
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        yield


def make_message(once=""):
    return enqueue(
        template="received",
        subject_type="inquiry",
        subject_id="1",
        audience="sender",
        language="en",
        once=once,
    )


def test_the_public_role_adds_and_reads_nothing():
    with role("public"):
        record_event(action="inquiry.received")
        make_message()
        make_message(once="x")
        make_message(once="x")
        for model in (AuditEvent, AuditChain, OutboxMessage, JobRun):
            with refused():
                model.objects.count()
        for model in (AuditEvent, OutboxMessage, RateLimitHit):
            with refused(), connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {model._meta.db_table}")
    assert (AuditEvent.objects.count(), OutboxMessage.objects.count()) == (1, 2)


def test_the_public_role_limits():
    with role("public"):
        assert [hit("form", "a", 1, timedelta(hours=1)) for _ in range(2)] == [False, True]


def test_staff_cannot_touch_the_chain_or_change_events():
    with role("staff"):
        record_event(action="inquiry.opened")
        assert AuditEvent.objects.count() == 1
        cancel_for_subject("inquiry", "1")
        with refused():
            AuditEvent.objects.update(action="x")
        with refused():
            AuditEvent.objects.all().delete()
        with refused():
            AuditChain.objects.create(position=1, event_id=AuditEvent.objects.get().pk, digest=b"")


def yesterday_noon():
    """Return a time at which every daily job of that day is due, whatever the time is now."""
    return timezone.localtime().replace(hour=12) - timedelta(days=1)


def test_the_worker_does_its_work(monkeypatch):
    monkeypatch.setattr(outbox, "_builders", {})
    register_template("received", lambda _: EmailMessage("s", "b", to=["x@example.org"]))
    record_event(action="x")
    make_message()
    with role("worker"):
        assert send_next()
        assert chain_events() == 1
        assert not list(verify_chain())
        beat()
        beat()
        assert all(run_if_due(job, yesterday_noon()) for job in JOBS)
        assert not JobRun.objects.exclude(succeeded=True).exists()
        with refused():
            AuditChain.objects.update(digest=b"")
    assert len(mail.outbox) == 1
