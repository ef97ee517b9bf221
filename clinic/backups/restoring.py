"""The way back: only what is whole, and only into a database that is empty."""

import tarfile
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from clinic.audit import record_event
from clinic.backups import manifest as manifests
from clinic.backups import programs
from clinic.backups.making import row_counts
from clinic.backups.manifest import DUMP, MEDIA, BadBackupError, Manifest
from clinic.database_roles import sync_database_roles

_BUILTIN_LOCALE_SINCE = 17
_LOCALES = {
    True: "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'",
    False: "LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'",
}


class NotEmptyError(RuntimeError):
    """The database holds tables already: nothing is written over."""


def check(folder: Path) -> Manifest:
    """Return the manifest of a whole backup; raises BadBackupError or ProgramError.

    Reads every file, and the whole dump as pg_restore reads it.
    """
    manifest = manifests.read(folder)
    manifests.check_files(folder, manifest)
    if DUMP not in manifest.files:
        raise BadBackupError(f"{folder} holds no {DUMP}.")
    restore = programs.find("pg_restore", int(manifest.server_version.split(".")[0].split()[0]))
    programs.run(restore, ["--file=/dev/null", folder / DUMP], connection)
    return manifest


def use_database(name: str, *, create: bool) -> None:
    """Work on another database of the same server from now on, made first where asked for."""
    connection.close()
    if create:
        is_new = _server_major_of_the_server() >= _BUILTIN_LOCALE_SINCE
        with connection._nodb_cursor() as cursor:
            quoted = connection.ops.quote_name(name)
            cursor.execute(
                f"CREATE DATABASE {quoted} TEMPLATE template0 ENCODING 'UTF8' {_LOCALES[is_new]}"
            )
    connection.settings_dict["NAME"] = name


def _server_major_of_the_server() -> int:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def restore(folder: Path, *, with_media: bool = True) -> Manifest:
    """Fill the empty database from a whole backup; return what the backup said of itself.

    All of it or nothing: the dump is loaded in one transaction, and every table must have as many
    rows as the manifest says. Raises BadBackupError, NotEmptyError or ProgramError.
    """
    manifest = check(folder)
    _refuse_unless_empty()
    program = programs.find("pg_restore", programs.server_major(connection))
    arguments = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    database = connection.settings_dict["NAME"]
    programs.run(program, [*arguments, f"--dbname={database}", folder / DUMP], connection)
    _compare(manifest)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    sync_database_roles()
    if with_media and MEDIA in manifest.files:
        _unpack_media(folder / MEDIA)
    with transaction.atomic():
        record_event(action="backup.restored", object_type="backup", object_id=folder.name)
    return manifest


def unknown_migrations(manifest: Manifest, known: set[str]) -> list[str]:
    """Return the migrations of the backup that the code at hand does not have."""
    return sorted(set(manifest.migrations) - known)


def _refuse_unless_empty() -> None:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    if tables:
        name = connection.settings_dict["NAME"]
        raise NotEmptyError(
            f"The database {name} holds {len(tables)} tables. Restore into a new, empty one: "
            "nothing is ever written over."
        )


def _compare(manifest: Manifest) -> None:
    found = row_counts(connection)
    wrong = [table for table, rows in manifest.rows.items() if found.get(table) != rows]
    if wrong:
        raise BadBackupError(f"Restored, but rows are missing in: {', '.join(wrong)}.")


def _unpack_media(path: Path) -> None:
    """Add the pictures that are not there; what is there stays."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path) as archive:
        missing = [
            member
            for member in archive.getmembers()
            if member.isdir() or not (root / member.name).exists()
        ]
        archive.extractall(root, members=missing, filter="data")
