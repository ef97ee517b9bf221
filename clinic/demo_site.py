"""The demo site: its content, its static files and the processes that serve it."""

import hashlib
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import transaction

from clinic.contributions import contributions
from clinic.database_roles import ROLES
from clinic.embedded_postgres import is_configured
from clinic.supervision import Supervisor

HOST_VARIABLE = "HOST"
_STAMP = ".collected-from"


@dataclass(frozen=True)
class DemoContext:
    """What a room's ``demo.load`` gets."""

    password: str
    say: Callable[[str], None]


def busy_port(ports: list[int]) -> int | None:
    """Return the first port that somebody else listens on."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host(), port))
            except OSError:
                return port
    return None


def host() -> str:
    """Return the address to listen on: this machine alone unless HOST says otherwise."""
    return os.environ.get(HOST_VARIABLE, "127.0.0.1")


def load_content(say: Callable[[str], None]) -> None:
    """Add what is missing of the demo content of every room, in one transaction."""
    context = DemoContext(password=settings.DEMO_PASSWORD, say=say)
    modules = list(contributions("demo"))
    with transaction.atomic():
        for module in modules:
            if hasattr(module, "load"):
                module.load(context)
    for module in modules:
        if hasattr(module, "after_load"):
            module.after_load(context)


def collect_static_files() -> bool:
    """Write hashed and compressed static files when one has changed; return whether it did."""
    stamp = Path(settings.STATIC_ROOT) / _STAMP
    fingerprint = _static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=stamp.exists())
    stamp.write_text(fingerprint)
    return True


def _static_fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = os.stat(storage.path(path))
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def supervisor(when_ready: Callable[[], None], missing_roles: list[str]) -> Supervisor:
    """Return the supervisor of both doors, the worker and, when it is ours, Postgres."""
    doors = {"public": settings.PORT, "staff": settings.PORT + 1}

    def wait_and_tell() -> None:
        if _wait_for([f"http://{host()}:{port}/healthz" for port in doors.values()]):
            when_ready()

    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    own = is_configured(settings.DATABASES, settings.DATA_DIR)
    boss = Supervisor(wait_and_tell)
    if own:
        command = [sys.executable, "-m", "clinic.embedded_postgres", str(settings.DATA_DIR)]
        boss.add("postgres", command, _environment({}))
    for process, port in doors.items():
        workers = min(2, os.cpu_count() or 1) if process == "public" else 1
        command = [*manage, "serve", f"--port={port}", f"--host={host()}", f"--workers={workers}"]
        boss.add(process, command, _process_environment(process, own, missing_roles))
    worker = _process_environment("worker", own, missing_roles)
    boss.add("worker", [*manage, "run_worker"], worker)
    return boss


def _process_environment(process: str, own: bool, missing_roles: list[str]) -> dict[str, str]:
    values = {"PROCESS": process}
    if not own and ROLES[process] not in missing_roles:
        values["DATABASE_ROLE"] = ROLES[process]
    return _environment(values)


def _environment(values: dict[str, str]) -> dict[str, str]:
    return os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(settings.BASE_DIR)} | values


def _wait_for(addresses: list[str], seconds: int = 120) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            for address in addresses:
                urllib.request.urlopen(address, timeout=5).close()  # noqa: S310
            return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    return False
