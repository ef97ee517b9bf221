"""A staff door with the settings of production, in a process of its own, asked as by its proxy."""

import http.client
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings as test_settings
from django.db import connection

from clinic.deployment_check import production_environment
from clinic.roles import ADMINISTRATORS
from tests.browser.conftest import two_free_ports
from tests.factories import PASSWORD, make_home_page, make_user
from tests.served import copied_database, served

HOST = "staff.clinic.example"
ADMIN = "/admin/"
LOGIN = "/admin/auth/login/"
DEVICES = "/admin/auth/2fa/"
STEP_SECONDS = 30

# One process for the module, also in a parallel run.
pytestmark = [pytest.mark.xdist_group("production")]


class Person:
    """Speaks to the door as a browser does behind a proxy that ends TLS."""

    def __init__(self, address: str) -> None:
        self.address = urlsplit(address)
        self.cookies: SimpleCookie = SimpleCookie()

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> Any:
        """Return the answer; no redirect is followed. The cookies are kept."""
        line = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=30)
        sent = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.9",
            "Origin": f"https://{HOST}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={item.value}" for name, item in self.cookies.items()),
        }
        line.request(method, path, body.encode(), sent | headers)
        response = line.getresponse()
        response.text = response.read().decode()  # type: ignore[attr-defined]
        for text in response.headers.get_all("Set-Cookie") or []:
            self.cookies.load(text)
        line.close()
        return response

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, *, page: str = "", **fields: str) -> Any:
        """Send the form of a page that was asked for before, or is now."""
        page = page or self.get(path).text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None, page
        return self.ask("POST", path, urlencode({"csrfmiddlewaretoken": token[1], **fields}))

    def log_in(self, email: str) -> Any:
        return self.post(LOGIN, login=email, password=PASSWORD)


@pytest.fixture(scope="module")
def address(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    with copied_database(django_db_blocker, "production") as name:
        make_home_page()
        database = connection.settings_dict
        place = urlencode({"host": database["HOST"], "port": database["PORT"]})
        environment = production_environment() | {
            "PATH": os.environ["PATH"],
            "PROCESS": "staff",
            "DATABASE_URL": f"postgres://clinic_staff@/{name}?{place}",
            "SERVED_DATABASE": name,
            "DATA_DIR": str(test_settings.DATA_DIR),
            "ALLOWED_HOSTS": f"{HOST},localhost",
            "TRUSTED_PROXIES": "1",
        }
        with served(two_free_ports(), environment) as address:
            yield address


@pytest.fixture
def email(address: str, settings: Any) -> str:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]  # the door's
    return make_user(ADMINISTRATORS).email


@pytest.fixture
def person(address: str) -> Person:
    return Person(address)


def enter_code(person: Person, path: str, secret: str, page: str = "") -> None:
    """Send the current code; once more where its half minute ended on the way."""
    for _attempt in range(2):
        code = format_hotp_value(hotp_value(secret, int(time.time()) // STEP_SECONDS))
        if person.post(path, page=page, code=code).status == 302:
            return
    pytest.fail("The code was refused.")


def enrol(person: Person) -> str:
    """Set up an authenticator app; return its secret."""
    person.post("/admin/auth/reauthenticate/", password=PASSWORD)
    page = person.get(f"{DEVICES}totp/activate/").text
    secret = re.search(r'value="([A-Z2-7]{32})"', page)
    assert secret is not None, page
    enter_code(person, f"{DEVICES}totp/activate/", secret[1], page)
    return secret[1]


# What makes pytest-django set the database up for the module.
@pytest.mark.django_db
def test_these_tests_have_a_database() -> None:
    assert connection.settings_dict["NAME"].startswith("test_")


def test_password_alone__opens_nothing(person: Person, email: str) -> None:
    person.log_in(email)
    for path in (ADMIN, "/admin/pages/", "/admin/staff/", "/admin/settings/clinic/clinicsettings/"):
        response = person.get(path)
        assert (response.status, response.headers["Location"]) == (302, DEVICES), path
    assert "First set up a second factor" in person.get(DEVICES).text


def test_first_login__sets_up_an_app_and_reaches_the_admin(person: Person, email: str) -> None:
    person.log_in(email)
    enrol(person)
    assert person.get(ADMIN).status == 200


def test_next_login__wants_the_code_and_refuses_a_wrong_one(
    address: str, person: Person, email: str
) -> None:
    person.log_in(email)
    secret = enrol(person)
    later = Person(address)
    assert later.log_in(email).headers["Location"].startswith(f"{DEVICES}authenticate/")
    assert later.get(ADMIN).headers["Location"].startswith(LOGIN)
    wrong = later.post(f"{DEVICES}authenticate/", code="000000")
    assert "Incorrect code" in wrong.text
    assert later.get(ADMIN).headers["Location"].startswith(LOGIN)
    enter_code(later, f"{DEVICES}authenticate/", secret)
    assert later.get(ADMIN).status == 200


def test_demo_logins_are_nobodys(person: Person) -> None:
    assert "demo.example" not in person.get(LOGIN).text
    person.log_in("admin@demo.example")
    assert person.get(ADMIN).headers["Location"].startswith(LOGIN)


def test_cookies__travel_over_https_alone(person: Person, email: str) -> None:
    person.log_in(email)
    assert {"__Secure-clinic_staff", "__Host-csrftoken"} <= set(person.cookies)
    for cookie in person.cookies.values():
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] in {"Lax", "Strict"}
    assert person.cookies["__Secure-clinic_staff"]["path"] == ADMIN
    assert person.cookies["__Host-csrftoken"]["path"] == "/"


def test_headers__are_on_every_answer(person: Person) -> None:
    answers = {
        200: person.get(LOGIN),
        301: person.get("/en/", **{"X-Forwarded-Proto": "http"}),
        400: person.get("/en/", Host="evil.example"),
        404: person.get("/en/nowhere/"),
    }
    for status, response in answers.items():
        assert response.status == status
        for name in ("Content-Security-Policy", "Permissions-Policy", "X-Content-Type-Options"):
            assert response.headers[name], (status, name)
        if status != 301:  # over plain http browsers ignore it
            assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert answers[301].headers["Location"] == f"https://{HOST}/en/"


def test_probes__need_no_https(person: Person) -> None:
    plain = {"X-Forwarded-Proto": "http", "Host": HOST}
    assert person.get("/healthz", **plain).status == 200
    ready = person.get("/readyz", **plain)
    assert ready.status == 503
    # Through a proxy it tells names, and neither times nor numbers.
    assert json.loads(ready.text)["problems"]["worker"] == ""


@pytest.mark.parametrize("size", [2_600_000, 30_000_000])
@pytest.mark.parametrize("path", ["/en/trials/help/", LOGIN])
def test_huge_form_in_chunks__is_refused_with_a_page(
    address: str, person: Person, path: str, size: int
) -> None:
    line = http.client.HTTPConnection(person.address.hostname, person.address.port, timeout=30)
    chunks = (b"a" * 65536 for _number in range(size // 65536))
    headers = {"Host": HOST, "X-Forwarded-Proto": "https", "Transfer-Encoding": "chunked"}
    with suppress(OSError):  # the door answers and hangs up before all is sent
        line.request("POST", path, chunks, headers, encode_chunked=True)
    response = line.getresponse()
    too_large = path == "/en/trials/help/" or size > 12 * 1024 * 1024
    assert response.status == (413 if too_large else 403)  # a form without its token
    assert "<h1>" in response.read().decode()
