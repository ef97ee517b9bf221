"""What stands around every page: menu, breadcrumbs, language links. Few queries, once a request."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language, get_language_info
from wagtail.models import Page, PageViewRestriction

from clinic.models.translation import source_changed_at

HOME_DEPTH = 2
MENU_DEPTH = 3
NOT_TRANSLATED = "not-translated"
SOURCE = settings.LANGUAGE_CODE.split("-")[0]  # what translations are made from


@dataclass(frozen=True)
class Link:
    """A place in the menu, the breadcrumbs or the footer."""

    title: str
    url: str
    slug: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class LanguageLink:
    """The way to this page in a language; not ``is_exact`` when it leads to an ancestor.

    ``newer_since`` says that the English page has changed since the current one was translated.
    """

    code: str
    name: str
    url: str
    is_current: bool = False
    is_exact: bool = True
    target_title: str = ""
    newer_since: datetime | None = None


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


def load_surroundings(
    request: HttpRequest | None, page: Page | None
) -> tuple[Navigation, list[LanguageLink]]:
    """Return the navigation and the language links around a page (or a view): one query.

    Pages right below the home page stand in the menu when they are marked for menus, otherwise in
    the footer.
    """
    paths = _ancestor_paths(page)
    wanted = Q(depth__in=(HOME_DEPTH, MENU_DEPTH), locale__language_code=_language())
    if paths:
        family = Page.objects.filter(path__in=paths, depth__gte=HOME_DEPTH)
        wanted |= Q(path__in=paths) | Q(translation_key__in=family.values("translation_key"))
    restrictions = PageViewRestriction.objects.filter(page_id=OuterRef("pk"))
    pages = (
        Page.objects.live()
        .filter(wanted, depth__gte=HOME_DEPTH)
        .annotate(is_restricted=Exists(restrictions))
        .select_related("locale")
        .order_by("path")
    )
    if _language() != SOURCE:
        pages = pages.annotate(newer_since=source_changed_at("wagtailcore", "page"))
    rows = list(pages)
    if page is None or not page.pk:
        return _navigation(request, None, rows), view_language_links(request)
    return _navigation(request, page, rows), _page_language_links(request, page, rows)


def _navigation(request: HttpRequest | None, page: Page | None, rows: list[Any]) -> Navigation:
    language, current = _language(), page.path if page is not None else ""
    ancestors = set(_ancestor_paths(page)[:-1])

    def link(row: Page) -> Link:
        return Link(
            title=row.title,
            url=row.get_url(request) or "",
            slug=row.slug,
            is_current=bool(current) and current.startswith(row.path),
        )

    ours = [row for row in rows if row.locale.language_code == language]
    home = next((row for row in ours if row.depth == HOME_DEPTH), None)
    below = [row for row in ours if row.depth == MENU_DEPTH]
    return Navigation(
        home=link(home) if home else Link(title="", url=f"/{language}/"),
        menu=[link(row) for row in below if row.show_in_menus],
        footer=[link(row) for row in below if not row.show_in_menus],
        breadcrumbs=[link(row) for row in rows if row.path in ancestors],
    )


def _page_language_links(
    request: HttpRequest | None, page: Page, rows: list[Any]
) -> list[LanguageLink]:
    """Return one link per language: the translation, or the nearest translated ancestor.

    A link that is not exact carries a fragment that shows a notice on the page it leads to, so
    that no cookie or parameter is needed and cached pages stay whole.
    """
    family = {row.translation_key for row in rows if row.path in set(_ancestor_paths(page))}
    family.add(page.translation_key)
    translations = {
        row.locale.language_code: row
        for row in sorted(rows, key=lambda row: row.depth)
        if row.translation_key in family
        and row.locale_id != page.locale_id
        and not row.is_restricted
    }
    ours = next((row for row in rows if row.pk == page.pk), None)
    newer_since = getattr(ours, "newer_since", None)
    links = []
    for code, _name in settings.LANGUAGES:
        found = translations.get(code)
        if code == _language():
            links.append(_language_link(code, page.get_url(request) or "", is_current=True))
        elif found is None:
            links.append(_language_link(code, f"/{code}/#{NOT_TRANSLATED}", is_exact=False))
        else:
            exact = found.translation_key == page.translation_key
            url = (found.get_url(request) or "") + ("" if exact else f"#{NOT_TRANSLATED}")
            flags: dict[str, Any] = {"is_exact": exact, "target_title": found.title}
            if exact and code == SOURCE:
                flags["newer_since"] = newer_since
            links.append(_language_link(code, url, **flags))
    return links


def view_language_links(request: HttpRequest | None) -> list[LanguageLink]:
    """Return one link per language for a view: the same address under the other prefix."""
    current = _language()
    links = []
    for code, _name in settings.LANGUAGES:
        url = f"/{code}/"
        if request is not None and getattr(request, "resolver_match", None) is not None:
            translated = translate_url(request.get_full_path(), code)
            url = translated if translated.startswith(f"/{code}/") else url
        links.append(_language_link(code, url, is_current=code == current))
    return links


def _language_link(code: str, url: str, **flags: Any) -> LanguageLink:
    name = get_language_info(code)["name_local"].capitalize()
    return LanguageLink(code=code, name=name, url=url, **flags)
