"""New sealing and lookup keys: killed for real in between, and the old key can go afterwards."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.db.models import Model

from clinic.models import AuditEvent
from clinic.sealing import BadKeyError, generate_key_pair
from tests.inquiries.factories import PLANTED, make_inquiry
from tests.inquiries.test_restore_drill import INQUIRIES, fill, planted_in
from tests.served import ROOT, copied_database, manage, manage_environment
from trials.inquiries.lookup import index_submissions, search
from trials.inquiries.management.commands import rotate_sealing_key
from trials.inquiries.models import Inquiry, LookupToken, Note, Submission
from trials.inquiries.models.sealed import sealed_models
from trials.inquiries.services import rotating
from trials.inquiries.services.rotating import hash_all_anew, seal_all_anew
from trials.inquiries.services.verifying import verify

PUBLIC, PRIVATE = generate_key_pair("k2027")


def silent(_place: str) -> None:
    """Stand in for a terminal."""


def with_new_key() -> dict[str, str]:
    return {
        "SEALING_PUBLIC_KEY": PUBLIC,
        "SEALING_PRIVATE_KEYS": " ".join([PRIVATE, *django_settings.SEALING_PRIVATE_KEYS]),
    }


def under(key_id: str) -> int:
    return sum(model._base_manager.filter(key_id=key_id).count() for model in sealed_models())


def plain() -> dict[tuple[type[Model], Any], dict[str, Any]]:
    return {
        (model, row.pk): row.unsealed()
        for model in sealed_models()
        for row in model._base_manager.all()
    }


@pytest.fixture
def new_key(settings: Any) -> None:
    settings.SEALING_PUBLIC_KEY = PUBLIC
    settings.SEALING_PRIVATE_KEYS = [PRIVATE, *settings.SEALING_PRIVATE_KEYS]


@pytest.mark.django_db
class TestSealingAnew:
    @pytest.fixture(autouse=True)
    def _filled(self) -> None:
        fill()

    def test_everything__says_the_same_under_the_new_key_alone(
        self, new_key: None, settings: Any
    ) -> None:
        before = plain()
        seal_all_anew(dry_run=False, say=silent)
        settings.SEALING_PRIVATE_KEYS = [PRIVATE]
        assert under("demo") == 0
        assert plain() == before
        assert not verify(say=silent).problems

    def test_as_the_workers_role__is_refused(self, new_key: None, as_role: Any) -> None:
        """Who runs all the time must not be able to write over what people wrote."""
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with refused, as_role("worker"), transaction.atomic():
            seal_all_anew(dry_run=False, say=silent)
        assert under("k2027") == 0

    def test_dry_run__opens_all_and_writes_nothing(self, new_key: None) -> None:
        total = under("demo")
        rotated = seal_all_anew(dry_run=True, say=silent)
        assert rotated.done.total() == total == under("demo")

    def test_second_run__has_nothing_to_do(self, new_key: None) -> None:
        seal_all_anew(dry_run=False, say=silent)
        assert seal_all_anew(dry_run=False, say=silent).done.total() == 0

    def test_emptied_request__stays_empty(self, new_key: None) -> None:
        from trials.inquiries.services.erasing import erase

        first = Inquiry.objects.first()
        assert first
        erase(inquiry_id=first.pk, why="sender")
        assert not seal_all_anew(dry_run=False, say=silent).left

    @pytest.mark.parametrize("batch", [1, 3, 200])
    def test_value_that_cannot_be_opened__is_named_and_left_as_it_is(
        self, new_key: None, monkeypatch: pytest.MonkeyPatch, batch: int
    ) -> None:
        monkeypatch.setattr(rotating, "BATCH", batch)
        broken = Note.objects.order_by("pk").first()
        assert broken
        Note.objects.filter(pk=broken.pk).update(blob=b"x" * 300)
        total = under("demo")
        rotated = seal_all_anew(dry_run=False, say=silent)
        assert rotated.done.total() == total - 1
        assert rotated.named == [f"inquiries_note {broken.pk}: TamperedError"]
        assert bytes(Note.objects.get(pk=broken.pk).blob) == b"x" * 300
        monkeypatch.setattr(rotate_sealing_key, "connect_as_owner", lambda: None)  # we are
        with pytest.raises(CommandError, match="keep every old private key"):
            call_command("rotate_sealing_key")

    def test_public_key_that_nobody_opens__is_refused_before_anything(self, settings: Any) -> None:
        settings.SEALING_PUBLIC_KEY = PUBLIC
        with pytest.raises(BadKeyError):
            seal_all_anew(dry_run=False, say=silent)
        assert under("k2027") == 0

    def test_run__is_one_event_without_anything_personal(self, new_key: None) -> None:
        before = AuditEvent.objects.count()
        seal_all_anew(dry_run=False, say=silent)
        event = AuditEvent.objects.order_by("-at").first()
        assert AuditEvent.objects.count() == before + 1
        assert event and event.action == "inquiries.sealed_anew"
        assert event.data["rows"]["inquiries_note"] == INQUIRIES
        assert not planted_in(str(event.data))


@pytest.mark.django_db
class TestHashingAnew:
    @pytest.fixture(autouse=True)
    def _filled(self, settings: Any) -> None:
        fill()
        settings.LOOKUP_KEY = "another lookup key " * 3

    def found(self) -> int:
        return search(Inquiry.objects.all(), PLANTED["email"]).count()

    def test_all__are_found_again_and_old_hashes_are_gone(self) -> None:
        tokens = LookupToken.objects.count()
        assert self.found() == 0
        assert hash_all_anew(dry_run=False, say=silent).done.total() == INQUIRIES
        assert self.found() == INQUIRIES
        assert LookupToken.objects.count() == tokens
        assert not verify(say=silent).problems

    def test_as_the_workers_role__is_allowed(self, as_role: Any) -> None:
        with as_role("worker"):
            hash_all_anew(dry_run=False, say=silent)
        assert self.found() == INQUIRIES

    def test_dry_run__writes_nothing(self) -> None:
        assert hash_all_anew(dry_run=True, say=silent).done.total() == INQUIRIES
        assert self.found() == 0

    def test_second_run__goes_on_where_the_first_ended(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rotating, "BATCH", 5)

        def stop(_place: str) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            hash_all_anew(dry_run=False, say=stop)
        assert self.found() == 5
        assert hash_all_anew(dry_run=False, say=silent).done.total() == INQUIRIES - 5
        assert self.found() == INQUIRIES

    def test_unreadable_submission__keeps_the_hashes_of_its_inquiry(self) -> None:
        broken = Submission.objects.first()
        assert broken
        Submission.objects.filter(pk=broken.pk).update(blob=b"x" * 300)
        before = set(LookupToken.objects.filter(inquiry=broken.inquiry).values_list("pk"))
        rotated = hash_all_anew(dry_run=False, say=silent)
        assert rotated.left.total() == 1
        after = set(LookupToken.objects.filter(inquiry=broken.inquiry).values_list("pk"))
        assert after == before and self.found() == INQUIRIES - 1
        with pytest.raises(CommandError, match="keep the hashes"):
            call_command("rotate_lookup_key")

    def test_submission_that_waits_for_its_hashes__is_left_to_the_worker(self) -> None:
        waiting = make_inquiry()
        hash_all_anew(dry_run=False, say=silent)
        assert not LookupToken.objects.filter(inquiry=waiting).exists()
        index_submissions()
        assert self.found() == INQUIRIES + 1


class TestKilled:
    """Real processes on a database of their own."""

    @pytest.fixture
    def database(self, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
        with copied_database(django_db_blocker, "rotating") as name, django_db_blocker.unblock():
            fill()
            yield name

    # What makes pytest-django set the database up for the class.
    @pytest.mark.django_db
    def test_these_tests_have_a_database(self) -> None:
        assert connection.settings_dict["NAME"].startswith("test_")

    def kill_after_a_batch(self, database: str, command: str, **keys: str) -> None:
        """Run a command five rows at a time and kill it once it says that some are done."""
        small = "import trials.inquiries.services.rotating as r; r.BATCH = 5; "
        call = f"import django; django.setup(); {small}"
        call += f"from django.core.management import call_command; call_command('{command}')"
        process = subprocess.Popen(
            [sys.executable, "-c", call],
            cwd=ROOT,
            env=manage_environment(database, "worker") | keys,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr
        # The second batch is under way; the pipe is not read on.
        said = process.stderr.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        assert process.returncode == -signal.SIGKILL, said

    def test_sealing_key__next_run_ends_it_and_the_old_key_can_go(self, database: str) -> None:
        total = under("demo")
        self.kill_after_a_batch(database, "rotate_sealing_key", **with_new_key())
        assert under("k2027") >= 5
        assert under("k2027") + under("demo") == total
        between = manage(database, "worker", "verify_inquiries", **with_new_key())
        assert between.returncode == 0, between.stderr
        again = manage(database, "worker", "rotate_sealing_key", **with_new_key())
        assert again.returncode == 0, again.stderr
        assert under("demo") == 0
        alone = {"SEALING_PUBLIC_KEY": PUBLIC, "SEALING_PRIVATE_KEYS": PRIVATE}
        done = manage(database, "worker", "verify_inquiries", **alone)
        assert done.returncode == 0, done.stderr
        assert f"All {total:,} sealed values open" in done.stdout
        assert not planted_in(again.stdout + again.stderr)

    def test_lookup_key__next_run_ends_it(self, database: str) -> None:
        key = {"LOOKUP_KEY": "another lookup key " * 3}
        self.kill_after_a_batch(database, "rotate_lookup_key", **key)
        again = manage(database, "worker", "rotate_lookup_key", **key)
        assert again.returncode == 0, again.stderr
        done = manage(database, "worker", "verify_inquiries", **key)
        assert done.returncode == 0, done.stderr

    def test_without_the_owners_address__says_what_is_missing(self, database: str) -> None:
        settings = connection.settings_dict
        address = f"postgres://clinic_worker@/{database}?host={settings['HOST']}&port="
        elsewhere = {"DATABASE_URL": address + settings["PORT"], "DATA_DIR": "/nonexistent"}
        refused = manage(database, "worker", "rotate_sealing_key", **with_new_key(), **elsewhere)
        assert refused.returncode != 0 and "OWNER_DATABASE_URL is missing" in refused.stderr
        owner = {
            "OWNER_DATABASE_URL": elsewhere["DATABASE_URL"].replace("clinic_worker", "postgres")
        }
        done = manage(
            database, "worker", "rotate_sealing_key", **with_new_key(), **elsewhere, **owner
        )
        assert done.returncode == 0 and under("demo") == 0, done.stderr
