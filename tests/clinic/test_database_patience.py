"""A query or connection that takes too long ends, and the connection with it."""

from collections.abc import Iterator
from functools import partial

import psycopg2
import pytest
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
)
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import set_wait_callback

from clinic.database_patience import SilentDatabaseError, limit_waiting, wait_patiently
from clinic.error_pages import is_database_away

pytestmark = pytest.mark.django_db


@pytest.fixture
def impatient() -> Iterator[Connection]:
    """Wait a fifth of a second at most, on a connection of its own."""
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    opened = psycopg2.connect(**parameters)
    set_wait_callback(partial(wait_patiently, seconds=0.2))
    try:
        yield opened
    finally:
        set_wait_callback(None)
        opened.close()


def test_quick_query__is_answered(impatient: Connection) -> None:
    with impatient.cursor() as cursor:
        cursor.execute("SELECT 'ñ', generate_series(1, 10000)")
        assert len(cursor.fetchall()) == 10_000


def test_slow_query__ends_with_its_connection(impatient: Connection) -> None:
    with impatient.cursor() as cursor, pytest.raises(SilentDatabaseError):
        cursor.execute("SELECT pg_sleep(60)")
    assert impatient.closed


def test_silence__is_a_database_that_is_away_and_the_next_query_has_a_new_connection() -> None:
    other = connection.copy()
    set_wait_callback(partial(wait_patiently, seconds=0.2))
    try:
        with pytest.raises(OperationalError) as caught, other.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")
        assert is_database_away(caught.value)
        other.close_if_unusable_or_obsolete()
        with other.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
    finally:
        set_wait_callback(None)
        other.close()


def test_limit__holds_for_new_connections_too(impatient: Connection) -> None:
    limit_waiting()
    with connection.copy().cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize(
    ("kind", "is_away"),
    [(OperationalError, True), (InterfaceError, True), (DatabaseError, True),
     (ProgrammingError, False), (IntegrityError, False), (DataError, False)],
)  # fmt: skip
def test_error__is_a_database_that_is_away_only_where_no_statement_was_judged(
    kind: type[Exception], is_away: bool
) -> None:
    assert is_database_away(kind("server closed the connection unexpectedly")) == is_away
