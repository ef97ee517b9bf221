"""A demo of its own for measurements and pictures: other folder, other database, then gone."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

_SET = {"DEMO": "1", "IGNORE_DOTENV": "1", "LOG_LEVEL": "ERROR"}
_LEFT_OUT = {
    "ALLOWED_HOSTS",
    "DATABASE_ROLE",
    "DATABASE_URL",
    "EMAIL_URL",
    "OWNER_DATABASE_URL",
    "PROCESS",
    "SITE_URL",
    "STAFF_URL",
}


@contextmanager
def throw_away_environment(**values: str) -> Iterator[dict[str, str]]:
    """Yield the environment of a demo in a folder below DATA_DIR that is deleted at the end."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    with tempfile.TemporaryDirectory(prefix="throw-away-", dir=settings.DATA_DIR) as folder:
        yield kept | _SET | {"DATA_DIR": folder} | values
