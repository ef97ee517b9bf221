"""A public door, and a worker, that reach their database through a proxy."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from clinic.models import ClinicSettings
from tests.browser.conftest import two_free_ports
from tests.factories import make_home_page
from tests.faults.proxy import FaultProxy, fault_proxy
from tests.inquiries.factories import encoded, form_data, form_token
from tests.served import copied_database, manage_environment, served

PHONE = "(415) 555-0123"
PATHS = {"en": "/en/trials/help/", "es": "/es/trials/help/"}


@dataclass
class Answer:
    """What came back, as far as it matters here."""

    status: int
    page: str
    headers: HTTPMessage


@dataclass
class Visitor:
    """A browser with the form open."""

    port: int
    language: str = "en"
    cookie: str = ""
    csrf: str = ""

    def open_form(self) -> "Visitor":
        """Load the form, while all is well."""
        answer = self.ask("GET")
        assert answer.status == 200, answer
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.page)
        assert found
        self.csrf = found[1]
        return self

    def form(self, email: str) -> str:
        """Return the filled form; the same one each time it is sent."""
        fields = {"csrfmiddlewaretoken": self.csrf, "form_token": form_token()}
        return encoded(form_data(email=email, **fields))

    def ask(self, method: str, body: str | None = None, path: str = "") -> Answer:
        """Send a request; wait longer than the door may take."""
        browser = HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Host": "localhost", "Accept-Language": self.language, "Cookie": self.cookie}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            browser.request(method, path or PATHS[self.language], body, headers)
            response = browser.getresponse()
            page = response.read().decode()
            return Answer(response.status, page, response.headers)
        finally:
            browser.close()


@dataclass
class Place:
    """A database of its own, and the proxy in front of it."""

    database: str
    proxy: FaultProxy
    folder: Path

    def environment(self, process: str) -> dict[str, str]:
        """Return the environment of a process that goes through the proxy."""
        address = f"postgres://clinic_{process}@127.0.0.1:{self.proxy.port}/{self.database}"
        return manage_environment(self.database, process) | {
            "DATABASE_URL": address,
            "SERVED_DATABASE": self.database,
            "REGISTRY_URL": "http://127.0.0.1:9/",  # nobody there
            "DATABASE_PATIENCE": "2",  # seconds; production waits longer
            "DATA_DIR": str(self.folder),
            "EMAIL_URL": "",  # into files
        }


@pytest.fixture(scope="module")
def place(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    with copied_database(django_db_blocker, "faults") as name, django_db_blocker.unblock():
        home = make_home_page()
        clinic = ClinicSettings.for_site(home.get_site())
        clinic.phone = PHONE
        clinic.save()
        settings = connection.settings_dict
        socket_path = f"{settings['HOST']}/.s.PGSQL.{settings['PORT']}"
        with fault_proxy(socket_path) as proxy:
            yield Place(name, proxy, tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
def log(place: Place) -> Path:
    return place.folder / "public.log"


@pytest.fixture(scope="module")
def port(place: Place, log: Path) -> Iterator[int]:
    port = two_free_ports()
    with served(port, place.environment("public"), log=log):
        yield port


@pytest.fixture
def healthy(place: Place) -> Iterator[FaultProxy]:
    """Give the proxy to a test, and heal it whatever the test does."""
    try:
        yield place.proxy
    finally:
        place.proxy.heal()


@pytest.fixture
def worker(place: Place) -> Iterator[Path]:
    """Run a worker through the proxy; yield its log."""
    log = place.folder / "worker.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_worker"],
            env=place.environment("worker"),
            stdout=file,
            stderr=file,
        )
    try:
        yield log
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
