"""Whether this process can do its work, and what the project package contributes to that."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from clinic.contributions import contributions
from clinic.models import WorkerHeartbeat

WORKER_SILENCE = timedelta(minutes=2)

Check = Callable[[], str | None]


def problems() -> dict[str, str]:
    """Return what is wrong, by the name of the check; nothing is when everything works."""
    found: dict[str, str] = {}
    for module in contributions("health"):
        checks: dict[str, Check] = module.CHECKS
        for name, check in checks.items():
            try:
                problem = check()
            except DatabaseError:
                problem = "the database does not answer"
            if problem:
                found[name] = problem
    return found


def _database() -> str | None:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT 1")
    return None


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {})


def _migrations() -> str | None:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        missing = _known_migrations() - set(cursor.fetchall())
    return f"{len(missing)} migrations are not applied" if missing else None


def _worker() -> str | None:
    beat = WorkerHeartbeat.objects.first()
    if beat is None:
        return "no worker was ever seen"
    silence = timezone.now() - beat.at
    if silence > WORKER_SILENCE:
        return f"no worker was seen for {int(silence.total_seconds())} seconds"
    return None


CHECKS: dict[str, Check] = {"database": _database, "migrations": _migrations, "worker": _worker}
