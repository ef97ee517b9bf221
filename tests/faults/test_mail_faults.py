"""A mail server that is slow or loses the connection, and a disk that is full."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.utils import timezone

from clinic import mail_backend, outbox
from clinic.models import OutboxMessage
from clinic.outbox import LEASE, enqueue, message_id, register_template, send_next
from clinic.roles import LEADS
from tests.clinic.smtp_server import MailServer, mail_server
from tests.factories import make_home_page, make_user
from tests.faults.proxy import FaultProxy, fault_proxy
from tests.inquiries.factories import make_inquiry
from tests.served import ROOT, copied_database, manage, manage_environment

SEND_ALL = (
    "shell",
    "--no-imports",
    "--command",
    "from clinic.outbox import send_next\nwhile send_next(): pass",
)


@pytest.fixture
def smtp(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(outbox, "_builders", {})
    register_template("test", lambda _: EmailMessage("s", "b", to=["a@faults.example"]))
    settings.EMAIL_BACKEND = "clinic.mail_backend.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 5
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    return settings


@pytest.fixture
def server(smtp: Any) -> Iterator[tuple[MailServer, FaultProxy]]:
    """Give a good mail server behind a bad network."""
    with mail_server() as server, fault_proxy(("127.0.0.1", server.port)) as proxy:
        smtp.EMAIL_PORT = proxy.port
        yield server, proxy


def try_once(message: OutboxMessage | None = None) -> OutboxMessage:
    message = message or enqueue(
        template="test", subject_type="x", subject_id="1", audience="staff", language="en"
    )
    assert send_next(message.next_attempt_at + timedelta(seconds=1))
    message.refresh_from_db()
    return message


@pytest.mark.django_db
class TestNetwork:
    @pytest.mark.parametrize("fault", ["refuse", "cut"])
    def test_server_away__message_waits_and_goes_out_once_it_is_back(
        self, server: tuple[MailServer, FaultProxy], fault: str
    ) -> None:
        good, proxy = server
        proxy.set(fault)
        message = try_once()
        assert message.sent_at is message.claimed_until is None and message.last_error
        proxy.heal()
        assert try_once(message).sent_at
        assert len(good.accepted) == 1

    @pytest.mark.parametrize(
        ("fault", "amount"), [("drip", 0.002), ("delay", 0.05), ("throttle", 2000)]
    )
    def test_slow_server__gets_the_message(
        self, server: tuple[MailServer, FaultProxy], fault: str, amount: float
    ) -> None:
        good, proxy = server
        proxy.set(fault, amount)
        assert try_once().sent_at
        assert len(good.accepted) == 1

    @pytest.mark.parametrize("moment", ["banner", "conversation"])
    def test_dripping_server__is_hung_up_on_before_the_lease_ends(
        self,
        server: tuple[MailServer, FaultProxy],
        monkeypatch: pytest.MonkeyPatch,
        moment: str,
    ) -> None:
        """Each byte comes in time, so that EMAIL_TIMEOUT alone would wait for days."""
        good, proxy = server
        limit = timedelta(seconds=0.5 if moment == "banner" else 2)
        monkeypatch.setattr(mail_backend, "CONVERSATION_LIMIT", limit)
        proxy.set("drip", 0.2 if moment == "banner" else 0.1)
        message = try_once()
        assert message.last_error and message.claimed_until is None
        assert not good.accepted

    def test_limit__is_below_the_lease(self) -> None:
        assert mail_backend.CONVERSATION_LIMIT < LEASE

    def test_cut_after_the_text__goes_out_again_under_the_same_message_id(
        self, server: tuple[MailServer, FaultProxy]
    ) -> None:
        """Nobody can know whether the server took it: twice is better than never."""
        good, proxy = server
        proxy.cut_after = [b"\r\n.\r\n"]
        message = try_once()
        assert message.sent_at is None and len(good.accepted) == 1
        assert try_once(message).sent_at
        ids = {message_from_string(mail)["Message-ID"] for mail in good.accepted}
        assert len(good.accepted) == 2 and ids == {message_id(message)}


class TestDisk:
    @pytest.fixture
    def database(self, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
        with copied_database(django_db_blocker, "disk") as name, django_db_blocker.unblock():
            make_home_page()
            make_user(LEADS)
            make_inquiry()
            yield name

    # What makes pytest-django set the database up for the class.
    @pytest.mark.django_db
    def test_these_tests_have_a_database(self) -> None:
        assert connection.settings_dict["NAME"].startswith("test_")

    def test_full_disk_for_mail_files__messages_wait_and_go_out_later(
        self, database: str, tmp_path: Path
    ) -> None:
        """No file may grow: what a full disk answers, and what needs no disk of one's own."""
        into_files = {
            "EMAIL_URL": "",
            "DATA_DIR": str(tmp_path),
            "DATABASE_URL": _address(database),
        }
        full = subprocess.run(
            ["prlimit", "--fsize=0", sys.executable, "manage.py", *SEND_ALL],
            cwd=ROOT,
            env=manage_environment(database, "worker") | into_files,
            capture_output=True,
            text=True,
            check=False,
        )
        waiting = OutboxMessage.objects.filter(sent_at=None, cancelled_at=None)
        assert waiting.count() == 2, full.stderr
        assert set(waiting.values_list("last_error", flat=True)) == {"OSError"}
        waiting.update(next_attempt_at=timezone.now())
        done = manage(database, "worker", *SEND_ALL, **into_files)
        assert not waiting.exists(), done.stderr
        texts = [path.read_text() for path in (tmp_path / "mail").iterdir()]
        assert sum(text.count("Message-ID: <") for text in texts) == 2


def _address(database: str) -> str:
    """Return how the worker reaches the database, whose files stand elsewhere."""
    settings = connection.settings_dict
    place = f"host={settings['HOST']}&port={settings['PORT']}"
    return f"postgres://clinic_worker@/{database}?{place}"
