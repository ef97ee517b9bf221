"""The cache of the staff processes: what concerns logins is shared, all else stays in memory.

allauth keeps in the cache which codes of an authenticator app were used and how often somebody
tried. With a memory of its own, each process would accept a code once more.
"""

import hmac
from typing import Any

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.locmem import LocMemCache

TABLE = "clinic_loginmemory"
OF_LOGINS = "allauth"
_MOST_ENTRIES = 20_000


class LoginMemoryCache(LocMemCache):
    """Keeps entries of allauth in Postgres, under keyed hashes of their names."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, params)
        self.shared = DatabaseCache(TABLE, {"max_entries": _MOST_ENTRIES})

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Keep a value unless there is one; return whether it was kept."""
        if is_of_logins(key):
            return self.shared.add(_hashed(key), value, timeout, version)
        return super().add(key, value, timeout, version)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return what is kept, or the default."""
        if is_of_logins(key):
            return self.shared.get(_hashed(key), default, version)
        return super().get(key, default, version)

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Keep a value."""
        if is_of_logins(key):
            self.shared.set(_hashed(key), value, timeout, version)
        else:
            super().set(key, value, timeout, version)

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a value; return whether there was one."""
        if is_of_logins(key):
            return self.shared.delete(_hashed(key), version)
        return super().delete(key, version)


def is_of_logins(key: str) -> bool:
    """Return whether allauth gave an entry its name."""
    return key.startswith(OF_LOGINS)


def _hashed(key: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), key.encode(), "sha256").hexdigest()
