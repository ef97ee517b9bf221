"""How long a visitor waits for a database that has fallen silent.

A server that is gone refuses connections, which libpq notices. One that hangs (a stalled disk, a
network that drops packets, a proxy in between) accepts and says nothing: without a limit of ours
each such request would hold one of a door's few threads for ever. psycopg2 lets a callback do its
waiting; this one gives up, psycopg2 closes the connection, and the visitor gets the calm page.
What was under way is rolled back by the server; where only the answer to a commit was lost, the
same form sent again is the same inquiry.
"""

import select
from time import monotonic

import psycopg2
from psycopg2.extensions import (
    POLL_OK,
    POLL_READ,
    POLL_WRITE,
    connection,
    set_wait_callback,
)

# Far above any query of a public page, far below what a person or a proxy waits for.
PATIENCE_SECONDS = 8.0
_WAITS_FOR = {POLL_READ: select.POLLIN, POLL_WRITE: select.POLLOUT}


class SilentDatabaseError(psycopg2.OperationalError):
    """The database did not answer in time."""


def limit_waiting() -> None:
    """Let no query or connection of this process wait longer than PATIENCE_SECONDS.

    COPY and large objects do not work in such a process; the public door uses neither.
    """
    set_wait_callback(wait_patiently)


def wait_patiently(waiting: connection, seconds: float | None = None) -> None:
    """Wait for a connection's operation; raises SilentDatabaseError when it takes too long."""
    deadline = monotonic() + (PATIENCE_SECONDS if seconds is None else seconds)
    while (state := waiting.poll()) != POLL_OK:
        poller = select.poll()
        poller.register(waiting.fileno(), _WAITS_FOR[state] | select.POLLERR)
        if not poller.poll(max(0, deadline - monotonic()) * 1000):
            raise SilentDatabaseError("The database did not answer in time.")
