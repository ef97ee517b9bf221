"""Preview images of shared links: drawn at publication, on our own server, never in the way."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image
from wagtail.models import Page, Site

from clinic import social_image, social_images
from clinic.models import ClinicSettings, HomePage
from clinic.review import publishing_without_review
from tests.education.factories import make_education_page
from tests.factories import make_home_page
from tests.inquiries.factories import make_trial

SITE = "https://clinic.example"
IMAGE = re.compile(r'<meta property="og:image" content="([^"]*)">')


@pytest.fixture
def home(db: None, settings: Any, tmp_path: Path) -> HomePage:
    settings.SITE_URL = SITE
    settings.MEDIA_ROOT = tmp_path
    return make_home_page()


def publish(page: Page) -> None:
    with publishing_without_review():
        page.save_revision().publish()


def image_of(client: Client, address: str) -> str:
    [found] = IMAGE.findall(client.get(address).content.decode())
    return found


def kept() -> list[str]:
    return sorted(default_storage.listdir(social_images.FOLDER)[1])


class TestDrawing:
    @hypothesis_settings(max_examples=15, deadline=None)
    @given(title=st.text(max_size=255))
    def test_any_title__gives_a_picture_of_the_agreed_size(self, title: str) -> None:
        image = Image.open(BytesIO(social_image.draw(title, "Clinic")))
        assert (image.format, image.size) == ("PNG", (1200, 630))

    def test_long_title__stays_left_of_the_mark_and_above_the_band(self) -> None:
        title = "Cytokine release syndrome and nerve problems after treatment " * 4
        plain = Image.open(BytesIO(social_image.draw("", "Clinic"))).convert("RGB")
        drawn = Image.open(BytesIO(social_image.draw(title, "Clinic"))).convert("RGB")
        edge = social_image.MARGIN + social_image.TEXT_WIDTH
        changed = [
            (x, y)
            for x in range(0, 1200, 3)
            for y in range(0, 630, 3)
            if sum(drawn.getpixel((x, y))) < 200 < sum(plain.getpixel((x, y)))
        ]
        assert changed
        assert max(x for x, _ in changed) <= edge
        assert max(y for _, y in changed) < 630 - 124


class TestPublication:
    def test_published_page__is_shown_with_its_picture(
        self, client: Client, home: HomePage, django_capture_on_commit_callbacks: Any
    ) -> None:
        page = make_education_page(title="What is immunotherapy?")
        with django_capture_on_commit_callbacks(execute=True):
            publish(page)
        address = image_of(client, page.url)
        assert address == f"{SITE}/media/social/{kept()[0]}"
        response = client.get(address.removeprefix(SITE))
        assert response["Content-Type"] == "image/png"
        assert Image.open(BytesIO(b"".join(response))).size == (1200, 630)

    def test_new_title__replaces_the_picture(
        self, client: Client, home: HomePage, django_capture_on_commit_callbacks: Any
    ) -> None:
        page = make_education_page(title="Before")
        with django_capture_on_commit_callbacks(execute=True):
            publish(page)
        before = kept()
        page.title = "After"
        with django_capture_on_commit_callbacks(execute=True):
            publish(page)
        assert len(kept()) == 1
        assert kept() != before
        assert image_of(client, page.url).endswith(kept()[0])

    def test_disk_that_refuses__does_not_stop_the_publication(
        self, client: Client, home: HomePage, tmp_path: Path, caplog: Any
    ) -> None:
        (tmp_path / social_images.FOLDER).write_text("a file where the folder should be")
        page = make_education_page(live=False)
        publish(page)
        page.refresh_from_db()
        assert page.live
        assert "Could not draw the social preview image" in caplog.text
        assert "clinic/images/social" in image_of(client, page.url)

    def test_worker__draws_what_is_missing(self, client: Client, home: HomePage) -> None:
        page = make_education_page()
        assert "clinic/images/social" in image_of(client, page.url)
        social_images.draw_missing()
        assert "/media/social/" in image_of(client, page.url)

    def test_new_name_of_the_clinic__is_drawn_by_the_worker(
        self, client: Client, home: HomePage
    ) -> None:
        page = make_education_page()
        social_images.draw_missing()
        before = image_of(client, page.url)
        clinic = ClinicSettings(site=Site.objects.get(is_default_site=True))
        clinic.short_name = "Another clinic"
        clinic.save()
        social_images.draw_missing()
        assert image_of(client, page.url) not in {before, ""}


class TestOtherAddresses:
    def test_trial__is_named_and_shown_with_the_clinics_picture(
        self, client: Client, home: HomePage
    ) -> None:
        trial = make_trial()
        address = f"/en/trials/{trial.nct_id}/"
        assert "clinic/images/social" in image_of(client, address)
        assert (
            f'property="og:title" content="{trial.brief_title}"'
            in client.get(address).content.decode()
        )

    def test_search__tells_nothing_of_what_was_asked(self, client: Client, home: HomePage) -> None:
        assert b"og:" not in client.get("/en/search/?q=melanoma").content
