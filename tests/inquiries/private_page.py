"""Walks the private page as its owner does, and looks at what is stored as the database's owner."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import override_settings

from tests.inquiries.factories import encoded
from trials.inquiries.models import Inquiry, SenderRequest
from trials.inquiries.tokens import receipt_token

KEYS = {
    "SEALING_PRIVATE_KEYS": settings.SEALING_PRIVATE_KEYS,
    "LOOKUP_KEY": settings.LOOKUP_KEY,
}
FORM = "application/x-www-form-urlencoded"


@contextmanager
def owner() -> Iterator[None]:
    """Leave the role of the public process, and its want of keys, for a moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_role")
        (role,) = cursor.fetchone()
        cursor.execute("RESET ROLE")
    with override_settings(**KEYS):
        yield
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")


def address_of(inquiry: Inquiry, action: str = "", language: str = "en") -> str:
    token = receipt_token(inquiry.pk, inquiry.receipt_renewal)
    return f"/{language}/inquiry/{token}/{action}"


def fields(page: HttpResponse) -> dict[str, str]:
    """Return the hidden fields of the last form on a page."""
    form = page.text[page.text.rindex("<form") :]
    names = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    once = re.search(r'name="once" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in names} | ({"once": once[1]} if once else {})


def post(browser: Client, address: str, data: dict[str, Any]) -> HttpResponse:
    return browser.post(address, encoded(data), content_type=FORM)


def ask_for(browser: Client, inquiry: Inquiry, action: str, **typed: Any) -> HttpResponse:
    """Open an action's page, fill it in, look at it once more and send it."""
    address = address_of(inquiry, action)
    hidden = fields(browser.get(address))
    if typed:
        check = post(browser, address, hidden | typed)
        assert check.status_code == 200, check.text
        hidden = fields(check) | {n: v for n, v in typed.items() if isinstance(v, list)}
    return post(browser, address, hidden | {"confirmed": "1"})


def requests() -> list[SenderRequest]:
    with owner():
        return list(SenderRequest.objects.order_by("asked_at"))
