"""A synthetic inquiry goes the way of every other, reaches nobody and leaves times alone."""

import os
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as test_settings
from django.core import mail
from django.db import connection
from django.db.utils import ProgrammingError
from django.test import RequestFactory
from django.utils import timezone

from clinic.models import AuditEvent, OutboxMessage, User
from clinic.outbox import send_next
from clinic.roles import LEADS
from clinic.sealing import generate_key_pair
from clinic.worker import beat
from tests.browser.conftest import two_free_ports
from tests.clinic.review_steps import log_in
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import ANSWERS, form_data, make_inquiry
from tests.inquiries.test_form_page import HELP, as_owner
from tests.inquiries.test_form_page import send as send_form
from tests.served import copied_database, served
from trials.inquiries import health
from trials.inquiries.enums import QuarantineReason
from trials.inquiries.forms import InquiryForm
from trials.inquiries.lookup import index_submissions
from trials.inquiries.models import Inquiry, Submission, SyntheticRun
from trials.inquiries.models.synthetic import Failure
from trials.inquiries.services import accept, measure_replies, synthetic
from trials.inquiries.services.adopting import adopt_ownerless
from trials.inquiries.services.synthetic import LONGEST_WAY, follow_all, send, send_when_due
from trials.inquiries.suspicion import MOST_PER_HOUR, quarantine_reasons
from trials.inquiries.synthetic import HEADER
from trials.inquiries.tokens import FormToken, read_form_token, synthetic_pass

SINK = "sink@clinic.example"
PUBLIC_ONLY = ("SEALING_PRIVATE_KEYS", "LOOKUP_KEY")


@pytest.fixture(autouse=True)
def _sink(settings: Any) -> None:
    settings.OPERATING = replace(
        settings.OPERATING,
        synthetic_email=SINK,
        synthetic_every=timedelta(minutes=15),
        synthetic_silence=timedelta(minutes=45),
    )


def public_environment(database: str, **extra: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in PUBLIC_ONLY}
    return inherited | {
        "PROCESS": "public",
        "DJANGO_SETTINGS_MODULE": "tests.served_settings",
        "SERVED_DATABASE": database,
        "DATA_DIR": str(test_settings.DATA_DIR),
        **extra,
    }


def rows_by_table() -> Counter[str]:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        counts = Counter()
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


# What makes pytest-django set the database up for the module.
@pytest.mark.django_db
def test_these_tests_have_a_database() -> None:
    assert connection.settings_dict["NAME"].startswith("test_")


