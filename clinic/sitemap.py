"""robots.txt and the sitemap, in which each address names its other languages.

An app contributes by a module ``sitemap_addresses.py`` with
``addresses() -> Iterable[dict[str, str]]``: one item for each text, its address by language.

More addresses than one file may hold are cut into several, and ``/sitemap.xml`` names these.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from math import ceil

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.models import Page

from clinic.contributions import contributions
from clinic.structured_data import absolute

HOME_DEPTH = 2
# Of sitemaps.org: addresses in a file, and files in an index. A file of so many addresses has about
# 25 MB, half of what is allowed.
MOST = 50_000
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NAMESPACES = f'{NAMESPACE} xmlns:xhtml="http://www.w3.org/1999/xhtml"'
# An address, and those of the same text by language.
Listed = tuple[str, dict[str, str]]
ROBOTS = """User-agent: *
Disallow: /admin/
Disallow: /*/search/
Disallow: /*/feedback/
Disallow: /*/inquiry/

Sitemap: {sitemap}
"""


@require_safe
@cache_control(public=True, max_age=60 * 60)
def robots(request: HttpRequest) -> HttpResponse:
    """Say what search engines may read; nothing at the door for staff."""
    text = ROBOTS.format(sitemap=absolute("/sitemap.xml"))
    if settings.PROCESS == "staff":
        text = "User-agent: *\nDisallow: /\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=60 * 60)
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every public address with its translations, or the files that do where one is short."""
    addresses = _addresses()
    first = list(islice(addresses, MOST))
    further = sum(1 for _address in addresses)
    if not further:
        return _file_of(first)
    numbers = range(1, ceil((MOST + further) / MOST) + 1)
    files = (absolute(reverse("sitemap_file", args=[number])) for number in numbers)
    body = "".join(f"<sitemap><loc>{escape(file)}</loc></sitemap>" for file in files)
    return _xml(f"<sitemapindex {NAMESPACE}>{body}</sitemapindex>")


@require_safe
@cache_control(public=True, max_age=60 * 60)
def sitemap_file(request: HttpRequest, number: int) -> HttpResponse:
    """Return one of the files, from 1; raise Http404 where there are not so many."""
    if not 1 <= number <= MOST:
        raise Http404
    listed = list(islice(_addresses(), (number - 1) * MOST, number * MOST))
    if not listed:
        raise Http404
    return _file_of(listed)


def _file_of(listed: Iterable[Listed]) -> HttpResponse:
    body = "".join(_entry(address, family) for address, family in listed)
    return _xml(f"<urlset {NAMESPACES}>{body}</urlset>")


def _xml(body: str) -> HttpResponse:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'
    return HttpResponse(text, content_type="application/xml; charset=utf-8")


def _addresses() -> Iterator[Listed]:
    """Yield every public address, always in the same order."""
    for family in _everything():
        for address in family.values():
            yield address, family


def _everything() -> Iterator[dict[str, str]]:
    yield from _pages()
    for room in contributions("sitemap_addresses"):
        yield from room.addresses()


def _pages() -> Iterator[dict[str, str]]:
    families: dict[object, dict[str, str]] = defaultdict(dict)
    pages = Page.objects.live().public().filter(depth__gte=HOME_DEPTH, alias_of=None)
    for page in pages.select_related("locale").order_by("path"):
        if address := page.get_url():
            families[page.translation_key][page.locale.language_code] = address
    yield from families.values()


def _entry(address: str, family: dict[str, str]) -> str:
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{escape(absolute(other))}"/>'
        for code, other in _with_default(family).items()
    )
    return f"<url><loc>{escape(absolute(address))}</loc>{links}</url>"


def _with_default(addresses: dict[str, str]) -> dict[str, str]:
    default = addresses.get(settings.LANGUAGE_CODE)
    return {**addresses, "x-default": default} if default else addresses
