"""Fills in the public form over HTTP, as a visitor's browser does."""

import ssl
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from html.parser import HTMLParser
from http.client import HTTPException
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin, urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from trials.inquiries.models.synthetic import Failure
from trials.inquiries.synthetic import HEADER
from trials.inquiries.tokens import reference_for, synthetic_pass

TIMEOUT_SECONDS = 20
MOST_BYTES = 2_000_000
_ANSWERS = {
    "for_whom": "me",
    "name": "Synthetic inquiry",
    "contact_by": "email",
    "message": "Sent by the website itself to see that inquiries arrive.",
    "preferred_language": "en",
    "is_adult": "on",
    "consent": "on",
}


class StuckError(Exception):
    """The synthetic inquiry went no further; ``failure`` says where."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


class _HiddenFields(HTMLParser):
    """Collects what a form carries unseen."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        field = dict(attrs)
        if tag == "input" and field.get("type") == "hidden":
            self.found[field.get("name") or ""] = field.get("value") or ""


class Visitor:
    """One visit to the form of SITE_URL."""

    def __init__(self) -> None:
        with override("en"):
            self.address = urljoin(settings.SITE_URL, reverse("inquiries:help"))
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar()),
            urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        )
        self._fields: dict[str, str] = {}

    def open_form(self) -> uuid.UUID:
        """Return the id of the inquiry that the form will become; raises StuckError."""
        page, _address = self._ask(Failure.FORM, self.address)
        reader = _HiddenFields()
        reader.feed(page)
        self._fields = reader.found
        try:
            return uuid.UUID(self._fields["form_token"].partition(".")[0])
        except (KeyError, ValueError):
            raise StuckError(Failure.FORM) from None

    def send(self, inquiry_id: uuid.UUID, wait: Callable[[], None]) -> None:
        """Send the form after ``wait``, and open the private page; raises StuckError."""
        wait()
        answers = _ANSWERS | {"email": settings.OPERATING.synthetic_email}
        body = urlencode(self._fields | answers).encode()
        headers = {HEADER: synthetic_pass(inquiry_id), "Referer": self.address}
        page, address = self._ask(Failure.REFUSED, self.address, body, headers)
        if "/inquiry/" not in urlsplit(address).path:
            raise StuckError(Failure.REFUSED)
        if reference_for(inquiry_id) not in page:
            raise StuckError(Failure.RECEIPT)

    def _ask(
        self,
        failure: Failure,
        address: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[str, str]:
        """Return what a page answered, redirects followed, and its address."""
        request = urllib.request.Request(address, body, headers or {})  # noqa: S310
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                return response.read(MOST_BYTES).decode(), response.url
        except (OSError, HTTPException, UnicodeDecodeError):  # URLError and HTTPError are OSErrors
            raise StuckError(failure) from None
