"""Rendered pages with their compressed variants, least recently used first out."""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import brotli

Headers = list[tuple[str, str]]

_KEPT_TYPES = ("text/html", "text/plain", "application/atom+xml", "application/xml", "text/xml")
# Said anew with each answer, or true only of the one request that made the page.
_REPLACED = {"cache-control", "content-length", "etag", "vary", "x-page-cache", "x-request-id"}
_SMALLEST_COMPRESSED = 500
_BROTLI_QUALITY = 6  # 11 costs thirty times the work for a tenth less
_GZIP_LEVEL = 6


def storable(status: str, headers: Headers) -> bool:
    """Return whether an answer is the same for everybody and may be kept."""
    if not status.startswith("200"):
        return False
    values = {name.lower(): value.lower() for name, value in headers}
    if "set-cookie" in values or "content-encoding" in values:
        return False
    if any(word in values.get("cache-control", "") for word in ("no-store", "private")):
        return False
    varies = {name.strip() for name in values.get("vary", "").split(",")} - {""}
    return varies <= {"accept-encoding"} and values.get("content-type", "").startswith(_KEPT_TYPES)


@dataclass
class CachedPage:
    """One page: headers, tag and the body as each kind of client wants it."""

    headers: Headers
    tag: str
    stored_at: float
    bodies: dict[str, bytes] = field(repr=False)

    @classmethod
    def of(cls, headers: Headers, content: bytes, now: float) -> "CachedPage":
        """Return the page for an answer of Django's, compressed once."""
        bodies = {"": content}
        if len(content) >= _SMALLEST_COMPRESSED:
            bodies["br"] = brotli.compress(content, quality=_BROTLI_QUALITY)
            bodies["gzip"] = gzip.compress(content, _GZIP_LEVEL, mtime=0)
        kept = [(name, value) for name, value in headers if name.lower() not in _REPLACED]
        tag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
        kept += [
            ("ETag", f"W/{tag}"),
            ("Cache-Control", "no-cache"),
            ("Vary", "Accept-Encoding"),
        ]
        return cls(kept, tag, now, bodies)

    @property
    def size(self) -> int:
        return sum(map(len, self.bodies.values()))

    def answer(self, environ: dict[str, Any], start_response: Any, source: str) -> Iterable[bytes]:
        """Answer a request with this page, or with 304 when the client has it."""
        headers = [*self.headers, ("X-Page-Cache", source)]
        known = environ.get("HTTP_IF_NONE_MATCH", "")
        if known and (self.tag in known or known.strip() == "*"):
            start_response("304 Not Modified", headers)
            return []
        encoding = accepted_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""), self.bodies)
        body = self.bodies[encoding]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        headers.append(("Content-Length", str(len(body))))
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def accepted_encoding(header: str, available: Iterable[str]) -> str:
    """Return the best available encoding that the client accepts; "" is none."""
    accepted = set()
    for item in header.lower().split(","):
        name, _, quality = item.strip().partition(";")
        if quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            accepted.add(name.strip())
    for encoding in ("br", "gzip"):
        if encoding in accepted and encoding in available:
            return encoding
    return ""


class PageStore:
    """The pages of one generation, bounded in bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._lock = threading.Lock()
        self._generation: int | None = None
        self._pages: OrderedDict[tuple[str, ...], CachedPage] = OrderedDict()

    def get(self, key: tuple[str, ...], generation: int | None) -> CachedPage | None:
        """Return the page when it was stored under this generation."""
        with self._lock:
            if generation is None or generation != self._generation:
                return None
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[str, ...], generation: int, page: CachedPage) -> None:
        """Keep a page of the current generation; those of any other are dropped."""
        if page.size > self.limit // 8:
            return
        with self._lock:
            if generation != self._generation:
                self._pages.clear()
                self.size = 0
                self._generation = generation
            replaced = self._pages.pop(key, None)
            self.size += page.size - (replaced.size if replaced else 0)
            self._pages[key] = page
            while self.size > self.limit:
                _, oldest = self._pages.popitem(last=False)
                self.size -= oldest.size
