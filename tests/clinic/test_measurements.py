"""Readiness, the metrics page and the page of administrators say the same to those they serve."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone
from environ import Env
from prometheus_client.parser import text_string_to_metric_families

from clinic import health
from clinic.alarms import look_around
from clinic.jobs import run_if_due
from clinic.key_canary import JOB, keys_problem
from clinic.models import Alarm, JobRun, OutboxMessage
from clinic.operating import Operating, operating
from clinic.outbox import enqueue, send_next
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS, REVIEWERS
from clinic.sealing import generate_key_pair
from clinic.timetable import JOBS
from clinic.worker import Worker, beat
from tests.clinic.review_steps import log_in
from tests.factories import make_home_page, make_user

TOKEN = "a-token-of-a-monitoring-system-1234567890"
STATE = "/admin/reports/state/"


def operate(settings: Any, **changes: Any) -> None:
    settings.OPERATING = replace(settings.OPERATING, **changes)


def make_message(**overrides: Any) -> OutboxMessage:
    message = enqueue(
        template="hello", subject_type="x", subject_id=1, audience="staff", language="en"
    )
    OutboxMessage.objects.filter(pk=message.pk).update(**overrides)
    return message


def make_run(name: str, ago: timedelta, succeeded: bool | None = True) -> JobRun:
    at = timezone.now() - ago
    return JobRun.objects.create(name=name, started_at=at, finished_at=at, succeeded=succeeded)


@pytest.mark.django_db
class TestChecks:
    @pytest.fixture(autouse=True)
    def _alive(self) -> None:
        beat()

    @pytest.fixture(params=["owner", "public"])
    def red(self, request: Any) -> Callable[[], dict[str, str]]:
        """Ask as somebody who sees all, and as the public door with its role and keys."""

        def ask() -> dict[str, str]:
            found = health.problems()
            if request.param == "owner":
                return found
            look_around()
            as_public = {"PROCESS": "public", "SEALING_PRIVATE_KEYS": []}
            with override_settings(**as_public), connection.cursor() as cursor:
                cursor.execute("SET ROLE clinic_public")
                seen = health.problems()
                cursor.execute("RESET ROLE")
            assert set(seen) == set(found)
            assert all(text.startswith("the worker says so since 20") for text in seen.values())
            return found

        return ask

    @pytest.mark.parametrize(
        ("minutes", "is_red"), [(14, False), (16, True)], ids=["waits", "nobody-sends"]
    )
    def test_queue(self, red: Any, minutes: int, is_red: bool) -> None:
        make_message(next_attempt_at=timezone.now() - timedelta(minutes=minutes))
        assert red() == (
            {"queue": "messages are due and nobody has sent them for 16 min"} if is_red else {}
        )

    def test_queue__what_waits_for_its_next_try_is_not_due(self, red: Any) -> None:
        make_message(next_attempt_at=timezone.now() + timedelta(hours=1))
        assert red() == {}

    @pytest.mark.parametrize(("count", "is_red"), [(9, False), (10, True)], ids=["few", "many"])
    def test_given_up(self, red: Any, count: int, is_red: bool) -> None:
        for _number in range(count):
            make_message(dead_at=timezone.now())
        make_message(dead_at=timezone.now() - timedelta(days=2))
        assert set(red()) == ({"given_up"} if is_red else set())

    def test_given_up__one_is_a_warning(self) -> None:
        make_message(dead_at=timezone.now())
        assert health.problems() == {}
        assert health.warnings() == {"given_up": "1 message was given up"}

    def test_backup(self, red: Any, settings: Any) -> None:
        assert red() == {}  # the demo makes none
        operate(settings, backup_age=timedelta(hours=26))
        assert red() == {"backup": "no backup was ever made"}
        make_run("backup", timedelta(hours=30))
        assert red() == {"backup": "the last backup was made 30 h 0 min ago"}
        make_run("backup", timedelta(hours=1), succeeded=False)
        assert set(red()) == {"backup"}
        make_run("backup", timedelta(hours=25))
        assert red() == {}

    def test_limits__are_settings_and_zero_is_off(self, settings: Any) -> None:
        make_message(next_attempt_at=timezone.now() - timedelta(minutes=16))
        make_message(dead_at=timezone.now())
        operate(settings, queue_age=timedelta(0), given_up_mails=1)
        assert set(health.problems()) == {"given_up"}
        operate(settings, queue_age=timedelta(minutes=5), given_up_mails=0)
        assert set(health.problems()) == {"queue"}


@pytest.mark.django_db
class TestKeys:
    @pytest.fixture
    def wrong_pair(self, settings: Any) -> None:
        """A private key with the right id that does not belong to the public one."""
        key_id = settings.SEALING_PUBLIC_KEY.partition(":")[0]
        settings.SEALING_PRIVATE_KEYS = [generate_key_pair(key_id)[1]]

    def run_canary(self) -> JobRun:
        (job,) = [job for job in JOBS if job.name == JOB]
        assert run_if_due(job)
        return JobRun.objects.get(name=JOB)

    def test_fitting(self) -> None:
        assert self.run_canary().succeeded
        assert keys_problem() is None

    @pytest.mark.usefixtures("wrong_pair")
    def test_wrong_pair__is_red_at_every_door(self, settings: Any) -> None:
        assert self.run_canary().error == "KeysDoNotFitError"
        assert keys_problem() == "no private key opens what is sealed now"
        look_around()
        settings.PROCESS, settings.SEALING_PRIVATE_KEYS = "public", []
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE clinic_public")
            assert "keys" in health.problems()
            cursor.execute("RESET ROLE")

    @pytest.mark.usefixtures("wrong_pair")
    def test_wrong_pair__is_said_loudly_when_a_worker_starts(
        self, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("clinic.worker.signal.signal", lambda *_: None)
        worker = Worker()
        worker.stopping.set()
        worker.run()
        (record,) = [one for one in caplog.records if one.levelname == "CRITICAL"]
        assert "SEALING_PRIVATE_KEYS do not open" in record.message

    @pytest.mark.usefixtures("wrong_pair")
    def test_wrong_pair__is_mailed_to_operators(self, settings: Any) -> None:
        make_home_page()
        operate(settings, operators=("ops@clinic.example",))
        look_around()
        while send_next():
            pass
        (message,) = mail.outbox
        assert message.to == ["ops@clinic.example"]
        assert "no private key opens what is sealed now" in message.body


@pytest.mark.django_db
class TestAlarms:
    @pytest.fixture(autouse=True)
    def _red(self, settings: Any) -> None:
        make_home_page()
        operate(settings, backup_age=timedelta(hours=26))

    def sent(self) -> list[str]:
        while send_next():
            pass
        return [message.subject for message in mail.outbox]

    def test_one_mail_a_day_while_it_lasts_and_one_at_its_end(self) -> None:
        admin = make_user(ADMINISTRATORS)
        now = timezone.now()
        for minutes in range(3):
            look_around(now + timedelta(minutes=minutes))
        assert self.sent() == ["The website needs attention"]
        assert mail.outbox[0].to == [admin.email]
        assert "no backup was ever made" in mail.outbox[0].body
        look_around(now + timedelta(hours=25))
        assert len(self.sent()) == 2
        make_run("backup", timedelta(0))
        look_around(now + timedelta(hours=26))
        assert self.sent()[2:] == ["The website is well again"]
        assert Alarm.objects.get().ended_at is not None

    def test_over_before_it_was_mailed__is_not_mailed(self) -> None:
        make_user(ADMINISTRATORS)
        look_around()
        make_run("backup", timedelta(0))
        look_around()
        assert self.sent() == ["The website is well again"]

    def test_silent_worker__is_no_alarm_of_the_worker_itself(self) -> None:
        look_around()
        assert [alarm.name for alarm in Alarm.objects.all()] == ["backup"]


@pytest.mark.django_db
class TestMetrics:
    @pytest.fixture(autouse=True)
    def _alive(self) -> None:
        beat()

    def test_format__is_read_by_the_parser_of_prometheus(self, client: Client) -> None:
        make_message(next_attempt_at=timezone.now() - timedelta(minutes=20))
        response = client.get("/metrics")
        assert response["Content-Type"].startswith("text/plain; version=0.0.4")
        assert "no-store" in response["Cache-Control"]
        families = {one.name: one for one in text_string_to_metric_families(response.text)}
        values = {name: [s.value for s in one.samples] for name, one in families.items()}
        assert 1200 <= values["clinic_outbox_oldest_due_seconds"][0] < 1260
        assert values["clinic_ready"] == [0]
        assert [s.labels for s in families["clinic_problem"].samples] == [{"check": "queue"}]
        assert values["clinic_backup_timestamp_seconds"] == []  # never
        assert values["clinic_keys_fit"] == [1]
        assert {
            "clinic_outbox_given_up",
            "clinic_worker_seen_timestamp_seconds",
            "clinic_registry_read_timestamp_seconds",
            "clinic_synthetic_timestamp_seconds",
            "clinic_inquiries_overdue",
        } <= set(values)
        assert all(one.type == "gauge" for one in families.values())

    @pytest.mark.parametrize(
        "extra",
        [
            {"REMOTE_ADDR": "203.0.113.9"},
            {"REMOTE_ADDR": ""},
            {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
            {"HTTP_X_FORWARDED_PROTO": "https"},
            {"HTTP_FORWARDED": "for=127.0.0.1"},
        ],
        ids=["another-machine", "unknown", "forwarded-for", "forwarded-proto", "forwarded"],
    )
    @pytest.mark.parametrize("hops", [0, 1])
    def test_without_a_token__only_this_machine(
        self, client: Client, settings: Any, hops: int, extra: dict[str, str]
    ) -> None:
        settings.TRUSTED_PROXIES = hops
        assert client.get("/metrics").status_code == 200
        assert client.get("/metrics", **extra).status_code == 404

    @pytest.mark.parametrize(
        ("sent", "status"),
        [(f"Bearer {TOKEN}", 200), (f"Bearer {TOKEN}x", 404), (TOKEN, 404), ("Bearer é", 404)],
        ids=["right", "wrong", "no-scheme", "not-ascii"],
    )
    def test_with_a_token__only_who_knows_it(
        self, client: Client, settings: Any, sent: str, status: int
    ) -> None:
        operate(settings, metrics_token=TOKEN)
        assert client.get("/metrics").status_code == 404
        answer = client.get("/metrics", HTTP_AUTHORIZATION=sent, REMOTE_ADDR="203.0.113.9")
        assert answer.status_code == status

    def test_public_door__has_no_such_address(self, settings: Any) -> None:
        settings.ROOT_URLCONF = "clinic.urls.public"
        assert Client().get("/metrics").status_code == 404


@pytest.mark.django_db
class TestPage:
    @pytest.fixture(autouse=True)
    def _site(self) -> None:
        make_home_page()
        beat()

    def test_administrators__read_it(self, settings: Any) -> None:
        operate(settings, backup_age=timedelta(hours=26))
        make_message(dead_at=timezone.now())
        look_around()
        text = log_in(make_user(ADMINISTRATORS)).get(STATE).text
        assert "no backup was ever made" in text
        assert "1 message was given up" in text
        assert "Worker last seen" in text and "never" in text

    def test_green(self) -> None:
        assert "every check is green" in log_in(make_user(ADMINISTRATORS)).get(STATE).text

    @pytest.mark.parametrize("role", [EDITORS, REVIEWERS, COORDINATORS, LEADS])
    def test_others__do_not(self, role: str) -> None:
        browser = log_in(make_user(role))
        assert browser.get(STATE).status_code in {302, 403}
        assert STATE not in browser.get("/admin/").text

    def test_dashboard__says_what_is_red(self, settings: Any) -> None:
        operate(settings, backup_age=timedelta(hours=26))
        text = log_in(make_user(LEADS)).get("/admin/").text
        assert "Readiness: no backup was ever made." in text


def test_limits__are_what_the_guide_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SYNTHETIC_EVERY_MINUTES")
    found = operating(Env(), is_demo=False, sender="Clinic <no-reply@clinic.example>")
    assert found == Operating(
        operators=(),
        metrics_token="",
        synthetic_every=timedelta(minutes=15),
        synthetic_email="no-reply@clinic.example",
        synthetic_silence=timedelta(minutes=45),
        worker_silence=timedelta(seconds=120),
        queue_age=timedelta(minutes=15),
        given_up_mails=10,
        registry_silence=timedelta(hours=48),
        backup_age=timedelta(hours=26),
    )
