"""Every address of both doors, from the resolver: headers, policy, and nobody else's host."""

import re
from http import HTTPStatus
from typing import Any

import pytest
from django.http import HttpResponse, HttpResponseBase
from django.test import Client

from clinic.roles import LEADS
from tests.admin_addresses import Sample, addresses
from tests.clinic.test_admin_access import ask
from tests.factories import make_user
from tests.public_addresses import public_addresses

pytestmark = pytest.mark.django_db

ADMIN = "/admin/"
ALWAYS = {"object-src 'none'", "base-uri 'none'", "form-action 'self'"}
# Pictures and documents bring along a policy that allows nothing at all.
OF_FILES = {"default-src 'none'", "base-uri 'none'", "form-action 'none'"}
# A private page with a form tells its host alone, for the check against forged posts.
REFERRERS = {"same-origin", "no-referrer", "strict-origin"}
OWN_SOURCES = {"'self'", "'none'", "data:", "blob:", "'unsafe-inline'"}
# What a browser fetches without being asked; a link to click is none.
FETCHED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed|object|input|track)\b[^>]*?"
    r"\b(?:src|data|poster|srcset)=[\"'](?:https?:)?//([^\"'/]+)",
    re.IGNORECASE,
)
LINK = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
NOT_FETCHED = re.compile(r"\brel=[\"'](?:canonical|alternate|nofollow)\b", re.IGNORECASE)
HOST = re.compile(r"\bhref=[\"'](?:https?:)?//([^\"'/]+)", re.IGNORECASE)


def mistakes(path: str, response: HttpResponseBase) -> list[str]:
    """Return what is wrong about an answer."""
    directives = response["Content-Security-Policy"].split("; ")
    policy = {one.split(" ")[0]: one.split(" ")[1:] for one in directives}
    sources = {source for allowed in policy.values() for source in allowed}
    is_of_staff = path.startswith(ADMIN)
    framed_by = ["'self'"] if is_of_staff else ["'none'"]
    found = {
        "a directive is missing": not any(set(directives) >= all_ for all_ in (ALWAYS, OF_FILES)),
        "another host in the policy": bool(sources - OWN_SOURCES),
        "inline script or style": "'unsafe-inline'" in sources and not is_of_staff,
        "frame-ancestors": policy.get("frame-ancestors") != framed_by,
        "nosniff": response.get("X-Content-Type-Options") != "nosniff",
        "opener": response.get("Cross-Origin-Opener-Policy") != "same-origin",
        "features": "camera=()" not in response.get("Permissions-Policy", ""),
        "referrer": response.get("Referrer-Policy") not in REFERRERS,
        "staff page in a cache": is_of_staff and not is_private(response),
        "another host is asked": bool(hosts_of(response)),
    }
    return [f"{path}: {what}" for what, is_wrong in found.items() if is_wrong]


def is_private(response: HttpResponseBase) -> bool:
    """Return whether no cache but the browser's own may keep it: icons and words have no data."""
    control = response.get("Cache-Control", "")
    return "no-store" in control or "private" in control or "max-age" in control


def hosts_of(response: HttpResponseBase) -> set[str]:
    """Return the hosts that a browser would ask for parts of the page."""
    if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
        return set()
    text = response.content.decode()
    links = [link for link in LINK.findall(text) if not NOT_FETCHED.search(link)]
    return {*FETCHED.findall(text), *(host for link in links for host in HOST.findall(link))}


@pytest.fixture
def sample(settings: Any, tmp_path: Any) -> Sample:
    settings.MEDIA_ROOT = tmp_path
    return Sample()


def test_public_door(sample: Sample, settings: Any) -> None:
    settings.PROCESS, settings.ROOT_URLCONF = "public", "clinic.urls.public"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    paths = public_addresses(sample)
    answers = {path: Client().get(path) for path in paths}
    shown = [path for path, answer in answers.items() if answer.status_code == HTTPStatus.OK]
    assert len(paths) > 70 and len(shown) > 40
    private = {answers[path]["Referrer-Policy"] for path in shown if "/inquiry/" in path}
    assert private <= {"no-referrer", "strict-origin"}
    assert [one for path, answer in answers.items() for one in mistakes(path, answer)] == []


@pytest.mark.parametrize("who", ["superuser", "lead"])
def test_staff_door(sample: Sample, who: str) -> None:
    client = Client()
    is_superuser = who == "superuser"
    user = make_user(is_superuser=True, is_staff=True) if is_superuser else make_user(LEADS)
    client.force_login(user)
    answers = {one.path: ask(client, one.path) for one in addresses(sample)}
    shown = [path for path, answer in answers.items() if answer.status_code == HTTPStatus.OK]
    assert len(shown) > (150 if is_superuser else 20)
    ours = [path for path in shown if path.startswith("/admin/inquir")]
    assert who == "superuser" or len(ours) > 5
    for path in ours:
        assert "unsafe" not in answers[path]["Content-Security-Policy"], path
    assert [one for path, answer in answers.items() for one in mistakes(path, answer)] == []


def test_static_file(settings: Any, tmp_path: Any) -> None:
    (tmp_path / "x.css").write_text("a {}")
    settings.STATIC_ROOT, settings.WHITENOISE_AUTOREFRESH = tmp_path, True
    response = Client().get("/static/x.css")
    assert response.status_code == HTTPStatus.OK
    assert mistakes("/static/x.css", response) == []


def test_mistakes__are_seen() -> None:
    bad = HttpResponse('<img alt="" src="https://www.gravatar.com/x"><a href="https://x.org">x</a>')
    bad["Content-Security-Policy"] = "default-src *; frame-ancestors 'none'"
    assert len(mistakes("/en/", bad)) >= 6
    assert hosts_of(bad) == {"www.gravatar.com"}
    link = '<link rel="stylesheet" href="//cdn.example/x.css"><link rel="canonical" href="//a.b/">'
    assert hosts_of(HttpResponse(link)) == {"cdn.example"}
