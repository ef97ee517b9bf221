"""A backup is whole or not there, and goes back into an empty database only."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection

from clinic.audit import record_event
from clinic.backups import programs
from clinic.backups.making import BusyError, _alone_in, delete_older, make_backup, whole_backups
from clinic.backups.manifest import DUMP, MEDIA, NAME, BadBackupError, described, read
from clinic.backups.restoring import NotEmptyError, check, restore
from clinic.models import AuditEvent, JobRun
from tests.served import (
    ROOT,
    copied_database,
    dropped_at_the_end,
    manage,
    manage_environment,
    until,
)


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    with copied_database(django_db_blocker, "backups") as name, django_db_blocker.unblock():
        record_event(action="before.the.backup")
        yield name


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "images").mkdir(parents=True)
    (settings.MEDIA_ROOT / "images" / "one.webp").write_bytes(b"a picture")
    return settings.MEDIA_ROOT


@pytest.fixture(scope="module")
def folder(database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_backup(tmp_path_factory.mktemp("backups"), with_media=False)


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(folder, tmp_path / folder.name)


def pg_restore() -> Path:
    return programs.find("pg_restore", programs.server_major(connection))


# What makes pytest-django set the database up for the module.
@pytest.mark.django_db
def test_these_tests_have_a_database() -> None:
    assert connection.settings_dict["NAME"].startswith("test_")


def test_backup__says_what_is_in_it(database: str, folder: Path) -> None:
    manifest = check(folder)
    assert manifest.rows["django_migrations"] == len(manifest.migrations)
    assert manifest.rows["clinic_auditevent"] >= 1
    assert set(manifest.files) == {DUMP}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_backup__holds_no_key(database: str, folder: Path) -> None:
    everything = b"".join(path.read_bytes() for path in folder.iterdir())
    script = subprocess.run(
        [pg_restore(), "--file=-", folder / DUMP],
        capture_output=True,
        check=True,
    )
    keys = [django_settings.LOOKUP_KEY, django_settings.RECEIPT_KEY, django_settings.SECRET_KEY]
    keys += [key.partition(":")[2] for key in django_settings.SEALING_PRIVATE_KEYS]
    assert len(keys) == 4 and all(keys)
    assert not [key for key in keys if key.encode() in everything + script.stdout]


def test_backup__is_remembered_for_readiness_and_the_audit(database: str, folder: Path) -> None:
    run = JobRun.objects.filter(name="backup", succeeded=True).order_by("-started_at").first()
    assert run and run.finished_at
    assert AuditEvent.objects.filter(action="backup.made", object_id=folder.name).exists()


def test_command__prints_the_folder(database: str, media: Path, tmp_path: Path) -> None:
    printed = call_command("backup", str(tmp_path / "kept"), keep_days=35)
    assert whole_backups(tmp_path / "kept") == [Path(printed)]
    assert set(read(Path(printed)).files) == {DUMP, MEDIA}


def test_restored__has_every_row_the_pictures_and_the_roles(
    database: str, media: Path, tmp_path: Path
) -> None:
    folder = make_backup(tmp_path / "kept")
    data_dir = tmp_path / "elsewhere"
    with dropped_at_the_end(f"{database}_restored") as name:
        restored = manage(
            *(database, "owner", "restore", str(folder), f"--database={name}", "--create"),
            RESTORED_MEDIA=str(data_dir),
        )
        assert restored.returncode == 0, restored.stderr
        assert "A whole backup of" in restored.stdout
        pages = "from wagtail.models import Page; print(Page.objects.count())"
        seen = manage(name, "public", "shell", "--no-imports", "--command", pages)
        assert seen.stdout.strip() == str(read(folder).rows["wagtailcore_page"]), seen.stderr
        again = manage(database, "owner", "restore", str(folder), f"--database={name}")
        assert again.returncode == 1 and "nothing is ever written over" in again.stderr
    assert (data_dir / "images" / "one.webp").read_bytes() == b"a picture"


def test_full_database__is_never_written_over(database: str, folder: Path) -> None:
    with pytest.raises(NotEmptyError, match="nothing is ever written over"):
        restore(folder)


class TestBrokenBackups:
    def test_without_a_manifest__was_not_finished(self, copy: Path) -> None:
        (copy / NAME).unlink()
        with pytest.raises(BadBackupError, match="was not finished"):
            check(copy)

    def test_cut_off_manifest__cannot_be_read(self, copy: Path) -> None:
        text = (copy / NAME).read_text()
        (copy / NAME).write_text(text[: len(text) // 2])
        with pytest.raises(BadBackupError, match="cannot be read"):
            check(copy)

    @pytest.mark.parametrize("left", [0.0, 0.5, 0.99])
    def test_truncated_dump__is_noticed(self, copy: Path, left: float) -> None:
        data = (copy / DUMP).read_bytes()
        (copy / DUMP).write_bytes(data[: int(len(data) * left)])
        with pytest.raises(BadBackupError, match="is cut off or was changed"):
            check(copy)

    def test_changed_byte__is_noticed(self, copy: Path) -> None:
        data = bytearray((copy / DUMP).read_bytes())
        data[len(data) // 2] ^= 1
        (copy / DUMP).write_bytes(data)
        with pytest.raises(BadBackupError, match="hash"):
            check(copy)

    def test_missing_file__is_noticed(self, copy: Path) -> None:
        (copy / DUMP).unlink()
        with pytest.raises(BadBackupError, match="is missing"):
            check(copy)

    def test_dump_that_was_cut_before_it_was_described__is_noticed(
        self, database: str, copy: Path
    ) -> None:
        """The list of contents stands first, so that pg_restore --list finds nothing wrong."""
        data = (copy / DUMP).read_bytes()[:-2000]
        (copy / DUMP).write_bytes(data)
        listed = [pg_restore(), "--list", copy / DUMP]
        assert subprocess.run(listed, capture_output=True, check=False).returncode == 0
        values = json.loads((copy / NAME).read_text())
        stored = described(copy / DUMP)
        values["files"][DUMP] = {"bytes": stored.bytes, "sha256": stored.sha256}
        (copy / NAME).write_text(json.dumps(values))
        with pytest.raises(programs.ProgramError, match="pg_restore"):
            check(copy)

    def test_restore_command__refuses_with_one_sentence(self, copy: Path, database: str) -> None:
        (copy / NAME).unlink()
        with pytest.raises(CommandError, match="was not finished"):
            call_command("restore", str(copy), check=True)


@pytest.mark.parametrize("moment", ["the folder is there", "the dump is being written"])
def test_killed_backup__leaves_nothing_that_looks_whole(
    database: str, tmp_path: Path, moment: str
) -> None:
    pattern = "*.partial" if moment == "the folder is there" else f"*.partial/{DUMP}"
    process = subprocess.Popen(
        [sys.executable, "manage.py", "backup", str(tmp_path)],
        cwd=ROOT,
        env=manage_environment(database, "owner"),
        stdout=subprocess.DEVNULL,
    )
    until(lambda: list(tmp_path.glob(pattern)), bool)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    assert whole_backups(tmp_path) == []
    left = list(tmp_path.glob("*.partial"))
    assert len(left) == 1
    with pytest.raises(BadBackupError):
        check(left[0])
    assert make_backup(tmp_path, with_media=False) in whole_backups(tmp_path)
    assert not list(tmp_path.glob("*.partial"))


def test_full_disk__leaves_nothing_and_says_so(database: str, tmp_path: Path) -> None:
    limited = ["prlimit", "--fsize=100000", sys.executable, "manage.py", "backup", str(tmp_path)]
    completed = subprocess.run(
        limited,
        cwd=ROOT,
        env=manage_environment(database, "owner"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 1
    assert "There is no new backup." in completed.stderr
    assert not list(tmp_path.glob("clinic-*"))


def test_second_backup_at_once__is_refused(database: str, tmp_path: Path) -> None:
    with _alone_in(tmp_path), pytest.raises(BusyError):
        make_backup(tmp_path)


def test_old_backups__go_and_the_newest_stays(copy: Path, tmp_path: Path) -> None:
    older = shutil.copytree(copy, tmp_path / "clinic-2020-01-01T000000.000000Z")
    for folder, year in ((older, 2020), (copy, 2021)):
        values = json.loads((folder / NAME).read_text())
        values["made_at"] = f"{year}-01-01T00:00:00+00:00"
        (folder / NAME).write_text(json.dumps(values))
    assert delete_older(tmp_path, timedelta(days=35)) == 1
    assert whole_backups(tmp_path) == [copy]


class TestPrograms:
    def test_older_programs__are_not_taken(self) -> None:
        with pytest.raises(programs.ProgramError, match="PostgreSQL 99 or newer is missing"):
            programs.find("pg_dump", 99)

    def test_nearest_version__is_taken(self, database: str) -> None:
        major = programs.server_major(connection)
        assert programs._major(programs.find("pg_dump", major)) == major

    def test_password__is_in_no_argument(self, tmp_path: Path) -> None:
        class Connection:
            def get_connection_params(self) -> dict[str, str]:
                return {"user": "u", "password": "secret-word", "dbname": "d"}

        shows = tmp_path / "shows"
        shows.write_text('#!/bin/sh\necho "$PGUSER $PGPASSWORD $*" >&2; exit 1\n')
        shows.chmod(0o700)
        with pytest.raises(programs.ProgramError, match=r"u secret-word --list$"):
            programs.run(shows, ["--list"], Connection())  # type: ignore[arg-type]
