"""Making a backup: a folder under another name until all of it is on the disk and was read back.

Dump and row counts are of one moment (an exported snapshot). No key is in it: what is sealed stays
sealed, and the keys have a backup of their own elsewhere.
"""

import fcntl
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection as default_connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from clinic.audit import record_event
from clinic.backups import manifest as manifests
from clinic.backups import programs
from clinic.backups.manifest import DUMP, MEDIA, Manifest
from clinic.models import JobRun

JOB = "backup"  # the name under which the newest good backup stands among the job runs
PREFIX = "clinic-"
_PARTIAL = ".partial"
_LOCK = ".lock"


class BusyError(RuntimeError):
    """Another backup is being written into the same folder."""


def make_backup(target: Path, *, with_media: bool = True) -> Path:
    """Write a backup into a new folder below ``target`` and return that folder.

    Raises ProgramError or OSError and leaves nothing behind when it cannot be finished. What a
    killed run left is removed by the next one; its name ends in ``.partial``.
    """
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone_in(target):
        for left in target.glob(f"{PREFIX}*{_PARTIAL}"):
            shutil.rmtree(left)
        started = timezone.now()
        finished = target / f"{PREFIX}{started:%Y-%m-%dT%H%M%S.%fZ}"
        partial = finished.with_name(finished.name + _PARTIAL)
        partial.mkdir(mode=0o700)
        try:
            _fill(partial, with_media=with_media)
            partial.rename(finished)
            _sync(target)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    JobRun.objects.create(name=JOB, started_at=started, finished_at=timezone.now(), succeeded=True)
    record_event(action="backup.made", object_type="backup", object_id=finished.name)
    return finished


def whole_backups(target: Path) -> list[Path]:
    """Return the folders of finished backups, the oldest first."""
    found = [path for path in target.glob(f"{PREFIX}*") if not path.name.endswith(_PARTIAL)]
    return sorted(path for path in found if (path / manifests.NAME).is_file())


def delete_older(target: Path, age: timedelta) -> int:
    """Delete the backups older than ``age``, never the newest; return how many."""
    deleted = 0
    for folder in whole_backups(target)[:-1]:
        made_at = datetime.fromisoformat(manifests.read(folder).made_at)
        if timezone.now() - made_at > age:
            # Not whole from the first deleted file on, whenever this is interrupted.
            (folder / manifests.NAME).unlink()
            shutil.rmtree(folder)
            deleted += 1
    return deleted


@contextmanager
def _alone_in(target: Path) -> Iterator[None]:
    descriptor = os.open(target / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(f"Another backup is being written into {target}.") from None
        yield
    finally:
        os.close(descriptor)


def _fill(folder: Path, *, with_media: bool) -> None:
    connection = default_connection.copy()
    try:
        major = programs.server_major(connection)
        dump = folder / DUMP
        with _snapshot(connection) as snapshot:
            facts = _facts(connection)
            arguments = ["--format=custom", f"--snapshot={snapshot}", f"--file={dump}"]
            programs.run(programs.find("pg_dump", major), arguments, connection)
        # The list of contents stands first in the file: only reading all of it shows a cut.
        restore = programs.find("pg_restore", major)
        programs.run(restore, ["--file=/dev/null", dump], connection)
    finally:
        connection.close()
    # After the dump: what it names is there, unless it was deleted in these minutes.
    if with_media:
        _pack_media(folder / MEDIA)
    names = sorted(path.name for path in folder.iterdir())
    files = {name: manifests.described(folder / name) for name in names}
    facts["files"] = files
    Manifest(**facts).write(folder)  # type: ignore[arg-type]
    for path in folder.iterdir():
        _sync(path)
    _sync(folder)


@contextmanager
def _snapshot(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """Hold one moment of the database; yield the name by which pg_dump sees the same."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]
        cursor.execute("COMMIT")


def _facts(connection: BaseDatabaseWrapper) -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        migrations = [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT position, encode(digest, 'hex') FROM clinic_auditchain"
                       " ORDER BY position DESC LIMIT 1")  # fmt: skip
        head = cursor.fetchone()
    return {
        "made_at": timezone.now().isoformat(),
        "server_version": version,
        "migrations": migrations,
        "rows": row_counts(connection),
        "sealed_for": _sealed_for(connection),
        "audit_head": f"{head[0]}:{head[1]}" if head else "",
    }


def row_counts(connection: BaseDatabaseWrapper) -> dict[str, int]:
    """Return how many rows each table has."""
    counts = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            counts[table] = cursor.fetchone()[0]
    return counts


def _sealed_for(connection: BaseDatabaseWrapper) -> dict[str, dict[str, int]]:
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if any(field.name == "key_id" for field in model._meta.fields):
                table = model._meta.db_table
                cursor.execute(
                    f"SELECT key_id, count(*) FROM {connection.ops.quote_name(table)}"  # noqa: S608
                    " WHERE key_id <> '' GROUP BY key_id ORDER BY key_id"
                )
                found[table] = dict(cursor.fetchall())
    return found


def _pack_media(path: Path) -> None:
    root = Path(settings.MEDIA_ROOT)
    with tarfile.open(path, "w") as archive:
        if root.is_dir():
            archive.add(root, arcname=".")


def _sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk before we go on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
