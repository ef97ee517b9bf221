"""Empty forms as they were rendered, each given out with tokens of its own.

An empty form says the same to everybody but for two tokens and a number, and rendering it takes
longer than accepting it filled in. No form that holds an answer comes here.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import get_language

from clinic.error_pages import CSRF_FIELD
from clinic.page_cache import LONGEST_SECONDS, generation
from trials.inquiries.tokens import new_form_token

_PLACES = {
    "csrf": re.compile(rf'(?<=name="{CSRF_FIELD}" value=")[A-Za-z0-9]+'),
    "token": re.compile(r'(?<=name="form_token" value=")[^"]+'),
    "visit": re.compile(r'(?<=name="visit-)[0-9]+'),
}


@dataclass(frozen=True)
class _Kept:
    html: str
    consent_version: str


def empty_form(
    request: HttpRequest, render: Callable[[], HttpResponse], consent_version: Callable[[], str]
) -> HttpResponse:
    """Return the page that ``render`` makes, made at most once until what pages show changes."""
    number = generation()  # read first: a page of old rows is never kept under a new number
    said = f"{number} {get_language()} {request.build_absolute_uri()}"
    key = f"form-{hashlib.sha256(said.encode()).hexdigest()}"
    kept = caches["process"].get(key)
    if kept is None:
        response = render()
        if page := _without_tokens(response.content.decode()):
            caches["process"].set(key, _Kept(page, consent_version()), LONGEST_SECONDS)
        return response
    now = timezone.now()
    own = {
        "csrf": get_token(request),
        "token": new_form_token(now, kept.consent_version).signed(),
        "visit": str(now.microsecond),
    }
    page = kept.html
    for name, value in own.items():
        page = page.replace(_place(name), value)
    return HttpResponse(page)


def _without_tokens(page: str) -> str:
    """Return the page with places for what is new each time; nothing when any is missing."""
    for name, pattern in _PLACES.items():
        page, number = pattern.subn(_place(name), page)
        if not number:
            return ""
    return page


def _place(name: str) -> str:
    return f"\x00{name}\x00"  # no page holds a NUL
