"""Where somebody is logged in: the sessions of one member of staff, and their end.

They are read from Django's own table, by opening each session of the clinic's staff. That is a few
hundred rows at most: they live for twelve hours, and the worker deletes what is over.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from clinic.client_address import client_address, truncated
from clinic.models import User

STARTED, ACTIVE = "staff_started_at", "staff_active_at"
BROWSER, NETWORK = "staff_browser", "staff_network"
# The first that fits: most browsers also name those they descend from.
_BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "FxiOS": "Firefox"}
_BROWSERS |= {"Chrome/": "Chrome", "CriOS": "Chrome", "Safari/": "Safari"}
_SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows"}
_SYSTEMS |= {"CrOS": "ChromeOS", "Macintosh": "macOS", "Linux": "Linux"}


@dataclass(frozen=True, slots=True)
class StaffSession:
    """One place where somebody is logged in; ``handle`` names it without its secret key."""

    handle: str
    started_at: datetime
    active_at: datetime
    browser: str
    network: str
    is_current: bool


def note_where(request: HttpRequest) -> None:
    """Keep in a new session from where it came: no more than its owner needs to recognise it."""
    request.session[BROWSER] = browser_words(request.headers.get("User-Agent", ""))
    request.session[NETWORK] = truncated(client_address(request))


def browser_words(user_agent: str) -> str:
    """Return a browser and its system as ``Firefox, Windows``; empty when neither is known."""
    names = (
        next((name for mark, name in known.items() if mark in user_agent), "")
        for known in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(filter(None, names))


def sessions_of(user: User, current_key: str | None = None) -> list[StaffSession]:
    """Return where somebody is logged in now, the latest activity first."""
    found = [
        StaffSession(
            handle=_handle(key),
            started_at=_time(data[STARTED]),
            active_at=_time(data[ACTIVE]),
            browser=data.get(BROWSER, ""),
            network=data.get(NETWORK, ""),
            is_current=key == current_key,
        )
        for key, data in _stored(user)
        if _is_alive(user, data)
    ]
    return sorted(found, key=lambda one: one.active_at, reverse=True)


def end_sessions(user: User, *, keep: str | None = None, handle: str = "") -> int:
    """End somebody's sessions at once and return how many.

    All of them but the one with the key ``keep``; with a ``handle`` only the one that it names.
    """
    keys = [
        key
        for key, _data in _stored(user)
        if key != keep and (not handle or constant_time_compare(_handle(key), handle))
    ]
    return Session.objects.filter(session_key__in=keys).delete()[0]


def _stored(user: User) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        data = row.get_decoded()
        if data.get(SESSION_KEY) == str(user.pk):
            yield row.session_key, data


def _is_alive(user: User, data: dict[str, Any]) -> bool:
    """Return whether a request with this session would be let in."""
    now = time.time()
    return (
        constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
        and now - data.get(ACTIVE, 0) < settings.STAFF_IDLE_LOGOUT.total_seconds()
        and now - data.get(STARTED, 0) < settings.STAFF_SESSION_LIMIT.total_seconds()
    )


def _handle(key: str) -> str:
    return hashlib.sha256(f"session handle {key}".encode()).hexdigest()[:32]


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
