"""Real server processes for tests, on a database of their own that tests and server both see."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 30

Found = TypeVar("Found")


def until(look: Callable[[], Found], good: Callable[[Found], bool]) -> Found:
    """Look until what is seen is good; fail after a time that no working server needs."""
    deadline = monotonic() + PATIENCE_SECONDS
    while True:
        seen = look()
        if good(seen):
            return seen
        assert monotonic() < deadline, seen
        sleep(0.05)


@contextmanager
def copied_database(blocker: Any, suffix: str) -> Iterator[str]:
    """Work, committing, on a copy of the test database; it is dropped at the end."""
    with blocker.unblock():
        original = connection.settings_dict["NAME"]
        copy = f"{original}_{suffix}"
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
        connection.settings_dict["NAME"] = copy
        try:
            yield copy
        finally:
            connection.close()
            connection.settings_dict["NAME"] = original
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


@contextmanager
def served(port: int, environment: dict[str, str], log: Path | None = None) -> Iterator[str]:
    """Serve one door with one worker until the end; yield its address.

    What it says goes into ``log`` where one is named.
    """
    with log.open("wb") if log else nullcontext() as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", f"--port={port}", "--workers=1"],
            cwd=ROOT,
            env={"DJANGO_SETTINGS_MODULE": "tests.served_settings"} | environment,
            stdout=output,
            stderr=output,
        )
    address = f"http://localhost:{port}"
    try:
        until(lambda: _lives(address), bool)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _lives(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
    except (urllib.error.URLError, OSError):
        return False
    return True


def manage(
    database: str, process: str, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command on a database that a test named, as one of the processes."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=manage_environment(database, process) | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def manage_environment(database: str, process: str) -> dict[str, str]:
    """Return the environment of a command on a database that a test named."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.served_settings",
        "SERVED_DATABASE": database,
        "PROCESS": process,
    }


@contextmanager
def dropped_at_the_end(database: str) -> Iterator[str]:
    """Have a database that a command makes dropped afterwards."""

    def drop() -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    drop()
    try:
        yield database
    finally:
        drop()
