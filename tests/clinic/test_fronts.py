"""The sample configurations of nginx and Caddy, run by the programs themselves before a door."""

import datetime as dt
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings as test_settings
from django.db import connection

from clinic.deployment_check import production_environment
from clinic.models import AuditEvent
from tests.browser.conftest import two_free_ports
from tests.factories import make_home_page
from tests.inquiries.factories import ANSWERS, encoded
from tests.served import ROOT, copied_database, served, until

SAMPLES = ROOT / "docs" / "operating"
HOST, STAFF_HOST = "www.clinic.example", "staff.clinic.example"
CLIENT, CLIENT_NETWORK = "127.3.0.5", "127.3.0.0/24"
SPOOFED = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
HELP = "/en/trials/help/"
SECRET_WORD, SECRET_TOKEN = "glioblastoma", "0123456789abcdef" * 2 + "01234567"

pytestmark = [pytest.mark.xdist_group("fronts")]


@dataclass(frozen=True)
class Front:
    """A running front: where it listens and what it has written."""

    port: int
    certificate: Path
    log_folder: Path

    def connect(self, host: str = HOST) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(self.certificate))
        plain = socket.create_connection(
            ("127.0.0.1", self.port), timeout=30, source_address=(CLIENT, 0)
        )
        return context.wrap_socket(plain, server_hostname=host)

    def ask(
        self, method: str, path: str, body: str | None = None, host: str = HOST, **headers: str
    ) -> Any:
        line = http.client.HTTPConnection(host)
        line.sock = self.connect(host)
        line.request(method, path, body, headers)
        response = line.getresponse()
        response.text = response.read().decode()  # type: ignore[attr-defined]
        line.close()
        return response

    def logs(self) -> str:
        return "\n".join(file.read_text() for file in self.log_folder.iterdir())


def make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    names = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.DNSName(STAFF_HOST)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def with_changes(sample: Path, changes: dict[str, str]) -> str:
    """Return a sample with places and times of the test; each must stand in it."""
    text = sample.read_text()
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx(folder: Path, port: int, door: int) -> list[str]:
    changes = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen 80 ": f"listen 127.0.0.1:{port + 1} ",
        "/etc/ssl/clinic": str(folder),
        "/var/log/nginx": str(folder / "logs"),
        "127.0.0.1:8000": f"127.0.0.1:{door}",
        "client_header_timeout 10s": "client_header_timeout 2s",
        "client_body_timeout 15s": "client_body_timeout 2s",
    }
    (folder / "clinic.conf").write_text(with_changes(SAMPLES / "nginx" / "clinic.conf", changes))
    temporary = "\n".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/nginx.pid; events {{}}\n"
        f"http {{ {temporary}\ninclude {folder}/clinic.conf; }}\n"
    )
    return ["nginx", "-p", str(folder), "-e", str(folder / "start.log"), "-c", "nginx.conf"]


def caddy(folder: Path, port: int, door: int) -> list[str]:
    options = f"\tadmin off\n\tauto_https disable_redirects\n\thttps_port {port}"
    tls = f"\ttls {folder}/fullchain.pem {folder}/key.pem"
    changes = {
        "{\n\t# Its log": f"{{\n{options}\n\t# Its log",
        f"\n{HOST} {{": f"\n{HOST} {{\n{tls}",
        f"\n{STAFF_HOST} {{": f"\n{STAFF_HOST} {{\n{tls}",
        "/var/log/caddy": str(folder / "logs"),
        "127.0.0.1:8000": f"127.0.0.1:{door}",
        "read_header 10s": "read_header 2s",
        "read_body 30s": "read_body 2s",
    }
    sample = with_changes(SAMPLES / "caddy" / "Caddyfile", changes)
    (folder / "Caddyfile").write_text(sample)
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


COMMANDS: dict[str, Callable[[Path, int, int], list[str]]] = {"nginx": nginx, "caddy": caddy}


