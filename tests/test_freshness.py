"""What one process changes, the readers of another see: a real server on the same database."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from PIL import Image
from wagtail.models import Page, PageViewRestriction, Site

from clinic.models import ClinicImage, ClinicSettings, PageCacheGeneration, Person, StandardPage
from clinic.page_cache import bump
from clinic.page_cache_generation import LOOK_EVERY_SECONDS
from clinic.review import publishing_without_review
from education.models import CancerType
from tests.browser.conftest import two_free_ports
from tests.factories import make_home_page, make_page, make_patient_text, make_person
from tests.served import ROOT, copied_database, served, until


@dataclass(frozen=True)
class Seen:
    """What an anonymous reader of the server gets."""

    status: int
    body: str
    source: str | None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


@dataclass(frozen=True)
class Server:
    """A public server process with one worker."""

    address: str

    def read(self, path: str) -> Seen:
        try:
            response = urllib.request.build_opener(_NoRedirects).open(self.address + path)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return Seen(response.status, response.read().decode(), response.headers["X-Page-Cache"])

    def read_cached(self, path: str) -> Seen:
        return until(lambda: self.read(path), lambda seen: seen.source == "hit")

    def read_settled(self, path: str) -> Seen:
        """Read what stays cached: the server has noticed everything that was changed before."""
        self.read_cached(path)
        sleep(2 * LOOK_EVERY_SECONDS)
        return self.read_cached(path)


# One server for the module, also in a parallel run.
pytestmark = pytest.mark.xdist_group("freshness")


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Work, committing, on a copy of the test database."""
    with copied_database(django_db_blocker, "served") as name:
        yield name


@pytest.fixture(scope="module")
def server(database: str) -> Iterator[Server]:
    home = make_home_page(slug="front")
    ClinicSettings.objects.get_or_create(site=Site.objects.get())
    make_page(home, slug="shelf", title="Shelf")
    make_person()
    CancerType.objects.create(slug="to-be-deleted", name_en="Sarcoma")
    with served(two_free_ports(), child_environment(database, "public")) as address:
        server = Server(address)
        until(lambda: server.read("/en/"), lambda seen: seen.status == 200)
        yield server


def child_environment(database: str, process: str) -> dict[str, str]:
    return os.environ | {
        "PROCESS": process,
        "DJANGO_SETTINGS_MODULE": "tests.served_settings",
        "SERVED_DATABASE": database,
        "DATA_DIR": str(settings.DATA_DIR),
    }


@pytest.fixture
def page(server: Server) -> StandardPage:
    return make_page(Page.objects.get(slug="front"))


def path_of(page: StandardPage) -> str:
    return f"/en/{page.slug}/"


def publish(page: StandardPage, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(page, name, value)
    with publishing_without_review():
        page.save_revision().publish()


# Also what makes pytest-django set the database up: the tests below have no transaction of a test.
@pytest.mark.django_db
def test_bump__never_gives_a_number_twice() -> None:
    bump()
    first = PageCacheGeneration.objects.get().value
    PageCacheGeneration.objects.all().delete()
    bump()
    assert PageCacheGeneration.objects.get().value > first


def test_publish(server: Server, page: StandardPage) -> None:
    before = server.read_cached(path_of(page))
    publish(page, title="Checkpoint inhibitors, renewed")
    until(lambda: server.read(path_of(page)), lambda seen: "renewed" in seen.body)
    assert "renewed" not in before.body


def test_draft__changes_nothing(server: Server, page: StandardPage) -> None:
    server.read_cached(path_of(page))
    page.title = "A draft that nobody may see"
    page.save_revision()
    assert server.read_cached(path_of(page)).body.count("A draft") == 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda page: page.unpublish(), 404),
        (lambda page: page.delete(), 404),
        (lambda page: page.move(Page.objects.get(slug="shelf"), pos="last-child"), 301),
        (
            lambda page: PageViewRestriction.objects.create(
                page=page, restriction_type=PageViewRestriction.LOGIN
            ),
            404,
        ),
    ],
    ids=["unpublish", "delete", "move", "restrict"],
)
def test_page_that_is_no_longer_there(
    server: Server, page: StandardPage, change: Callable[[StandardPage], Any], status: int
) -> None:
    server.read_cached(path_of(page))
    change(page)
    until(lambda: server.read(path_of(page)), lambda seen: seen.status == status)


