"""Asks the ClinicalTrials.gov API v2 for studies, politely.

The standard library's HTTP client is enough for a few GET requests a day and adds no dependency.
The API has no key and publishes no rate limit: one request a second, back-off on 429 and 5xx,
``Retry-After`` honoured, a User-Agent that says whom to write to.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from trials.registry.values import parse_json

PAGE_SIZE = 100
CHUNK = 65_536
LARGEST_ANSWER = 256 * 1024 * 1024
LONGEST_WAIT = 600.0
LONGEST_ETAG = 300
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})


class RegistryUnavailable(Exception):
    """The registry did not give a usable answer; the message is a sentence for the operator."""


class RegistryRefused(RegistryUnavailable):
    """The registry understood a request and said no: asking the same again is of no use."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What we know of a page from an earlier look."""

    etag: str
    next_page_token: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search; ``studies`` is None when it is as we remember it (RFC 9110 §15.4.5)."""

    address: str
    studies: list[Any] | None
    etag: str
    next_page_token: str


Recall = Callable[[str], Remembered | None]


class _NotModified(Exception):
    pass


class _TryAgain(Exception):
    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class _SameHost(HTTPRedirectHandler):
    """Follows a former id to its study, and nobody to another host."""

    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if new.hostname != old.hostname or new.scheme not in {old.scheme, "https"}:
            raise RegistryRefused("The registry sent us to another host; we did not go there.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_OPENER = build_opener(_SameHost)


class RegistryClient:
    """One paced conversation with the registry at ``base_url``."""

    def __init__(
        self,
        base_url: str,
        *,
        user_agent: str,
        pause: float = 1.0,
        timeout: float = 60.0,
        attempts: int = 5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if urlsplit(base_url).scheme not in {"http", "https"}:
            raise RegistryUnavailable(f"REGISTRY_URL must be an http(s) address, not {base_url!r}.")
        self.base_url = base_url.rstrip("/") + "/"
        self.user_agent = user_agent
        self.pause = pause
        self.timeout = timeout
        self.attempts = attempts
        self.sleep = sleep
        self._last_request: float | None = None

    def data_timestamp(self) -> str:
        """Return when the registry's data was last refreshed (``/version``)."""
        answer, _etag = self._get("version")
        return str(answer.get("dataTimestamp", ""))[:40] if answer else ""

    def study(self, nct_id: str) -> dict[str, Any] | None:
        """Return one study, following an alias to its new id; None when there is none."""
        return self._get(f"studies/{quote(nct_id)}")[0]

    def pages(
        self, query: Mapping[str, str], *, token: str = "", recall: Recall = lambda address: None
    ) -> Iterator[Page]:
        """Yield the pages of a search, from the page of a token on.

        ``recall`` says what we remember of the page at an address; raises RegistryRefused for a
        token that the registry has forgotten.
        """
        passed: set[str] = set()
        while True:
            page = self._page(query, token, recall)
            yield page
            token = page.next_page_token
            if not token:
                return
            if token in passed:
                raise RegistryUnavailable("The registry repeated a page; the search was stopped.")
            passed.add(token)

    def _page(self, query: Mapping[str, str], token: str, recall: Recall) -> Page:
        parameters = {**query, "pageSize": str(PAGE_SIZE)} | ({"pageToken": token} if token else {})
        address = f"studies?{urlencode(parameters)}"
        remembered = recall(address)
        try:
            answer, etag = self._get(address, remembered.etag if remembered else "")
        except _NotModified:
            if remembered is None:
                raise RegistryUnavailable("The registry sent nothing instead of a page.") from None
            return Page(address, None, remembered.etag, remembered.next_page_token)
        studies = answer.get("studies") if answer else None
        if not isinstance(studies, list):
            raise RegistryUnavailable("The registry's answer holds no list of studies.")
        next_token = answer.get("nextPageToken") or ""
        if not isinstance(next_token, str):
            raise RegistryUnavailable("The registry's answer holds a page token that is no text.")
        return Page(address, studies, etag, next_token)

    def _get(self, path: str, etag: str = "") -> tuple[Any, str]:
        url = urljoin(self.base_url, path)
        reason = ""
        for attempt in range(self.attempts):
            self._wait_for_turn()
            try:
                return self._request(url, etag)
            except _TryAgain as failure:
                reason = str(failure)
                wait = failure.wait if failure.wait is not None else 2.0**attempt * self.pause
                if wait > LONGEST_WAIT:
                    break
                if attempt + 1 < self.attempts:
                    self.sleep(wait)
        raise RegistryUnavailable(f"The registry could not be read: {reason}.")

    def _wait_for_turn(self) -> None:
        if self._last_request is not None:
            left = self._last_request + self.pause - time.monotonic()
            if left > 0:
                self.sleep(left)
        self._last_request = time.monotonic()

    def _request(self, url: str, etag: str) -> tuple[Any, str]:
        headers = {"User-Agent": self.user_agent, "Accept": "application/json"}
        if etag:
            headers["If-None-Match"] = etag
        request = Request(url, headers=headers)  # noqa: S310 (the scheme is checked above)
        try:
            with _OPENER.open(request, timeout=self.timeout) as response:
                body = self._read(response)
                new_etag = response.headers.get("ETag", "")[:LONGEST_ETAG]
        except HTTPError as error:
            if error.code == 304:
                raise _NotModified from error
            if error.code == 404:
                return None, ""
            if error.code in RETRIED:
                wait = retry_after(error.headers.get("Retry-After"), datetime.now(UTC))
                raise _TryAgain(f"it answered {error.code}", wait) from error
            raise RegistryRefused(f"The registry refused with status {error.code}.") from error
        except TimeoutError as error:
            raise _TryAgain("it did not answer in time") from error
        except (OSError, HTTPException) as error:
            raise _TryAgain(f"the connection failed ({type(error).__name__})") from error
        try:
            answer = parse_json(body)
        except (ValueError, RecursionError) as error:
            raise _TryAgain("its answer was cut short or is not JSON") from error
        if not isinstance(answer, dict):
            raise _TryAgain("its answer is not a JSON object")
        return answer, new_etag

    def _read(self, response: HTTPResponse) -> bytes:
        # The socket's timeout starts anew with each packet: a dripping answer needs a deadline,
        # and ``read1`` returns what one packet brought, where ``read`` waits for a full chunk.
        deadline = time.monotonic() + 5 * self.timeout
        chunks: list[bytes] = []
        size = 0
        while chunk := response.read1(CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if size > LARGEST_ANSWER or time.monotonic() > deadline:
                raise _TryAgain("its answer was too long or too slow")
        return b"".join(chunks)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks to wait (RFC 9110 §10.2.3)."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
