"""The language switch arrives from every page and view of the demo, with the reader's words."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.test import Client
from wagtail.models import Page

SWITCH = re.compile(r'<ul class="language-switch">.*?</ul>', re.S)
LINK = re.compile(r'<a[^>]*?href="([^"]+)"[^>]*?hreflang="(\w+)"')
VIEWS = ["glossary/", "glossary/?q=cell", "search/", "search/?q=c%C3%A9lulas+T&page=1"]


def switch_links(client: Client, address: str) -> dict[str, str]:
    """Return language and address of the links to the page in other languages."""
    response = client.get(address)
    assert response.status_code == 200, address
    switch = SWITCH.search(response.content.decode())
    assert switch, address
    return {code: unescape(href) for href, code in LINK.findall(switch[0])}


@pytest.mark.django_db
@pytest.mark.usefixtures("loaded_demo")
class TestSwitch:
    @pytest.mark.parametrize(("here", "there"), [("en", "es"), ("es", "en")])
    def test_every_page__has_a_way_that_arrives(
        self, client: Client, here: str, there: str
    ) -> None:
        pages = Page.objects.live().filter(depth__gt=1, locale__language_code=here)
        assert pages
        targets = {switch_links(client, page.get_url())[there] for page in pages}
        for target in targets:
            arrived = client.get(urlsplit(target).path)
            assert arrived.status_code == 200, target
            assert f'<html lang="{there}"' in arrived.content.decode(), target

    @pytest.mark.parametrize("view", VIEWS)
    @pytest.mark.parametrize(("here", "there"), [("en", "es"), ("es", "en")])
    def test_view__keeps_the_words(self, client: Client, here: str, there: str, view: str) -> None:
        target = switch_links(client, f"/{here}/{view}")[there]
        assert target == f"/{there}/{view}"
        arrived = client.get(target)
        assert arrived.status_code == 200
        assert f'<html lang="{there}"' in arrived.content.decode()

    def test_page_without_a_translation__leads_to_the_nearest_one(self, client: Client) -> None:
        english = Page.objects.get(slug="oncolytic-viruses", locale__language_code="en")
        english.get_translations().update(live=False)
        target = switch_links(client, "/en/education/oncolytic-viruses/")["es"]
        assert target == "/es/education/#not-translated"
