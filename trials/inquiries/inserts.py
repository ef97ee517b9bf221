"""Inserts for a database role that may write rows and read none."""

from django.db import connection, models
from django.db.models import sql
from django.db.models.constants import OnConflict


def insert_once(row: models.Model) -> bool:
    """Insert a row unless its key is taken; return whether it was new.

    ``bulk_create(ignore_conflicts=True)`` writes the same statement (no RETURNING, no conflict
    target, so no SELECT privilege), but does not tell whether a row was written.
    """
    query = sql.InsertQuery(type(row), on_conflict=OnConflict.IGNORE)
    query.insert_values(row._meta.concrete_fields, [row])
    compiler = query.get_compiler(connection=connection)
    with connection.cursor() as cursor:
        for statement, parameters in compiler.as_sql():
            cursor.execute(statement, parameters)
        return cursor.rowcount == 1
