"""What an upgrade asks of the database, as its owner; ``clinic/upgrade.py`` says in which order."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations import Migration, operations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation

from clinic.models import AuditEvent, WorkerHeartbeat

# Doors are stopped by then: whoever still holds a lock is a forgotten session.
LOCK_TIMEOUT = "15s"
_LOSING = (operations.DeleteModel, operations.RemoveField)
_LOSING_SQL = re.compile(r"\b(DROP\s+(TABLE|COLUMN)|TRUNCATE|DELETE\s+FROM)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Plan:
    """What this release would do to the database that it finds."""

    migrations: list[str]
    may_lose: list[str]
    not_in_one_go: list[str]
    of_newer_code: list[str]


def plan() -> Plan:
    """Return the migrations that are not applied, and what is to be known of them."""
    executor = MigrationExecutor(connection)
    loader = executor.loader
    steps = [step for step, _back in executor.migration_plan(loader.graph.leaf_nodes())]
    known = set(loader.disk_migrations)
    return Plan(
        migrations=[_name(step) for step in steps],
        may_lose=[
            f"{_name(step)}: {operation.describe()}"
            for step in steps
            for operation in step.operations
            if _may_lose(operation)
        ],
        not_in_one_go=[_name(step) for step in steps if not step.atomic],
        of_newer_code=[
            f"{app}.{name}"
            for app, name in sorted(set(loader.applied_migrations) - known)
            if app in loader.migrated_apps
        ],
    )


def _may_lose(operation: Operation) -> bool:
    """Return whether rows or values may be gone afterwards; what Python does, nobody can tell."""
    if isinstance(operation, operations.RunSQL):
        return _LOSING_SQL.search(str(operation.sql)) is not None
    return isinstance(operation, _LOSING)


def _name(step: Migration) -> str:
    return f"{step.app_label}.{step.name}"


def migrate_in_one_go() -> None:
    """Apply every migration in one transaction: all, or the database stays as it was.

    Raises what the migration raised, and OperationalError when a lock is not to be had.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            # Otherwise a table that one migration filled could not be altered by the next.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        call_command("migrate", interactive=False, verbosity=1)


def empty_database() -> None:
    """Drop everything of ours, so that a backup can be restored; extensions come with it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def events_of_people_since(moment: datetime) -> int:
    """Return how much visitors and staff have done since then, by the audit."""
    return AuditEvent.objects.filter(process__in=("public", "staff"), at__gte=moment).count()


def worker_was_seen_since(moment: datetime) -> bool:
    """Return whether a worker is alive that was started then or later."""
    return WorkerHeartbeat.objects.filter(at__gte=moment).exists()
