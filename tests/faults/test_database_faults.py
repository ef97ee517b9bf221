"""A database that is away, slow or read-only: what the visitor sees, and what is kept."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from clinic.models import OutboxMessage
from clinic.outbox import enqueue
from tests.faults.conftest import PHONE, Answer, Place, Visitor
from tests.faults.proxy import FaultProxy
from tests.inquiries.factories import PLANTED
from tests.served import until
from trials.inquiries.models import Inquiry, Submission

AWAY = ("refuse", "hang", "cut")
SLOW = (("delay", 0.05), ("throttle", 40_000))
WORDS = {"en": "not available for a moment", "es": "no está disponible"}


# What makes pytest-django set the database up for the module.
@pytest.mark.django_db
def test_these_tests_have_a_database() -> None:
    assert connection.settings_dict["NAME"].startswith("test_")


def sent_by(email: str) -> list[Submission]:
    return [sent for sent in Submission.objects.all() if sent.unsealed()["email"] == email]


def new_address() -> str:
    return f"{uuid.uuid4().hex}@faults.example"


def is_calm(answer: Answer, language: str, email: str) -> bool:
    """Return whether a page says it in her language, with the phone and what was typed."""
    assert answer.status == 503, answer.status
    assert answer.headers["Retry-After"] == "60"
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert f'<html lang="{language}"' in answer.page and WORDS[language] in answer.page
    return PHONE in answer.page and email in answer.page and PLANTED["message"] in answer.page


def is_accepted_once(visitor: Visitor, body: str, email: str) -> bool:
    """Send the same form until it is accepted; return whether it is there exactly once."""
    answer = until(lambda: visitor.ask("POST", body), lambda seen: seen.status != 503)
    assert answer.status == 303, answer.page
    receipt = visitor.ask("GET", path=answer.headers["Location"])
    sent = sent_by(email)
    return len(sent) == 1 and sent[0].inquiry.reference in receipt.page


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("fault", AWAY)
def test_database_away__visitor_keeps_what_was_typed_and_sends_it_again(
    place: Place, port: int, healthy: FaultProxy, fault: str, language: str
) -> None:
    email = new_address()
    visitor = Visitor(port, language).open_form()
    body = visitor.form(email)
    healthy.set(fault)
    assert is_calm(visitor.ask("POST", body), language, email)
    healthy.heal()
    assert not sent_by(email)
    assert is_accepted_once(visitor, body, email)


@pytest.mark.parametrize(("fault", "amount"), SLOW, ids=[fault for fault, _ in SLOW])
def test_slow_database__form_is_accepted_all_the_same(
    place: Place, port: int, healthy: FaultProxy, fault: str, amount: float
) -> None:
    email = new_address()
    visitor = Visitor(port).open_form()
    healthy.set(fault, amount)
    assert is_accepted_once(visitor, visitor.form(email), email)


def test_dripping_database__visitor_gets_the_calm_page(
    place: Place, port: int, healthy: FaultProxy
) -> None:
    email = new_address()
    visitor = Visitor(port).open_form()
    body = visitor.form(email)
    healthy.set("drip", 0.2)
    assert is_calm(visitor.ask("POST", body), "en", email)
    healthy.heal()
    assert is_accepted_once(visitor, body, email)


def test_answer_to_the_commit_lost__same_form_again_is_the_same_inquiry(
    place: Place, port: int, healthy: FaultProxy
) -> None:
    email = new_address()
    visitor = Visitor(port).open_form()
    body = visitor.form(email)
    healthy.cut_after = [b'"inquiries_submission"', b"COMMIT"]
    assert is_calm(visitor.ask("POST", body), "en", email)
    assert healthy.cuts
    until(lambda: len(sent_by(email)), lambda count: count == 1)
    assert is_accepted_once(visitor, body, email)


@contextmanager
def read_only(database: str) -> Iterator[None]:
    """Let the database take no writes, as a standby does after a failover."""

    def say(statement: str) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{database}" {statement}')
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND usename = 'clinic_public'",
                [database],
            )

    say("SET default_transaction_read_only = on")
    try:
        yield
    finally:
        say("RESET default_transaction_read_only")


def test_read_only_database__pages_are_shown_and_a_form_is_kept(
    place: Place, port: int, healthy: FaultProxy
) -> None:
    email = new_address()
    visitor = Visitor(port).open_form()
    body = visitor.form(email)
    with read_only(place.database):
        until(lambda: visitor.ask("GET").status, lambda status: status == 200)
        assert is_calm(visitor.ask("POST", body), "en", email)
    assert is_accepted_once(visitor, body, email)


@pytest.mark.parametrize("fault", AWAY)
def test_database_away__readiness_says_so_and_the_process_lives(
    place: Place, port: int, healthy: FaultProxy, fault: str
) -> None:
    visitor = Visitor(port)
    healthy.set(fault)
    assert visitor.ask("GET", path="/healthz").status == 200
    ready = visitor.ask("GET", path="/readyz")
    assert ready.status == 503 and "the database does not answer" in ready.page


def test_log__names_the_error_and_nothing_of_a_person(
    place: Place, port: int, healthy: FaultProxy, log: Path
) -> None:
    email = new_address()
    visitor = Visitor(port).open_form()
    body = visitor.form(email)
    healthy.set("hang")
    visitor.ask("POST", body)
    text = until(log.read_text, lambda text: "SilentDatabaseError" in text)
    assert "OperationalError" in text
    typed = [email, *(value for name, value in PLANTED.items() if name != "email")]
    assert not [value for value in typed if value in text]


def test_nothing_is_half_saved_after_all_of_this(place: Place) -> None:
    assert not Inquiry.objects.filter(submissions=None).exists()


@pytest.mark.parametrize("fault", AWAY)
def test_worker__goes_on_when_the_database_is_back(
    place: Place, healthy: FaultProxy, worker: Path, fault: str
) -> None:
    first, second = _message(), _message()
    OutboxMessage.objects.filter(pk=second.pk).update(next_attempt_at="2100-01-01T00:00Z")
    until(lambda: _settled(first), bool)
    healthy.set(fault)
    OutboxMessage.objects.filter(pk=second.pk).update(next_attempt_at=first.next_attempt_at)
    if fault != "hang":
        until(worker.read_text, lambda text: "The database does not answer" in text)
    assert not _settled(second)
    healthy.heal()
    until(lambda: _settled(second), bool)


def _message() -> OutboxMessage:
    """Return a message that the worker takes; nobody is to get it, so it ends as cancelled."""
    return enqueue(
        template="inquiry_nudge",
        subject_type="inquiry",
        subject_id=Inquiry.objects.values_list("pk", flat=True)[0],
        audience="staff",
        language="en",
    )


def _settled(message: OutboxMessage) -> bool:
    message.refresh_from_db()
    return bool(message.sent_at or message.cancelled_at)
