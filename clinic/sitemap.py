"""robots.txt and the sitemap, in which each address names its other languages.

An app contributes by a module ``sitemap_addresses.py`` with
``addresses() -> Iterable[dict[str, str]]``: one item for each text, its address by language.
"""

from collections import defaultdict
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.models import Page

from clinic.contributions import contributions
from clinic.structured_data import absolute

HOME_DEPTH = 2
MOST = 50_000
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)
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
    """List every public address with its translations."""
    entries = [entry for addresses in _everything() for entry in _entries(addresses)]
    body = "".join(entries[:MOST])
    return HttpResponse(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {NAMESPACES}>{body}</urlset>\n',
        content_type="application/xml; charset=utf-8",
    )


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


def _entries(addresses: dict[str, str]) -> Iterator[str]:
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{escape(absolute(address))}"/>'
        for code, address in _with_default(addresses).items()
    )
    for address in addresses.values():
        yield f"<url><loc>{escape(absolute(address))}</loc>{links}</url>"


def _with_default(addresses: dict[str, str]) -> dict[str, str]:
    default = addresses.get(settings.LANGUAGE_CODE)
    return {**addresses, "x-default": default} if default else addresses
