"""What the settings say about connections to database and mail server. Imports no Django."""

from typing import Any

# A machine that vanished says nothing: without these a worker would wait for it for hours.
DATABASE_OPTIONS = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
_MAIL_BACKENDS = {"django.core.mail.backends.smtp.EmailBackend": "clinic.mail_backend.EmailBackend"}


def limited(email: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of EMAIL_URL with the backend that ends conversations without an end."""
    backend = email["EMAIL_BACKEND"]
    return email | {"EMAIL_BACKEND": _MAIL_BACKENDS.get(backend, backend)}
