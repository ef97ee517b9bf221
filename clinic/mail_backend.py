"""Django's SMTP backend, with an end to each conversation.

EMAIL_TIMEOUT limits the wait for the next byte alone: a server that drips one byte at a time could
hold the worker's mail thread for days, and long past the lease of the message.
"""

import smtplib
import socket
import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.core.mail.backends import smtp

# Below the lease of the outbox, so that no other worker begins while we still may be at it.
CONVERSATION_LIMIT = timedelta(minutes=4)


class _Limited(smtplib.SMTP):
    """Hangs up when the conversation has lasted too long; what was being said then fails."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._timer = threading.Timer(CONVERSATION_LIMIT.total_seconds(), self._hang_up)
        self._timer.daemon = True
        self._timer.start()
        try:
            super().__init__(*args, **options)
        except BaseException:
            self._timer.cancel()
            raise

    def _hang_up(self) -> None:
        if isinstance(self.sock, socket.socket):
            with suppress(OSError):  # closed at this very moment
                self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        self._timer.cancel()
        super().close()


class _LimitedSSL(_Limited, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class EmailBackend(smtp.EmailBackend):
    """Sends by SMTP, within CONVERSATION_LIMIT for each connection."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:  # type: ignore[override]
        """Return what speaks with the mail server."""
        return _LimitedSSL if self.use_ssl else _Limited
