"""The product on a Postgres of the operator's own, with an owner that is no superuser."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import two_free_ports

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path("/usr/lib/postgresql/15/bin")
NOBODY = 65534

pytestmark = pytest.mark.skipif(
    not (PROGRAMS / "postgres").exists(), reason="Debian's postgresql-15 is not installed"
)


class Server:
    """A PostgreSQL 15 that trusts everybody on this machine."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.port = two_free_ports()

    def run(self, program: str, *arguments: object) -> None:
        as_nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"]
        capability = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        prefix = ["setpriv", *as_nobody, *capability] if os.geteuid() == 0 else []
        subprocess.run(
            [*prefix, PROGRAMS / program, *map(str, arguments)],
            cwd="/",
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def start(self) -> None:
        if os.geteuid() == 0:
            os.chown(self.directory, NOBODY, NOBODY)
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "admin", "--locale=C.UTF-8")
        options = f"-p {self.port} -k '' -c listen_addresses=127.0.0.1 -c fsync=off"
        log = self.data / "log"
        self.run("pg_ctl", "-D", self.data, "-l", log, "-o", options, "-w", "start")
        self.sql("CREATE ROLE clinic_owner LOGIN CREATEROLE")
        self.sql("CREATE DATABASE clinic OWNER clinic_owner TEMPLATE template0 ENCODING 'UTF8'")

    def sql(self, statement: str) -> None:
        connection = ["-h", "127.0.0.1", "-p", self.port, "-U", "admin", "-d", "postgres"]
        self.run("psql", *connection, "-q", "-c", statement)

    def stop(self) -> None:
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def manage(self, process: str, user: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command as a process of production would connect."""
        address = f"postgres://{user}@127.0.0.1:{self.port}/clinic"
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={
                "PATH": os.defpath,
                "DEMO": "1",
                "IGNORE_DOTENV": "1",
                "PROCESS": process,
                "DATABASE_URL": address,
                "DATA_DIR": str(self.directory / "unused"),
            },
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("postgres-15"))
    server.start()
    try:
        migrated = server.manage("owner", "clinic_owner", "migrate", "--verbosity=0")
        assert migrated.returncode == 0, migrated.stderr
        yield server
    finally:
        server.stop()


def test_migrations_made_the_roles(server: Server) -> None:
    completed = server.manage("owner", "clinic_owner", "sync_database_roles")
    assert completed.returncode == 0, completed.stderr


def test_public_role__reads_pages_and_no_people(server: Server) -> None:
    pages = "from wagtail.models import Page; print(Page.objects.count())"
    completed = server.manage("public", "clinic_public", "shell", "--no-imports", "-c", pages)
    assert completed.stdout.strip().isdecimal(), completed.stderr
    people = "from clinic.models import User; print(User.objects.count())"
    completed = server.manage("public", "clinic_public", "shell", "--no-imports", "-c", people)
    assert "permission denied for table clinic_user" in completed.stderr


def test_no_bundled_server_is_started(server: Server) -> None:
    server.manage("staff", "clinic_staff", "showmigrations", "clinic")
    assert not (server.directory / "unused").exists()


def test_backup__goes_back_into_another_database_of_an_owner_who_is_no_superuser(
    server: Server, tmp_path: Path
) -> None:
    made = server.manage("owner", "clinic_owner", "backup", str(tmp_path), "--without-media")
    assert made.returncode == 0, made.stderr
    folder = made.stdout.strip()
    into_copy = ["restore", folder, "--database=clinic_copy"]
    refused = server.manage("owner", "clinic_owner", *into_copy, "--create")
    assert refused.returncode == 1 and "permission denied to create database" in refused.stderr
    server.sql("CREATE DATABASE clinic_copy OWNER clinic_owner TEMPLATE template0 ENCODING 'UTF8'")
    restored = server.manage("owner", "clinic_owner", *into_copy)
    assert restored.returncode == 0, restored.stderr
    assert "Restored." in restored.stdout
