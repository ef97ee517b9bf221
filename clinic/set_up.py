"""What a new installation starts from: a site that works and does not speak for the clinic yet.

Only the home pages are live, with a sentence that says nothing about medicine. Everything else is
a draft: empty where the clinic has to say something of its own, filled with our wording where the
text is about the website or a form. A reviewer has to approve each before anybody sees it.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from wagtail.models import Locale, Page, Site

from clinic.demo import facts, pages_of_clinic
from clinic.demo.files import TextFile, read_folder
from clinic.demo.markdown_blocks import rich_text
from clinic.demo.site_tree import LANGUAGES, add_empty_page, by_slug, fill_body, resolver
from clinic.models import ClinicSettings, HomePage, PatientText
from clinic.review import publishing_without_review
from clinic.translation_work import record_versions

HERO_TEXTS = {
    "en": "We are getting this website ready. You can look at our clinical trials already.",
    "es": "Estamos preparando este sitio. Ya puede ver nuestros ensayos clínicos.",
}
WITH_OUR_WORDING = {"accessibility", "notices", "privacy"}  # these describe the website itself


@dataclass(frozen=True)
class SetUpContext:
    """What a room's ``set_up.set_up`` gets."""

    name: str
    say: Callable[[str], None]


def set_up(context: SetUpContext) -> None:
    """Add what is missing of the site, its home pages and the drafts; overwrite nothing."""
    for language in LANGUAGES:
        Locale.objects.get_or_create(language_code=language)
    homes = {
        language: home_page(language) or _add_home(language, context) for language in LANGUAGES
    }
    site = _sync_site(homes[LANGUAGES[0]], context)
    ClinicSettings.objects.get_or_create(
        site=site, defaults={"name": context.name, "short_name": context.name[:60]}
    )
    drafts = sum(_add_drafts(homes[language], language) for language in LANGUAGES)
    texts = sum(_add_text_drafts(language, context.name) for language in LANGUAGES)
    for model in (Page, PatientText):
        record_versions(model)
    context.say(f"Pages: {drafts} drafts added. Texts for patients: {texts} drafts added.")


def home_page(language: str) -> HomePage | None:
    """Return the home page of a language."""
    return HomePage.objects.filter(locale__language_code=language).order_by("path").first()


def _add_home(language: str, context: SetUpContext) -> HomePage:
    original = home_page(LANGUAGES[0])
    if original is None:
        pages_of_clinic.remove_welcome_page()
    page = HomePage(
        title=context.name,
        slug=pages_of_clinic.HOME_SLUGS[language],
        locale=Locale.objects.get(language_code=language),
        translation_key=original.translation_key if original else uuid.uuid4(),
        hero_title=context.name,
        hero_text=HERO_TEXTS[language],
        hero_illustration="home-hero",
        live=False,
    )
    Page.get_first_root_node().add_child(instance=page)
    with publishing_without_review():
        page.save_revision().publish()
    context.say(f"Added the home page {page.slug!r}")
    return page


def _sync_site(home: HomePage, context: SetUpContext) -> Site:
    """Make the default site answer at SITE_URL; a root page that somebody chose stays."""
    address = urlsplit(settings.SITE_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    site = Site.objects.filter(is_default_site=True).first()
    site = site or Site(is_default_site=True, root_page=home, site_name=context.name)
    site.hostname, site.port = address.hostname, port
    site.save()
    return site


def _add_drafts(home: HomePage, language: str) -> int:
    files = by_slug(read_folder(pages_of_clinic.FOLDER / language))
    added = []
    for slug, file in files.items():
        if model := pages_of_clinic.MODELS.get(file.meta.get("type", "")):
            introduction = {} if slug in WITH_OUR_WORDING else {"introduction": ""}
            page = add_empty_page(
                home, model, file, language, is_demo_content=False, **introduction
            )
            added += [page] if page else []
    for page in added:  # they link to each other
        if page.slug in WITH_OUR_WORDING:
            fill_body(page, files[page.slug])
            page.save_revision()
    return len(added)


def _add_text_drafts(language: str, name: str) -> int:
    locale = Locale.objects.get(language_code=language)
    known = set(PatientText.objects.filter(locale=locale).values_list("key", flat=True))
    files = [file for file in read_folder(facts.TEXTS / language) if file.name not in known]
    for file in files:
        original = PatientText.objects.filter(key=file.name).first()
        text = PatientText(
            key=file.name,
            locale=locale,
            translation_key=original.translation_key if original else uuid.uuid4(),
            title=file.meta["title"],
            body=rich_text(_in_our_name(file, name), resolver(language)),
            live=False,
        )
        text.save()
        text.save_revision()
    return len(files)


def _in_our_name(file: TextFile, name: str) -> str:
    return file.body.replace(facts.CLINIC["short_name"], name)
