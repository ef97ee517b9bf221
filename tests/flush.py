"""Lets a transactional test leave the database as migrations made it.

Django's own flush is refused by the append-only tables, and it leaves the rest empty: the next
test, or the next run with the same database, would miss the root page, the locales and the roles.
"""

from io import StringIO

from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations


def restore_after_flush() -> None:
    """Keep what all tables hold now, and put it back whenever Django flushes the database."""
    contents = _read_tables()

    def flush_and_restore(self: DatabaseOperations, statements: list[str]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")  # no triggers
            for statement in statements:
                # CASCADE: not every table that refers to another is of an installed model.
                cursor.execute(statement.replace(";", " CASCADE;"))
            for table, rows in contents.items():
                cursor.cursor.copy_expert(f'COPY "{table}" FROM STDIN', StringIO(rows))
            cursor.execute("SET session_replication_role = DEFAULT")

    DatabaseOperations.execute_sql_flush = flush_and_restore


def _read_tables() -> dict[str, str]:
    contents = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            rows = StringIO()
            cursor.cursor.copy_expert(f'COPY "{table}" TO STDOUT', rows)
            if rows.getvalue() and table != "django_migrations":
                contents[table] = rows.getvalue()
    return contents
