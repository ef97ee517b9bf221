"""What the public, staff and worker roles may do with each table, synced after migrate.

An allow-list: each app lists its tables in ``database_grants.py``::

    GRANTS = {"public": {"clinic_person": READ}, "staff": tables_of("clinic", ALL)}
    OWNER_ONLY = {"some_table"}          # nobody but the owner, decided
    NOT_SHOWN = {"inquiries_receipt"}    # the public role reads it, but no cached page shows it

What is not listed is refused. A role's privileges are taken away and given again in one
transaction, so that a table that left the list is closed too.
"""

import re
from collections.abc import Iterable

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from clinic.contributions import contributions

ROLES = {process: f"clinic_{process}" for process in ("public", "staff", "worker")}
READ = ["SELECT"]
ADD = ["SELECT", "INSERT"]
ALL = ["SELECT", "INSERT", "UPDATE", "DELETE"]

Grants = dict[str, dict[str, list[str]]]

_PRIVILEGE = re.compile(r"(SELECT|INSERT|UPDATE|DELETE)( ?\([a-z0-9_]+(, ?[a-z0-9_]+)*\))?")
_LOCK = 6_043_117  # any number: one synchronisation at a time


def tables_of(app_label: str, privileges: list[str]) -> dict[str, list[str]]:
    """Return the privileges for every table of an app."""
    models = apps.get_app_config(app_label).get_models(include_auto_created=True)
    return {model._meta.db_table: privileges for model in models}


def collect_grants() -> Grants:
    """Return what every app grants, by process; raises ValueError for what is not known."""
    grants: Grants = {process: {} for process in ROLES}
    for module in contributions("database_grants"):
        for process, tables in module.GRANTS.items():
            if process not in ROLES:
                raise ValueError(f"{module.__name__}: unknown role {process!r}")
            for table, privileges in tables.items():
                for privilege in privileges:
                    if not _PRIVILEGE.fullmatch(privilege):
                        raise ValueError(f"{module.__name__}: unknown privilege {privilege!r}")
                known = grants[process].setdefault(table, [])
                known.extend(p for p in privileges if p not in known)
    return grants


def undecided_tables() -> set[str]:
    """Return the tables of installed models for which no app decided anything."""
    decided = {table for tables in collect_grants().values() for table in tables}
    for module in contributions("database_grants"):
        decided |= getattr(module, "OWNER_ONLY", set())
    models = apps.get_models(include_auto_created=True)
    managed = {model._meta.db_table for model in models if model._meta.managed}
    return managed - decided


def shown_tables() -> set[str]:
    """Return the tables that a public page may show: a change there makes cached pages old."""
    hidden: set[str] = set()
    for module in contributions("database_grants"):
        hidden |= getattr(module, "NOT_SHOWN", set())
    tables = collect_grants()["public"]
    return {table for table, privileges in tables.items() if "SELECT" in privileges} - hidden


def sync_database_roles(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Make each role's privileges what the allow-list says; return the roles that do not exist.

    Roles are made where the owner may (CREATEROLE); otherwise an administrator makes them once.
    """
    connection = connections[using]
    grants = collect_grants()
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        missing = _create_missing_roles(connection)
        # A schema of one's own for a session is a place for functions that nobody listed.
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")
        existing = set(connection.introspection.table_names(cursor))
        for process, role in ROLES.items():
            if role not in missing:
                cursor.execute(";\n".join(_statements(role, grants[process], existing)))
    return missing


def sync_after_migrate(using: str = DEFAULT_DB_ALIAS, **_: object) -> None:
    """Receive ``post_migrate``: the owner's migrations end with the roles in step."""
    if settings.PROCESS == "owner":
        sync_database_roles(using)


def _create_missing_roles(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [[*ROLES.values()]])
        missing = sorted(set(ROLES.values()) - {name for (name,) in cursor.fetchall()})
        cursor.execute(
            "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        (may_create,) = cursor.fetchone()
        if not may_create:
            return missing
        for role in missing:
            cursor.execute(f"CREATE ROLE {role} LOGIN")
            cursor.execute(f"GRANT {role} TO CURRENT_USER")
    return []


def _statements(role: str, grants: dict[str, list[str]], existing: set[str]) -> Iterable[str]:
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}"
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    for table, privileges in sorted(grants.items()):
        if table in existing:
            yield f'GRANT {", ".join(privileges)} ON TABLE "{table}" TO {role}'
