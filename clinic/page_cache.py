"""Whole anonymous pages, kept per process in front of Django until the generation changes.

`bump` raises a number in Postgres inside the transaction that changes anything a page shows; each
process looks at the number at most every half second and drops what it kept under another one.
A page is stored under the number that was read *before* it was rendered, so that a page made of
old rows can never be stored under the new number (docs/decisions/0004).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic, time_ns
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.db.models import F
from wagtail.models import Site

from clinic.models import PageCacheGeneration
from clinic.page_cache_generation import GenerationReader
from clinic.page_cache_store import CachedPage, PageStore, storable

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGIApplication = Callable[[Environ, StartResponse], Iterable[bytes]]

LONGEST_SECONDS = 600  # texts that depend on the clock ("open now") are never older
PARAMETERS = frozenset({"page"})
# Marks of advertising links say nothing to us: dropped, so that they neither fill the cache nor
# reach a page.
_IGNORED = frozenset({"fbclid", "gclid", "msclkid", "mc_cid", "mc_eid"})
_IGNORED_PREFIX = "utm_"
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,2}")


def bump() -> None:
    """Make every cached page old; call it in the transaction that changes what pages show."""
    row = PageCacheGeneration.objects.filter(pk=1)
    if not row.update(value=F("value") + 1):
        # Any number that was never used: pages may be cached under the ones of a lost row.
        first = PageCacheGeneration(pk=1, value=time_ns())
        PageCacheGeneration.objects.bulk_create([first], ignore_conflicts=True)
        row.update(value=F("value") + 1)


def generation() -> int:
    """Return the number that changes with everything pages show; for what processes keep of it."""
    return PageCacheGeneration.objects.values_list("value", flat=True).filter(pk=1).first() or 0


@dataclass
class _Response:
    """What Django answered, held back until it is known whether it will be stored."""

    status: str = ""
    headers: list[tuple[str, str]] | None = None

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        self.status, self.headers = status, headers


class PageCache:
    """WSGI middleware that answers anonymous GET and HEAD requests from memory."""

    def __init__(
        self,
        application: WSGIApplication,
        generation: GenerationReader | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.application = application
        self.generation = generation or GenerationReader()
        self.store = PageStore(settings.PAGE_CACHE_BYTES)
        self.clock = clock
        self._seen: int | None = None
        self._session = f"{settings.SESSION_COOKIE_NAME}="

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        key = self._key(environ)
        if key is None:
            return self.application(environ, start_response)
        generation = self.generation.current()
        if generation != self._seen:
            self._seen = generation
            Site.clear_site_root_paths_cache()  # Wagtail keeps them for an hour in each process
        page = self.store.get(key, generation)
        if page is not None and self.clock() - page.stored_at < LONGEST_SECONDS:
            return page.answer(environ, start_response, "hit")
        if environ["REQUEST_METHOD"] == "HEAD":
            return self.application(environ, start_response)
        return self._render(key, generation, page, environ, start_response)

    def _render(
        self,
        key: tuple[str, ...],
        generation: int | None,
        old: CachedPage | None,
        environ: Environ,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        response = _Response()
        body = self.application(environ, response.start)
        headers = response.headers or []
        if old is not None and response.status.startswith("5"):
            _close(body)
            return old.answer(environ, start_response, "stale")
        if generation is None or not storable(response.status, headers):
            start_response(response.status, headers)
            return body
        try:
            content = b"".join(body)
        finally:
            _close(body)
        page = CachedPage.of(headers, content, self.clock())
        if generation == self.generation.current():
            self.store.put(key, generation, page)
        return page.answer(environ, start_response, "miss")

    def _key(self, environ: Environ) -> tuple[str, ...] | None:
        """Return what tells this page from others, or None when it must not be cached."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or "HTTP_AUTHORIZATION" in environ:
            return None
        path = environ.get("PATH_INFO", "")
        if path.startswith(("/static/", "/media/", "/admin/")):
            return None
        if self._session in environ.get("HTTP_COOKIE", ""):
            return None
        query = environ.get("QUERY_STRING", "")
        if query:
            pairs = [
                pair
                for pair in parse_qsl(query, keep_blank_values=True)
                if pair[0] not in _IGNORED and not pair[0].startswith(_IGNORED_PREFIX)
            ]
            if not all(
                name in PARAMETERS and _PAGE_NUMBER.fullmatch(value) for name, value in pairs
            ):
                return None
            query = urlencode(sorted(pairs))
            environ["QUERY_STRING"] = query
        return (
            environ.get("wsgi.url_scheme", ""),
            # Only what a proxy of ours would write: a client must not make copies with other words.
            str(environ.get("HTTP_X_FORWARDED_PROTO") == "https"),
            environ.get("HTTP_HOST", "").lower(),
            environ.get("SCRIPT_NAME", ""),
            path,
            query,
        )


def _close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()
