"""Makes the demo's pages: first all empty ones, then their content, which links between them."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from wagtail.models import Locale, Page

from clinic.demo.files import TextFile
from clinic.demo.markdown_blocks import Resolver, parse_blocks
from clinic.models import BasePage
from clinic.review import publishing_without_review

LANGUAGES = ("en", "es")


def add_empty_page(
    parent: Page,
    model: type[BasePage],
    file: TextFile,
    language: str,
    *,
    is_demo_content: bool = True,
    **fields: Any,
) -> BasePage | None:
    """Add a page that nobody sees yet; return None when the parent has one with this slug."""
    locale = Locale.objects.get(language_code=language)
    slug = fields.pop("slug", file.meta["slug"])
    if Page.objects.child_of(parent).filter(slug=slug).exists():
        return None
    original = find_page(file.meta["slug"], LANGUAGES[0]) if language != LANGUAGES[0] else None
    if original is not None:
        fields["translation_key"] = original.translation_key
    introduction = file.meta.get("introduction") or file.meta["summary"]
    page = model(
        title=file.meta["title"],
        slug=slug,
        locale=locale,
        introduction=_one_line(fields.pop("introduction", introduction)),
        show_in_menus=file.meta.get("in_menu", False),
        is_demo_content=is_demo_content,
        live=False,
        **fields,
    )
    return parent.add_child(instance=page)


def publish_page(page: BasePage, file: TextFile, **fields: Any) -> None:
    """Give an empty page its content and publish it as the demo content that it is."""
    fill_body(page, file)
    for name, value in fields.items():
        setattr(page, name, value)
    with publishing_without_review():
        page.save_revision().publish()


def fill_body(page: BasePage, file: TextFile) -> None:
    """Set the page's body to the file's, without saving; every page it links to must be there."""
    language = page.locale.language_code
    body = parse_blocks(file.body, resolver(language), seed=f"{language}/{page.slug}")
    page.body = type(page).body.field.to_python(_json(body))


def is_empty(page: Page) -> bool:
    """Return whether a loader added the page and has not published it yet."""
    return page.latest_revision_id is None and not page.live


def find_page(slug: str, language: str) -> Page | None:
    """Return the page of this slug in a language; the home page is found as ``home``."""
    pages = Page.objects.filter(locale__language_code=language, depth__gt=1)
    if slug == "home":
        return pages.filter(depth=2).first()
    return pages.filter(slug=slug, depth__gt=2).first()


def resolver(language: str) -> Resolver:
    """Return what finds the page that a text of this language links to."""

    def resolve(target: str) -> int | None:
        slug = target.removeprefix("page:")
        page = find_page(slug, language)
        if slug and page is None:
            raise ObjectDoesNotExist(f"No page {slug!r} in {language!r} to link to")
        return page.pk if page else None

    return resolve


def by_slug(files: Iterable[TextFile]) -> dict[str, TextFile]:
    """Return the files by the slug of their page."""
    return {file.meta["slug"]: file for file in files}


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _json(blocks: list[dict[str, Any]]) -> str:
    return json.dumps(blocks)
