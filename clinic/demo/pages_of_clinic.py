"""The clinic's own pages of the demo, in both languages."""

from pathlib import Path

from django.conf import settings
from wagtail.models import Page, Site

from clinic.demo.files import TextFile, read_folder
from clinic.demo.site_tree import (
    LANGUAGES,
    add_empty_page,
    by_slug,
    find_page,
    is_empty,
    publish_page,
)
from clinic.models import BasePage, ContactPage, HomePage, PeoplePage, StandardPage

FOLDER = Path(__file__).resolve().parent / "pages"
MODELS: dict[str, type[BasePage]] = {
    "contact": ContactPage,
    "people": PeoplePage,
    "standard": StandardPage,
}
HOME_SLUGS = {"en": "home", "es": "home-es"}
SITE_NAME = "Marigold Clinic"


def add_empty_pages() -> None:
    """Add the pages that are missing, without content and not yet live."""
    for language in LANGUAGES:
        files = by_slug(read_folder(FOLDER / language))
        home = find_page("home", language)
        if not isinstance(home and home.specific, HomePage):
            home = _add_home(files["home"], language)
        for file in files.values():
            if model := MODELS.get(file.meta.get("type", "")):
                fields = {"illustration": file.meta.get("illustration", "")}
                add_empty_page(
                    home, model, file, language, **(fields if model is StandardPage else {})
                )


def publish_empty_pages() -> None:
    """Publish what `add_empty_pages` added; every page that they link to must be there."""
    for language in LANGUAGES:
        for slug, file in by_slug(read_folder(FOLDER / language)).items():
            page = find_page(slug, language)
            if page is not None and is_empty(page) and _is_ours(file):
                publish_page(page.specific, file)


def _is_ours(file: TextFile) -> bool:
    return file.meta["slug"] == "home" or file.meta.get("type") in MODELS


def _add_home(file: TextFile, language: str) -> BasePage | None:
    if language == LANGUAGES[0]:
        remove_welcome_page()
    home = add_empty_page(
        Page.get_first_root_node(),
        HomePage,
        file,
        language,
        slug=HOME_SLUGS[language],
        hero_title=file.meta["hero_title"],
        hero_text=" ".join(file.meta["hero_text"].split()),
        hero_illustration=file.meta["hero_illustration"],
    )
    if language == LANGUAGES[0]:
        Site.objects.update_or_create(
            is_default_site=True,
            defaults={
                "hostname": "localhost",
                "port": settings.PORT,
                "site_name": SITE_NAME,
                "root_page": home,
            },
        )
    return home


def remove_welcome_page() -> None:
    """Delete the page that Wagtail's own migrations put at the top of a new site."""
    for page in Page.objects.filter(depth=2, slug="home"):
        if page.specific_class is Page:
            Site.objects.filter(root_page=page).delete()
            page.delete()
