"""Every public address under a thousand requests that no browser sends: never our mistake."""

import base64
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client

from clinic import contact_card
from tests.factories import make_home_page, make_page
from tests.inquiries.factories import form_data, make_trial
from trials.models import Trial

REQUESTS = 1000
SEED = 20_260_801
METHODS = ["GET"] * 6 + ["HEAD", "POST", "POST", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"]
TEXTS = [
    "\x00",
    "a\x00b",
    "\ud800".encode("utf-8", "surrogatepass"),
    b"\xff\xfe\xc3\x28",
    "\u202e\u0007\r\nSet-Cookie: x=1",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% load x %}",
    "../../../../etc/passwd",
    "٣" * 30,
    "9" * 5000,
    "-1",
    "1e999",
    "NaN",
    "NCT" + "9" * 20,
    "\U0001f9ec" * 400,
    "%" * 50,
    "& | ! ( ) : * <-> \\",
    "x" * 9000,
    "",
]
PARAMETERS = [
    *("q", "status", "phase", "condition", "therapy", "age", "sex", "zip", "within", "sort"),
    *("page", "page_size", "format", "id", "next", "utm_source", "[]", "__proto__"),
]
HEADERS = {
    "HTTP_ACCEPT_LANGUAGE": ["\x80" * 10, "en;q=" + "9" * 400, ",".join(["xx"] * 999), "../en"],
    "HTTP_COOKIE": ["csrftoken=" + "x" * 4000, "django_language=../../x", "clinic_staff=\x00;;=="],
    "HTTP_HOST": ["evil.example", "localhost:99999999", "[::1", "a" * 300, "localhost\r\nx: y"],
    "HTTP_IF_NONE_MATCH": ["*", '"' * 500],
    "HTTP_IF_MODIFIED_SINCE": ["Sun, 99 Foo 0000 99:99:99 GMT"],
    "HTTP_RANGE": ["bytes=9-1,-", "bytes=-" + "9" * 400],
    "HTTP_X_FORWARDED_FOR": ["\x00, ::, 1.2.3.4.5"],
    "HTTP_X_FORWARDED_HOST": ["evil.example"],
    "HTTP_X_FORWARDED_PROTO": ["https, http"],
    "HTTP_ACCEPT_ENCODING": ["br;q=, gzip;q=x"],
    "CONTENT_LENGTH": ["-1", "9" * 5000, "\u00b2", "0x10", ""],
}


@pytest.fixture
def door(public_settings: None) -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def public_settings(db: None, settings: Any) -> Iterator[None]:
    settings.PROCESS = "public"
    settings.ROOT_URLCONF = "clinic.urls.public"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
    make_page(make_home_page())
    make_trial()
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE clinic_public")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def addresses() -> list[str]:
    nct_id = Trial.objects.values_list("nct_id", flat=True).first()
    unprefixed = ["/", "/admin/", "/api/v1/trials/", "/healthz", "/static/x.css"]
    unprefixed += ["/media/images/x.png", "/documents/1/x.pdf", "/robots.txt", "/sitemap.xml"]
    unprefixed += ["/documents/authenticate_with_password/1/", "/documents/99999999999999999999/x"]
    prefixed = ["", "search/", "trials/", f"trials/{nct_id}/", f"trials/{nct_id}/interest/"]
    prefixed += ["trials/help/", f"inquiry/{'0' * 40}/", "page-1/", "_util/login/", "nowhere/"]
    return [*unprefixed, *(f"/{code}/{path}" for code in ("en", "es") for path in prefixed)]


def body(chance: random.Random) -> tuple[str, bytes]:
    fields = {name: chance.choice(TEXTS) for name in form_data() if chance.random() < 0.3}
    fields = {**form_data(), **fields, chance.choice(["about", "form_token"]): chance.choice(TEXTS)}
    kind = chance.choice(["form", "multipart", "base64", "json", "nothing"])
    if kind == "form":
        pairs = "&".join(
            f"{name}={quote(value)}"
            for name, value in fields.items()
            if isinstance(value, str | bytes)
        )
        return "application/x-www-form-urlencoded", pairs.encode()
    if kind in {"multipart", "base64"}:
        lines = []
        for name, value in fields.items():
            data = value if isinstance(value, bytes) else str(value).encode()
            header = f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n'.encode()
            if kind == "base64":
                header += b"Content-Transfer-Encoding: base64\r\n"
                data = base64.b64encode(data)
            lines.append(header + b"\r\n" + data + b"\r\n")
        return "multipart/form-data; boundary=b", b"".join(lines) + b"--b--\r\n"
    return ("application/json", b'{"a": "\\u0000"}') if kind == "json" else ("", b"")


def test_a_thousand_hostile_requests__none_is_our_mistake(door: Client) -> None:
    chance, places, wrong = random.Random(SEED), addresses(), []
    for _number in range(REQUESTS):
        address, method = chance.choice(places), chance.choice(METHODS)
        if chance.random() < 0.3:
            address += quote(chance.choice(TEXTS)) + chance.choice(["", "/"])
        query = "&".join(
            f"{chance.choice(PARAMETERS)}={quote(chance.choice(TEXTS))}"
            for _ in range(chance.randrange(5))
        )
        extra = {}
        if chance.random() < 0.3:
            name = chance.choice([*HEADERS])
            extra[name] = chance.choice(HEADERS[name])
        content_type, data = body(chance) if method in {"POST", "PUT"} else ("", b"")
        response = door.generic(method, address, data, content_type, QUERY_STRING=query, **extra)
        if response.status_code >= 500:
            wrong.append(
                (
                    response.status_code,
                    method,
                    address[:90],
                    query[:200],
                    extra,
                    content_type,
                    data[:300],
                    repr(getattr(response, "exc_info", ""))[:300],
                )
            )
    assert not wrong


class TestTooLarge:
    @pytest.fixture(autouse=True)
    def card(self, monkeypatch):
        card = contact_card.ContactCard("Clinic", "(415) 555-0100", "(415) 555-0199")
        monkeypatch.setattr(contact_card, "_known", [card])

    def test_form_page_offers_the_number_and_keeps_the_text(self, client, settings):
        settings.PROCESS = "public"
        text = "My <b>story</b>. " * 5_000
        response = client.post("/en/trials/help/", {"message": text})
        words = response.text[: response.text.index("panel--urgent")]
        assert response.status_code == 413
        assert 'href="tel:+14155550100"' in words and "copy what matters" in words
        assert words.count("My &lt;b&gt;story&lt;/b&gt;.") == 5_000
        assert "Send again" not in words

    def test_beyond_what_is_read_the_page_says_what_to_do(self, client, settings):
        settings.PROCESS = "public"
        response = client.post("/en/trials/help/", {"message": "x" * 3_000_000})
        assert response.status_code == 413
        assert "send a shorter one" in response.text and "x" * 99 not in response.text

    def test_upload_page_speaks_of_files(self, client):
        response = client.post("/admin/images/add/", {"title": "x" * 13_000_000})
        assert response.status_code == 413
        assert "12 MB" in response.text and "One page of text" not in response.text