@pytest.fixture(scope="class")
def door(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    with copied_database(django_db_blocker, "synthetic") as name:
        make_home_page()
        lead = make_user(LEADS)
        with served(two_free_ports(), public_environment(name)) as address:
            yield SimpleNamespace(address=address, lead=lead, database=name)


class TestOverHttp:
    """Through a real public door, on a database of its own, with the worker's own role."""

    @pytest.fixture
    def as_worker(self, door: SimpleNamespace, settings: Any) -> Iterator[None]:
        settings.SITE_URL = door.address
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE clinic_worker")
        yield
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")

    def test_comes_through_unseen_and_leaves_times_alone(
        self, door: SimpleNamespace, as_worker: None
    ) -> None:
        as_owner()
        before = rows_by_table()
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE clinic_worker")
        run = send()
        assert (run.failure, run.accepted_at is not None) == ("", True)

        inquiry = Inquiry.with_synthetic.get(pk=run.inquiry_id)
        assert inquiry.is_synthetic and not inquiry.is_quarantined
        assert not Inquiry.objects.exists()
        assert Inquiry.objects.counts(timezone.now(), door.lead)["open"] == 0
        assert [one.template for one in OutboxMessage.objects.all()] == ["inquiry_synthetic"]
        index_submissions()
        adopt_ownerless()
        measure_replies()

        while send_next():
            pass
        assert [message.to for message in mail.outbox] == [[SINK]]
        follow_all()
        run.refresh_from_db()
        assert run.failure == ""
        assert run.started_at < run.accepted_at < run.finished_at
        assert run.opened_at and run.sent_at and run.sealed_for
        as_owner()
        left = rows_by_table() - before
        left.pop("clinic_ratelimithit", None)  # keyed hashes, gone within a day
        assert left == {"inquiries_syntheticrun": 1}

    def test_sent_too_fast__is_taken_for_spam_as_any_other(
        self, as_worker: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(synthetic, "_FILL_TIME", timedelta(0))
        run = send()
        follow_all()
        run.refresh_from_db()
        assert run.failure == Failure.QUARANTINED
        assert not Inquiry.with_synthetic.exists()

    def test_door_that_seals_for_another_key__is_an_alarm_at_once(
        self, door: SimpleNamespace, as_worker: None, settings: Any
    ) -> None:
        key_id = settings.SEALING_PUBLIC_KEY.partition(":")[0]
        wrong = generate_key_pair(key_id)[0]
        environment = public_environment(door.database, SEALING_PUBLIC_KEY=wrong)
        with served(two_free_ports(), environment) as address:
            settings.SITE_URL = address
            run = send()
            follow_all()
            run.refresh_from_db()
        assert run.failure == Failure.KEYS
        assert health.public_key_problem() == "no private key opens what the public door seals"
        assert not health.synthetic_problem()

    def test_door_away__is_recorded(self, as_worker: None, settings: Any) -> None:
        settings.SITE_URL = "http://localhost:9"
        run = send()
        assert (run.failure, run.inquiry_id) == (Failure.FORM, None)
        assert run.finished_at is not None


def make_synthetic(**overrides: Any) -> SyntheticRun:
    """Return the run of a synthetic inquiry that was accepted."""
    inquiry_id = uuid.uuid4()
    now = timezone.now()
    run = SyntheticRun.objects.create(
        **{"inquiry_id": inquiry_id, "started_at": now, "accepted_at": now, **overrides}
    )
    accept(
        inquiry_id=inquiry_id,
        answers=ANSWERS | {"email": SINK},
        trial=None,
        language="en",
        origin="help",
        consent_version="en-0-0",
        is_synthetic=True,
    )
    return run


@pytest.mark.django_db(transaction=True)
class TestFollowing:
    @pytest.fixture(autouse=True)
    def site(self) -> None:
        make_home_page()

    def test_nobody_sees_it(self) -> None:
        lead: User = make_user(LEADS)
        run = make_synthetic()
        inquiry = Inquiry.with_synthetic.get()
        assert not AuditEvent.objects.filter(object_id=str(run.inquiry_id)).exists()
        response = log_in(lead).get("/admin/inquiries/")
        assert inquiry.reference not in response.text
        assert log_in(lead).get(f"/admin/inquiries/{run.inquiry_id}/").status_code == 404

    def test_message_that_does_not_go_out(self) -> None:
        run = make_synthetic()
        follow_all()
        run.refresh_from_db()
        assert run.opened_at is not None and run.finished_at is None
        follow_all(timezone.now() + LONGEST_WAY + timedelta(seconds=1))
        run.refresh_from_db()
        assert run.failure == Failure.MAIL
        assert not Inquiry.with_synthetic.exists() and not OutboxMessage.objects.exists()

    def test_accepted_but_not_there(self) -> None:
        run = SyntheticRun.objects.create(
            inquiry_id=uuid.uuid4(), started_at=timezone.now(), accepted_at=timezone.now()
        )
        follow_all()
        run.refresh_from_db()
        assert run.failure == Failure.LOST

    def test_worker_ended_before_it_was_sent(self) -> None:
        run = SyntheticRun.objects.create(inquiry_id=uuid.uuid4(), started_at=timezone.now())
        follow_all()
        run.refresh_from_db()
        assert run.finished_at is None
        follow_all(timezone.now() + LONGEST_WAY + timedelta(seconds=1))
        run.refresh_from_db()
        assert run.failure == Failure.INTERRUPTED

    def test_arriving_after_it_was_given_up__is_erased(self) -> None:
        make_synthetic(finished_at=timezone.now(), failure=Failure.REFUSED)
        follow_all()
        assert not Inquiry.with_synthetic.exists() and not Submission.objects.exists()

    def test_mark_without_a_run_of_ours__hides_nobody(self) -> None:
        run = make_synthetic()
        run.delete()
        follow_all()
        inquiry = Inquiry.objects.get()
        assert AuditEvent.objects.filter(
            action="inquiry.received", object_id=str(inquiry.pk)
        ).exists()
        assert [one.template for one in OutboxMessage.objects.all()] == ["inquiry_nudge"]

    def test_worker_may_delete_nothing_of_a_person(self) -> None:
        inquiry = make_inquiry()
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE clinic_worker")
            try:
                for said in ("off", "on"):
                    cursor.execute(f"SET inquiries.forgets_synthetic = '{said}'")
                    with pytest.raises(ProgrammingError, match="synthetic inquiries only"):
                        cursor.execute("DELETE FROM inquiries_inquiry WHERE id = %s", [inquiry.pk])
            finally:
                cursor.execute("RESET inquiries.forgets_synthetic")
                cursor.execute("RESET ROLE")
        assert Inquiry.objects.get() == inquiry


@pytest.mark.django_db
class TestPass:
    @pytest.fixture(autouse=True)
    def site(self) -> None:
        make_home_page()

    @pytest.mark.parametrize("sent", ["", "1", "f" * 64, "é", "of another form"])
    def test_without_the_pass_of_its_form__an_inquiry_is_a_persons(
        self, public_door: Any, sent: str
    ) -> None:
        sent = synthetic_pass(uuid.uuid4()) if sent == "of another form" else sent
        public_door.defaults[f"HTTP_{HEADER.upper().replace('-', '_')}"] = sent
        send_form(public_door, HELP)
        as_owner()
        assert not Inquiry.objects.get().is_synthetic

    def test_with_it__the_form_is_the_same_for_all_others(self, public_door: Any) -> None:
        data = form_data()
        token = read_form_token(data["form_token"])
        assert token is not None
        shown = public_door.get(HELP).content.decode()
        csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)[1]
        public_door.post(
            HELP,
            data | {"csrfmiddlewaretoken": csrf},
            headers={HEADER: synthetic_pass(token.inquiry_id)},
        )
        as_owner()
        assert Inquiry.with_synthetic.get().is_synthetic

    def test_limit__is_neither_shared_nor_lifted(self) -> None:
        request = RequestFactory().post(HELP, REMOTE_ADDR="203.0.113.7")
        form = InquiryForm(form_data())
        assert form.is_valid()
        token = FormToken(uuid.uuid4(), timezone.now() - timedelta(minutes=1), "en-0-0")
        now = timezone.now()
        found = [
            quarantine_reasons(request, form, token, now, is_synthetic=True)
            for _number in range(MOST_PER_HOUR + 1)
        ]
        assert found[-1] == [QuarantineReason.TOO_MANY] and not any(found[:-1])
        assert quarantine_reasons(request, form, token, now) == []


@pytest.mark.django_db
class TestAlarm:
    def red(self, now: Any = None) -> str | None:
        return health.synthetic_problem()

    def ended(self, ago: timedelta, failure: str = "") -> SyntheticRun:
        at = timezone.now() - ago
        return SyntheticRun.objects.create(started_at=at, finished_at=at, failure=failure)

    def test_nothing_tried_yet(self) -> None:
        assert self.red() is None

    def test_one_failure_among_successes(self) -> None:
        self.ended(timedelta(minutes=20))
        self.ended(timedelta(minutes=5), Failure.MAIL)
        assert self.red() is None

    def test_none_came_through_for_too_long(self) -> None:
        self.ended(timedelta(minutes=80))
        self.ended(timedelta(minutes=5), Failure.MAIL)
        problem = "no synthetic inquiry came through for 1 h 20 min: its message did not go out"
        assert self.red() == problem

    def test_none_was_sent_any_more(self) -> None:
        self.ended(timedelta(minutes=80))
        assert self.red() == "no synthetic inquiry came through for 1 h 20 min: none was sent"

    def test_none_ever_came_through(self) -> None:
        self.ended(timedelta(hours=2), Failure.FORM)
        assert "2 h 0 min" in (self.red() or "")

    def test_switched_off(self, settings: Any) -> None:
        self.ended(timedelta(days=2))
        settings.OPERATING = replace(settings.OPERATING, synthetic_every=timedelta(0))
        assert self.red() is None

    def test_readiness_says_so(self, client: Any) -> None:
        beat()
        self.ended(timedelta(hours=2), Failure.FORM)
        response = client.get("/readyz")
        assert response.status_code == 503
        assert set(response.json()["problems"]) == {"synthetic"}


@pytest.mark.django_db
class TestTimes:
    @pytest.fixture(autouse=True)
    def _sent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[None] = []
        monkeypatch.setattr(synthetic, "send", lambda: self.sent.append(None))

    @pytest.mark.parametrize(
        ("minutes_ago", "failure", "is_due"),
        [(14, "", False), (15, "", True), (1, Failure.FORM, False), (2, Failure.FORM, True)],
        ids=["14-fine", "15-fine", "1-failed", "2-failed"],
    )
    def test_every_so_often_and_sooner_after_a_failure(
        self, minutes_ago: int, failure: str, is_due: bool
    ) -> None:
        now = timezone.now()
        SyntheticRun.objects.create(
            started_at=now - timedelta(minutes=minutes_ago), failure=failure
        )
        send_when_due(now)
        assert bool(self.sent) == is_due

    def test_off__sends_none(self, settings: Any) -> None:
        settings.OPERATING = replace(settings.OPERATING, synthetic_every=timedelta(0))
        send_when_due()
        assert not self.sent

    def test_old_runs__are_forgotten(self) -> None:
        SyntheticRun.objects.create(started_at=timezone.now() - timedelta(days=31))
        send_when_due()
        assert not SyntheticRun.objects.exists()