def test_lifted_restriction(server: Server, page: StandardPage) -> None:
    restriction = PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.LOGIN
    )
    until(lambda: server.read(path_of(page)), lambda seen: seen.status == 404)
    restriction.delete()
    until(lambda: server.read(path_of(page)), lambda seen: seen.status == 200)


def test_moved_page__is_found_at_its_new_address(server: Server, page: StandardPage) -> None:
    server.read_cached(path_of(page))
    page.move(Page.objects.get(slug="shelf"), pos="last-child")
    until(lambda: server.read(f"/en/shelf/{page.slug}/"), lambda seen: seen.status == 200)


def test_setting(server: Server, page: StandardPage) -> None:
    server.read_cached(path_of(page))
    clinic = ClinicSettings.objects.get()
    clinic.phone = "(415) 555-0142"
    clinic.save()
    until(lambda: server.read(path_of(page)), lambda seen: "555-0142" in seen.body)


def save_image() -> None:
    content = BytesIO()
    Image.new("RGB", (8, 8)).save(content, "PNG")
    file = SimpleUploadedFile("freshness.png", content.getvalue())
    ClinicImage.objects.create(title="A picture", file=file, is_decorative=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda: make_patient_text(title="Thank you kindly"),
        make_person,
        lambda: Person.objects.first().delete(),
        save_image,
        lambda: CancerType.objects.create(slug="sarcoma", name_en="Sarcoma"),
        lambda: CancerType.objects.get(slug="to-be-deleted").delete(),
        bump,
    ],
    ids=[
        "text for patients",
        "person",
        "deleted person",
        "image",
        "vocabulary",
        "deleted vocabulary",
        "bulk operation",
    ],
)
def test_change_of_what_pages_may_show__drops_every_page(
    server: Server, page: StandardPage, change: Callable[[], Any]
) -> None:
    server.read_cached(path_of(page))
    change()
    until(lambda: server.read(path_of(page)), lambda seen: seen.source == "miss")


def sync_in_another_process(database: str, folder: Path, title: str) -> None:
    record = json.loads((ROOT / "trials/demo/records/NCT99900001.json").read_text())
    record["protocolSection"]["identificationModule"]["briefTitle"] = title
    (folder / "record.json").write_text(json.dumps(record))
    subprocess.run(
        [sys.executable, "manage.py", "sync_trials", "--from", folder],
        cwd=ROOT,
        env=child_environment(database, "worker"),
        check=True,
        stdout=subprocess.DEVNULL,
    )


def test_sync_in_another_process__changes_the_page_of_a_trial(
    server: Server, database: str, tmp_path: Path
) -> None:
    path = "/en/trials/NCT99900001/"
    sync_in_another_process(database, tmp_path, "Example of a study before its change")
    before = server.read_cached(path)
    sync_in_another_process(database, tmp_path, "Example of a study after its change")
    until(lambda: server.read(path), lambda seen: "after its change" in seen.body)
    assert "before its change" in before.body


def test_change_that_is_rolled_back__drops_nothing(server: Server, page: StandardPage) -> None:
    server.read_settled(path_of(page))
    clinic = ClinicSettings.objects.get()
    clinic.phone = "(415) 555-0777"
    with pytest.raises(RuntimeError), transaction.atomic():
        clinic.save()
        raise RuntimeError
    sleep(2 * LOOK_EVERY_SECONDS)  # the server looks again, and finds nothing new
    assert server.read(path_of(page)).source == "hit"


def test_database_gone__cached_pages_are_still_served(
    server: Server, page: StandardPage, database: str
) -> None:
    server.read_settled(path_of(page))
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND usename = 'clinic_public'",
            [database],
        )
    try:
        assert server.read(path_of(page)).source == "hit"
        assert server.read("/en/never-read-before/").status == 503
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')
    publish(page, title="The database is back")
    until(lambda: server.read(path_of(page)), lambda seen: "is back" in seen.body)
