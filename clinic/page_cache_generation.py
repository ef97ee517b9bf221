"""Reads the page cache's generation over a connection of its own."""

import threading
from collections.abc import Callable
from time import monotonic

import psycopg2
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg2.extensions import connection as Connection

LOOK_EVERY_SECONDS = 0.5
_TIMEOUT = {"connect_timeout": 2}
_QUERY = "SELECT value FROM clinic_pagecachegeneration WHERE id = 1"


class GenerationReader:
    """Knows the generation as it was at most half a second ago.

    The connection is not Django's: those belong to one thread and one request. While the database
    does not answer, the last known number stays, so that cached pages are still served.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._looking = threading.Lock()
        self._connection: Connection | None = None
        self._value: int | None = None
        self._looked_at = float("-inf")

    def current(self) -> int | None:
        """Return the generation, or None when it was never read."""
        if self._clock() - self._looked_at < LOOK_EVERY_SECONDS:
            return self._value
        # Whoever is second does not wait for the database; the first page of all does.
        if not self._looking.acquire(blocking=self._value is None):
            return self._value
        try:
            if self._clock() - self._looked_at >= LOOK_EVERY_SECONDS:
                started = self._clock()
                self._value = self._read(self._value)
                self._looked_at = started
        finally:
            self._looking.release()
        return self._value

    def _read(self, last: int | None) -> int | None:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._connect()
            with self._connection.cursor() as cursor:
                cursor.execute(_QUERY)
                row = cursor.fetchone()
        except psycopg2.Error:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            return last
        return row[0] if row else 0

    @staticmethod
    def _connect() -> Connection:
        parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
        parameters.pop("cursor_factory", None)
        connection = psycopg2.connect(**(parameters | _TIMEOUT))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '2s'")
        return connection
