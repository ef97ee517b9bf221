"""Upgrading real release folders with real processes, and the way back when it goes wrong."""

import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg2
import pytest
from django.db import connection
from django.utils import timezone

from clinic.backups.programs import find, run, server_major
from clinic.deployment_check import production_environment
from clinic.models import AuditEvent, ClinicSettings
from tests.browser.conftest import two_free_ports
from tests.clinic.previous_release import KEYS
from tests.factories import make_home_page
from tests.inquiries.factories import ANSWERS, make_inquiry
from tests.served import ROOT, copied_database, dropped_at_the_end, manage, until
from trials.inquiries.models import Inquiry

PREVIOUS = Path(__file__).parent / "previous_release.sql.gz"
PARTS = ("clinic", "education", "trials", "templates", "docs/operating")
FILES = ("manage.py", "requirements.txt", "tests/__init__.py", "tests/served_settings.py")
# Stands in for systemd: what it starts is a real process of the current release.
SYSTEMCTL = """
import os, pathlib, signal, subprocess, sys, time
verb, *units = sys.argv[1:]
machine = pathlib.Path(os.environ["MACHINE"])
commands = {
    "worker": ["run_worker"],
    "staff": ["serve", "--port", os.environ["STAFF_PORT"], "--workers=1", "--threads=1"],
    "public": ["serve", "--port", os.environ["PUBLIC_PORT"], "--workers=1", "--threads=1"],
}
for unit in units:
    process = unit.removeprefix("clinic@")
    note = machine / f"{process}.pid"
    with (machine / "control.log").open("a") as log:
        log.write(f"{verb} {process}\\n")
    if verb in {"stop", "restart"} and note.exists():
        number = int(note.read_text())
        note.unlink()
        try:
            os.killpg(number, signal.SIGTERM)
        except ProcessLookupError:
            continue
        for _try in range(600):
            try:
                os.killpg(number, 0)
            except ProcessLookupError:
                break
            time.sleep(0.05)
    if verb in {"start", "restart"} and not note.exists():
        out = (machine / f"{process}.log").open("a")
        child = subprocess.Popen(
            ["clinic", process, *commands[process]],
            start_new_session=True, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
        )
        note.write_text(str(child.pid))
"""

pytestmark = [pytest.mark.xdist_group("upgrade")]


@dataclass(frozen=True)
class Machine:
    """A machine as docs/operators.md sets it up, with two releases."""

    root: Path
    environment: dict[str, str]

    @property
    def current(self) -> str:
        return (self.root / "current").resolve().name

    def control(self, *arguments: str) -> None:
        subprocess.run(["systemctl", *arguments], env=self.environment, check=True)

    def upgrade(self, to: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                *(sys.executable, "-m", "clinic.upgrade"),
                *("--root", str(self.root), "--release", str(self.root / "releases" / to)),
                *("--backups", str(self.root / "backups"), "--patience", "45"),
                *("--staff-ready", f"http://localhost:{self.environment['STAFF_PORT']}/readyz"),
                *("--public-ready", f"http://localhost:{self.environment['PUBLIC_PORT']}/readyz"),
                *arguments,
            ],
            cwd=self.root / "releases" / to,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def ready(self) -> dict[str, Any]:
        """Return what the public door says of itself, once the staff door answers too."""
        found: dict[str, Any] = {}
        for door in ("STAFF_PORT", "PUBLIC_PORT"):
            address = f"http://localhost:{self.environment[door]}/readyz"
            try:
                with urllib.request.urlopen(address, timeout=10) as response:
                    found = json.loads(response.read())
            except OSError:
                return {"ready": False}
        return found

    def make_release(self, name: str, *, migration: str = "", broken: str = "") -> Path:
        """Add a release that has one more migration, or whose named process does not start."""
        folder = self.root / "releases" / name
        make_release(folder)
        if migration:
            add_migration(folder, migration)
        if broken:
            module = folder / "clinic" / {"staff": "urls/staff.py", "worker": "worker.py"}[broken]
            refusal = (
                f"import os\nif os.environ['PROCESS'] == '{broken}':\n    raise SystemExit(1)\n"
            )
            module.write_text(refusal + module.read_text())
        return folder

    def log(self) -> list[str]:
        return (self.root / "control.log").read_text().splitlines()


def make_release(folder: Path, source: Path = ROOT) -> None:
    for part in PARTS:
        shutil.copytree(
            source / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*.po")
        )
    (folder / "tests").mkdir()
    for file in FILES:
        shutil.copy(source / file, folder / file)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / ".installed").touch()


