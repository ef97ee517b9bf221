import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from clinic import health
from clinic.models import OutboxMessage, WorkerHeartbeat
from clinic.worker import beat


def test_healthz__asks_no_database(client: Client) -> None:
    response = client.get("/healthz")  # pytest-django refuses the database here
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
class TestReadyz:
    def test_everything_works(self, client: Client) -> None:
        beat()
        response = client.get("/readyz")
        assert response.json() == {"ready": True, "problems": {}, "warnings": {}}
        assert response.status_code == 200

    def test_worker_was_never_seen(self, client: Client) -> None:
        WorkerHeartbeat.objects.all().delete()
        response = client.get("/readyz")
        assert response.status_code == 503
        assert set(response.json()["problems"]) == {"worker"}

    def test_worker_fell_silent(self, client: Client) -> None:
        beat()
        WorkerHeartbeat.objects.update(at=timezone.now() - timedelta(minutes=3))
        assert set(client.get("/readyz").json()["problems"]) == {"worker"}

    def test_migration_is_not_applied(self, client: Client) -> None:
        beat()
        MigrationRecorder.Migration.objects.filter(app="clinic").first().delete()
        assert client.get("/readyz").json()["problems"] == {
            "migrations": "1 migrations are not applied"
        }

    def test_who_comes_through_a_proxy_learns_no_numbers_and_no_versions(
        self, client: Client, settings: Any
    ) -> None:
        WorkerHeartbeat.objects.all().delete()
        OutboxMessage.objects.all().delete()
        through = {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}
        response = client.get("/readyz", **through)
        assert response.json() == {"ready": False, "problems": {"worker": ""}, "warnings": {}}
        told = client.get("/readyz", REMOTE_ADDR="127.0.0.1").json()["problems"]["worker"]
        assert told
        for answer in (response, client.get("/healthz")):
            assert not re.search(r"\d", answer.text)
            assert not {"Server", "X-Powered-By", "Via"} & set(answer.headers)

    def test_public_role_may_ask(self, settings: Any) -> None:
        settings.PROCESS = "public"
        beat()
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE clinic_public")
            assert health.problems() == {}
            cursor.execute("RESET ROLE")


def test_database_is_gone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise OperationalError("password=secret")

    monkeypatch.setattr(health, "CHECKS", {"database": gone})
    monkeypatch.setattr(health, "WARNINGS", {})
    monkeypatch.setattr(health, "contributions", lambda name: [health])
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "secret" not in response.content.decode()
