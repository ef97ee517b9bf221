"""Old addresses of pages lead to the new ones, for readers who kept a link."""

from collections.abc import Callable

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import clear_url_caches

from clinic.models import HomePage, StandardPage
from clinic.review import publishing_without_review
from tests.factories import make_home_page, make_locale

pytestmark = pytest.mark.django_db
Rename = Callable[[StandardPage, str], None]


@pytest.fixture
def public_door(settings) -> Client:
    settings.PROCESS = "public"
    settings.MIDDLEWARE = django_settings.PUBLIC_MIDDLEWARE
    settings.ROOT_URLCONF = "clinic.urls.public"
    clear_url_caches()
    return Client()


def add(parent, slug: str, **fields) -> StandardPage:
    return parent.add_child(
        instance=StandardPage(title=slug.title(), slug=slug, locale=parent.locale, **fields)
    )


@pytest.fixture
def rename(django_capture_on_commit_callbacks) -> Rename:
    def publish(page: StandardPage, slug: str) -> None:
        page.slug = slug
        with django_capture_on_commit_callbacks(execute=True), publishing_without_review():
            page.save_revision().publish()

    return publish


@pytest.mark.parametrize("language", ["en", "es"])
def test_new_slug__the_old_address_leads_there_with_the_pages_below(
    public_door: Client, rename: Rename, language: str
) -> None:
    home = make_home_page()
    if language != "en":
        home = home.copy_for_translation(make_locale(language))
        HomePage.objects.filter(pk=home.pk).update(live=True)
    page = add(home, "old-name")
    add(page, "below")
    old, old_below = page.get_url(), f"{page.get_url()}below/"
    assert public_door.get(old).status_code == 200
    rename(page, "new-name")
    answer = public_door.get(old)
    assert (answer.status_code, answer["Location"]) == (301, old.replace("old-name", "new-name"))
    below = public_door.get(old_below)
    assert below["Location"] == old_below.replace("old-name", "new-name")
    assert public_door.get(below["Location"]).status_code == 200


def test_moved_page__is_found_at_its_old_address(public_door: Client) -> None:
    home = make_home_page()
    page, shelf = add(home, "leaflet"), add(home, "shelf")
    old = page.get_url()
    page.move(StandardPage.objects.get(pk=shelf.pk), pos="last-child")
    assert public_door.get(old)["Location"].endswith("/shelf/leaflet/")


def test_address_taken_again__shows_the_page_that_is_there_now(
    public_door: Client, rename: Rename
) -> None:
    home = make_home_page()
    page = add(home, "visiting")
    old = page.get_url()
    rename(page, "contact-us")
    add(type(home).objects.get(pk=home.pk), "visiting")
    assert public_door.get(old).status_code == 200


def test_query_string__does_not_hide_the_old_address(public_door: Client, rename: Rename) -> None:
    home = make_home_page()
    page = add(home, "old-name")
    old = page.get_url()
    rename(page, "new-name")
    assert public_door.get(f"{old}?utm_source=leaflet").status_code == 301
    assert public_door.get("/en/never-there/").status_code == 404