def commit_before(folder: Path) -> Path:
    """Return the code of the commit before this one.

    Our own where there is no history, or where that commit has other migrations than the database
    of these tests: what a migration does to a release before it has tests of its own here.
    """
    archive = ["git", "-C", str(ROOT), "archive", "--format=tar", "HEAD~1", *PARTS, *FILES]
    done = subprocess.run(archive, capture_output=True, check=False)
    if done.returncode:
        return ROOT
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as packed:
        packed.extractall(folder, filter="data")
    return folder if migrations(folder) == migrations(ROOT) else ROOT


def migrations(folder: Path) -> set[Path]:
    return {
        path.relative_to(folder)
        for part in ("clinic", "education", "trials")
        for path in (folder / part).rglob("migrations/0*.py")
    }


def add_migration(release: Path, operations: str) -> None:
    folder = release / "clinic" / "migrations"
    last = sorted(path.stem for path in folder.glob("0*.py"))[-1]
    (folder / "0999_of_the_test.py").write_text(
        "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n"
        f'    dependencies = [("clinic", "{last}")]\n'
        f"    operations = [{operations}]\n"
    )


def write_program(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture(scope="module")
def machine(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """One machine for the module: the tests upgrade it one after the other."""
    tmp_path = tmp_path_factory.mktemp("machine")
    with copied_database(django_db_blocker, "upgrade") as name:
        home = make_home_page()
        ClinicSettings.objects.get_or_create(site=home.get_site())
        etc = tmp_path / "etc"
        database = connection.settings_dict
        place = urlencode({"host": database["HOST"], "port": database["PORT"]})
        common = production_environment() | {
            "DJANGO_SETTINGS_MODULE": "tests.served_settings",
            "SERVED_DATABASE": name,
            "DATA_DIR": str(tmp_path / "data"),
            "ALLOWED_HOSTS": "localhost",
            "READY_BACKUP_HOURS": "0",
            "SYNTHETIC_EVERY_MINUTES": "0",
            "OWNER_DATABASE_URL": f"postgres://{database['USER']}@/{name}?{place}",
            **KEYS,
        }
        etc.mkdir()
        write_environment(etc / "common.env", common)
        for process in ("public", "staff", "worker", "owner"):
            url = f"postgres://clinic_{process}@/{name}?{place}"
            write_environment(etc / f"{process}.env", {"DATABASE_URL": url})
        make_release(tmp_path / "releases" / "old", commit_before(tmp_path / "before"))
        (tmp_path / "current").symlink_to(tmp_path / "releases" / "old")
        write_program(tmp_path / "bin" / "systemctl", f"#!{sys.executable}\n{SYSTEMCTL}")
        # Everybody is the one who runs the tests: runuser -u NAME -- COMMAND.
        write_program(tmp_path / "bin" / "runuser", '#!/bin/sh\nshift 3\nexec "$@"\n')
        write_program(
            tmp_path / "bin" / "clinic", (ROOT / "docs" / "operating" / "clinic").read_text()
        )
        helper = (tmp_path / "bin" / "clinic").read_text()
        (tmp_path / "bin" / "clinic").write_text(
            helper.replace("/srv/clinic/current", str(tmp_path / "current"))
        )
        port = two_free_ports()
        machine = Machine(
            tmp_path,
            {
                "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
                "MACHINE": str(tmp_path),
                "CLINIC_ETC": str(etc),
                "PUBLIC_PORT": str(port),
                "STAFF_PORT": str(port + 1),
            },
        )
        machine.control("start", "clinic@public", "clinic@staff", "clinic@worker")
        try:
            until(machine.ready, lambda found: found["ready"])
            yield machine
        finally:
            machine.control("stop", "clinic@public", "clinic@staff", "clinic@worker")


def write_environment(path: Path, values: dict[str, str]) -> None:
    path.write_text("".join(f'{name}="{value}"\n' for name, value in values.items()))


@pytest.fixture
def inquiry(machine: Machine, settings: Any) -> Inquiry:
    """An inquiry in the database of the machine, sealed for its key."""
    settings.SEALING_PUBLIC_KEY = KEYS["SEALING_PUBLIC_KEY"]
    settings.SEALING_PRIVATE_KEYS = [KEYS["SEALING_PRIVATE_KEYS"]]
    return make_inquiry()


# What makes pytest-django set the database up for the module.
@pytest.mark.django_db
def test_these_tests_have_a_database() -> None:
    assert connection.settings_dict["NAME"].startswith("test_")


TABLE = 'migrations.RunSQL("CREATE TABLE of_the_test (id int)", "")'


def is_as_before(machine: Machine, release: str, inquiry: Inquiry) -> bool:
    """Return whether a release runs on the database as it was."""
    until(machine.ready, lambda found: found["ready"])
    has_table = "of_the_test" in connection.introspection.table_names()
    opened = Inquiry.objects.get(pk=inquiry.pk).open_answers()["name"] == ANSWERS["name"]
    return machine.current == release and opened and not has_table


def test_failing_migration__changes_nothing(machine: Machine, inquiry: Inquiry) -> None:
    machine.make_release("failing", migration=f"{TABLE}, migrations.RunSQL('SELECT 1 / 0', '')")
    failed = machine.upgrade("failing")
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert "The database was not changed" in failed.stdout
    assert is_as_before(machine, "old", inquiry)


def test_worker_that_does_not_start__is_taken_back_with_the_database(
    machine: Machine, inquiry: Inquiry
) -> None:
    machine.make_release("workless", migration=TABLE, broken="worker")
    failed = machine.upgrade("workless", "--patience", "8")
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert "no sign of life of the new worker" in failed.stdout
    assert "workless did not become ready; old runs again" in failed.stdout
    assert is_as_before(machine, "old", inquiry)
    assert AuditEvent.objects.filter(action="backup.restored").count() == 1


def test_what_people_do__is_counted_before_anything_is_restored_away(machine: Machine) -> None:
    moment = timezone.now().isoformat()
    for process in ("owner", "worker", "staff", "public"):
        AuditEvent.objects.bulk_create([AuditEvent(action="of.the_test", process=process)])
    assert int(upgrade_step(machine, "events", moment)) == 2
    assert int(upgrade_step(machine, "events", timezone.now().isoformat())) == 0


def upgrade_step(machine: Machine, *arguments: str) -> str:
    return subprocess.run(
        ["clinic", "owner", "upgrade_step", *arguments],
        env=machine.environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_door_that_does_not_start__is_taken_back(machine: Machine, inquiry: Inquiry) -> None:
    machine.make_release("doorless", broken="staff")
    failed = machine.upgrade("doorless", "--patience", "5")
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert "Restoring" not in failed.stdout
    assert is_as_before(machine, "old", inquiry)


def test_what_may_lose_data__is_shown_and_needs_a_word(machine: Machine, inquiry: Inquiry) -> None:
    losing = 'migrations.RunSQL("DELETE FROM clinic_ratelimithit", "")'
    machine.make_release("losing", migration=losing)
    before = machine.log()
    refused = machine.upgrade("losing")
    assert refused.returncode == 1
    assert "May lose something: clinic.0999_of_the_test" in refused.stdout
    assert machine.log() == before
    assert is_as_before(machine, "old", inquiry)


def test_new_release__runs_with_its_migration_and_the_older_one_is_refused(
    machine: Machine, inquiry: Inquiry
) -> None:
    machine.make_release("new", migration=TABLE)
    backups = len(list((machine.root / "backups").glob("clinic-*")))
    done = machine.upgrade("new")
    assert done.returncode == 0, done.stdout + done.stderr
    assert machine.current == "new"
    assert machine.ready()["ready"]
    assert "of_the_test" in connection.introspection.table_names()
    assert inquiry.open_answers()["name"] == ANSWERS["name"]
    # The public door comes last, when the others work.
    assert machine.log()[-1] == "restart public"
    assert len(list((machine.root / "backups").glob("clinic-*"))) == backups + 1
    again, older = machine.upgrade("new"), machine.upgrade("old")
    assert (again.returncode, "runs already" in again.stdout) == (1, True)
    assert (older.returncode, "older than the one that ran" in older.stdout) == (1, True)


def fingerprint(database: str) -> tuple[int, int, str]:
    """Return how many inquiries and submissions there are, and a checksum of what they hold."""
    parameters = connection.get_connection_params() | {"dbname": database}
    with closing(psycopg2.connect(**parameters)) as other, other.cursor() as cursor:
        cursor.execute(
            """SELECT (SELECT count(*) FROM inquiries_inquiry), count(*),
                md5(string_agg(md5(concat_ws('/', id, inquiry_id, key_id, blob)), '' ORDER BY id))
            FROM inquiries_submission"""
        )
        found: tuple[int, int, str] = cursor.fetchone()
        return found


def test_database_of_the_release_before__is_upgraded_with_its_inquiries(
    machine: Machine, tmp_path: Path
) -> None:
    """From a dump that the release before this one wrote (see previous_release.py)."""
    name = f"{connection.settings_dict['NAME']}_before"
    with dropped_at_the_end(name):
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        script = tmp_path / "previous.sql"
        script.write_bytes(gzip.decompress(PREVIOUS.read_bytes()))
        psql = find("psql", server_major(connection))
        arguments = ["--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={name}", f"--file={script}"]
        run(psql, arguments, connection)
        before = fingerprint(name)
        plan = json.loads(manage(name, "owner", "upgrade_step", "plan").stdout)
        assert plan["migrations"] and not plan["of_newer_code"]
        migrated = manage(name, "owner", "upgrade_step", "migrate")
        assert migrated.returncode == 0, migrated.stderr
        opened = manage(name, "worker", "verify_inquiries", **KEYS)
        assert opened.returncode == 0, opened.stdout + opened.stderr
        assert fingerprint(name) == before and before[0]
