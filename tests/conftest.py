"""Fixtures that every test may use."""

import os
from typing import Any

import pytest
from django.conf import settings

from clinic.embedded_postgres import ensure_running


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Start the test server and keep the databases of several runs apart."""
    ensure_running(settings.DATA_DIR, fsync=False)
    suffix = os.environ.get("TEST_DB_SUFFIX")
    if suffix:
        from django.db import connection

        test = connection.settings_dict["TEST"]
        test["NAME"] = f"{test.get('NAME') or 'test_clinic'}_{suffix}"


@pytest.fixture(scope="session", autouse=True)
def flush_to_what_migrations_made() -> None:
    """Let a transactional test leave the database as migrations did: root page, locales, roles.

    Django's own flush is refused by the append-only tables and leaves the rest empty, which the
    next run with the same database would meet.
    """
    from django.db.backends.postgresql.operations import DatabaseOperations

    execute = DatabaseOperations.execute_sql_flush

    def execute_and_restore(self: DatabaseOperations, statements: list[str]) -> None:
        role = "SET session_replication_role = "
        # CASCADE: not every table that refers to another belongs to an installed model.
        statements = [sql.replace(";", " CASCADE;") for sql in statements]
        execute(self, [f"{role}replica;", *statements, f"{role}DEFAULT;"])
        contents = getattr(self.connection, "_test_serialized_contents", "")
        if contents:
            self.connection.creation.deserialize_db_from_string(contents)

    DatabaseOperations.execute_sql_flush = execute_and_restore


@pytest.fixture(autouse=True)
def _quick_and_without_collected_files(settings: Any) -> None:
    """Tests neither collect static files nor need passwords that are slow to guess."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
