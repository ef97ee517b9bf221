"""What stands around every page: menu, breadcrumbs, language links. Few queries, once a request."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language, get_language_info
from wagtail.models import Page

HOME_DEPTH = 2
MENU_DEPTH = 3
NOT_TRANSLATED = "not-translated"


@dataclass(frozen=True)
class Link:
    """A place in the menu, the breadcrumbs or the footer."""

    title: str
    url: str
    slug: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class LanguageLink:
    """The way to this page in a language; not ``is_exact`` when it leads to an ancestor."""

    code: str
    name: str
    url: str
    is_current: bool = False
    is_exact: bool = True
    target_title: str = ""


@dataclass(frozen=True)
class Navigation:
    """Menu and footer links of one language, and the way from the home page to this page."""

    home: Link
    menu: list[Link] = field(default_factory=list)
    footer: list[Link] = field(default_factory=list)
    breadcrumbs: list[Link] = field(default_factory=list)


def _ancestor_paths(page: Page | None) -> list[str]:
    """Return the treebeard paths of the page's ancestors, root first, itself last."""
    if page is None or not page.path:
        return []
    step = Page.steplen
    return [page.path[:end] for end in range(step, len(page.path) + 1, step)]


def _language() -> str:
    return (get_language() or settings.LANGUAGE_CODE).split("-")[0]


def load_navigation(request: HttpRequest | None, page: Page | None) -> Navigation:
    """Return the navigation around a page (or a view) in the active language: one query.

    Pages right below the home page stand in the menu when they are marked for menus, otherwise in
    the footer.
    """
    paths = _ancestor_paths(page)
    top = Q(depth__in=(HOME_DEPTH, MENU_DEPTH), locale__language_code=_language())
    rows = list(
        Page.objects.live().filter(top | Q(path__in=paths), depth__gte=HOME_DEPTH).order_by("path")
    )
    current = page.path if page is not None else ""

    def link(row: Page) -> Link:
        return Link(
            title=row.title,
            url=row.get_url(request) or "",
            slug=row.slug,
            is_current=bool(current) and current.startswith(row.path),
        )

    home = next((row for row in rows if row.depth == HOME_DEPTH), None)
    language = _language()
    below = [row for row in rows if row.depth == MENU_DEPTH]
    ancestors = set(paths[:-1])
    return Navigation(
        home=link(home) if home else Link(title="", url=f"/{language}/"),
        menu=[link(row) for row in below if row.show_in_menus],
        footer=[link(row) for row in below if not row.show_in_menus],
        breadcrumbs=[link(row) for row in rows if row.path in ancestors],
    )


def page_language_links(request: HttpRequest | None, page: Page) -> list[LanguageLink]:
    """Return one link per language: the translation, or the nearest translated ancestor. One query.

    A link that is not exact carries a fragment that shows a notice on the page it leads to, so
    that no cookie or parameter is needed and cached pages stay whole.
    """
    current = _language()
    keys = Page.objects.filter(path__in=_ancestor_paths(page), depth__gte=HOME_DEPTH)
    translations: dict[str, Page] = {}
    for row in (
        Page.objects.live()
        .filter(translation_key__in=keys.values("translation_key"), view_restrictions__isnull=True)
        .exclude(locale_id=page.locale_id)
        .select_related("locale")
        .order_by("depth")
    ):
        translations[row.locale.language_code] = row
    links = []
    for code, _name in settings.LANGUAGES:
        found = translations.get(code)
        if code == current:
            links.append(_language_link(code, page.get_url(request) or "", is_current=True))
        elif found is None:
            links.append(_language_link(code, f"/{code}/#{NOT_TRANSLATED}", is_exact=False))
        else:
            exact = found.translation_key == page.translation_key
            url = (found.get_url(request) or "") + ("" if exact else f"#{NOT_TRANSLATED}")
            links.append(_language_link(code, url, is_exact=exact, target_title=found.title))
    return links


def view_language_links(request: HttpRequest) -> list[LanguageLink]:
    """Return one link per language for a view: the same address under the other prefix."""
    current = _language()
    links = []
    for code, _name in settings.LANGUAGES:
        url = f"/{code}/"
        if getattr(request, "resolver_match", None) is not None:
            translated = translate_url(request.get_full_path(), code)
            url = translated if translated.startswith(f"/{code}/") else url
        links.append(_language_link(code, url, is_current=code == current))
    return links


def _language_link(code: str, url: str, **flags: Any) -> LanguageLink:
    name = get_language_info(code)["name_local"].capitalize()
    return LanguageLink(code=code, name=name, url=url, **flags)