def program(name: str) -> None:
    """Skip where a front is not installed; .ci/run installs both and lets nothing here skip."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed: apt-get install {name}")


@contextmanager
def running(name: str, folder: Path, door: int) -> Iterator[Front]:
    program(name)
    (folder / "logs").mkdir()
    make_certificate(folder)
    port = two_free_ports()
    environment = os.environ | {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    process = subprocess.Popen(COMMANDS[name](folder, port, door), env=environment)
    front = Front(port, folder / "fullchain.pem", folder / "logs")

    def answers() -> bool:
        assert process.poll() is None, "the front did not start"
        with suppress(OSError):
            return bool(front.ask("GET", "/healthz").status == 200)
        return False

    try:
        until(answers, bool)
        yield front
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def door(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """A public door with the settings of production, behind one proxy."""
    with copied_database(django_db_blocker, "fronts") as name:
        make_home_page()
        database = connection.settings_dict
        place = urlencode({"host": database["HOST"], "port": database["PORT"]})
        port = two_free_ports()
        environment = production_environment() | {
            "PATH": os.environ["PATH"],
            "PROCESS": "public",
            "DATABASE_URL": f"postgres://clinic_public@/{name}?{place}",
            "SERVED_DATABASE": name,
            "DATA_DIR": str(test_settings.DATA_DIR),
            "ALLOWED_HOSTS": f"{HOST},localhost",
            "SITE_URL": f"https://{HOST}",
            "TRUSTED_PROXIES": "1",
        }
        with served(port, environment):
            yield port


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def front(request: Any, door: int, tmp_path_factory: Any) -> Iterator[Front]:
    with running(request.param, tmp_path_factory.mktemp(request.param), door) as front:
        yield front


# What makes pytest-django set the database up for the module.
@pytest.mark.django_db
def test_these_tests_have_a_database() -> None:
    assert connection.settings_dict["NAME"].startswith("test_")


def test_page__comes_through_as_https(front: Front) -> None:
    response = front.ask("GET", "/en/")
    assert response.status == 200
    assert "<h1" in response.text
    hsts = response.headers.get_all("Strict-Transport-Security")
    assert hsts == ["max-age=31536000; includeSubDomains; preload"]


def test_inquiry__arrives_with_the_address_of_its_sender(front: Front) -> None:
    shown = front.ask("GET", HELP)
    cookies = SimpleCookie(shown.headers["Set-Cookie"])
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', shown.text))
    ticks = {name: "on" for name, value in ANSWERS.items() if value is True}
    texts = {name: value for name, value in ANSWERS.items() if not isinstance(value, bool)}
    response = front.ask(
        "POST",
        HELP,
        encoded(hidden | texts | ticks),
        **SPOOFED,
        **{
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={item.value}" for name, item in cookies.items()),
            "Referer": f"https://{HOST}{HELP}",
        },
    )
    assert response.status == 303
    assert "/inquiry/" in response.headers["Location"]
    networks = AuditEvent.objects.filter(action="inquiry.received").values_list("network")
    assert set(networks) == {(CLIENT_NETWORK,)}
    front.ask("GET", response.headers["Location"])
    written = until(front.logs, lambda text: text.count("/inquiry/") >= 1)
    assert response.headers["Location"].split("/")[-2] not in written


def test_log__holds_no_query_no_private_link_and_no_address(front: Front) -> None:
    front.ask("GET", f"/en/trials/?q={SECRET_WORD}&zip=94110", Referer=f"https://x/?{SECRET_WORD}")
    front.ask("GET", f"/en/inquiry/{SECRET_TOKEN}/wishes/")
    front.ask("GET", f"/en/inquiry/{SECRET_TOKEN}/?zip=94110")
    front.ask("GET", f"/admin/auth/password/reset/key/{SECRET_TOKEN}/")
    written = until(front.logs, lambda text: "reset/key/" in text)
    assert "/en/trials/" in written and "/inquiry/" in written
    for secret in (SECRET_WORD, SECRET_TOKEN, "94110", CLIENT):
        assert secret not in written, secret
    assert "127.3.0.0" in written


def test_form_that_is_too_large__is_refused_at_the_front(front: Front) -> None:
    with suppress(OSError):  # it may hang up before all is sent
        line = http.client.HTTPConnection(HOST)
        line.sock = front.connect()
        line.request("POST", HELP, b"a" * 300_000)
    assert line.getresponse().status == 413


def closed_while(send: bytes, every: float, line: ssl.SSLSocket) -> bool:
    """Dribble until the front hangs up or answers; return whether it did."""
    line.settimeout(every)
    for _number in range(int(60 / every)):
        try:
            line.sendall(send)
            if not line.recv(4096):
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
        else:
            return True
    return False


def test_headers_that_never_end__are_cut_off(front: Front) -> None:
    line = front.connect()
    line.sendall(f"GET /en/ HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ".encode())
    assert closed_while(b"a", 0.5, line)


def test_body_that_stalls__is_cut_off(front: Front) -> None:
    line = front.connect()
    head = f"POST {HELP} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1000\r\n\r\nabc"
    line.sendall(head.encode())
    line.settimeout(30)
    answer = b""
    with suppress(OSError):
        while part := line.recv(4096):
            answer += part
    # nginx hangs up; Caddy says 200 with an empty page first. Neither says that it was sent.
    assert b"/inquiry/" not in answer and b"<h1" not in answer


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/metrics?x=1"])
def test_numbers_of_the_site__are_not_public(front: Front, path: str) -> None:
    assert front.ask("GET", path).status == 404


def test_staff_door__is_closed_from_outside(front: Front) -> None:
    try:
        assert front.ask("GET", "/admin/", host=STAFF_HOST).status == 403
    except (OSError, http.client.HTTPException):  # Caddy hangs up
        return


def test_other_names__get_no_answer(front: Front) -> None:
    plain = socket.create_connection(("127.0.0.1", front.port), timeout=30)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with pytest.raises(OSError, match=r"(?i)alert|unrecognized"):
        context.wrap_socket(plain, server_hostname="other.example")
