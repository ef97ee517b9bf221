"""The language switch leads somewhere from everywhere, and says so when that is not the page."""

import re
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils.translation import override
from pytest_django.asserts import assertInHTML

from clinic.models import HomePage
from clinic.navigation import load_surroundings, view_language_links
from tests.education.factories import make_education_index, make_education_page
from tests.factories import make_home_page, make_locale, make_page


@pytest.fixture
def homes(db: None) -> tuple[HomePage, HomePage]:
    english = make_home_page()
    spanish = make_home_page(
        locale=make_locale("es"), translation_key=english.translation_key, title="Inicio"
    )
    return english, spanish


def spanish_link(page: HomePage) -> object:
    with override("en"):
        _navigation, links = load_surroundings(RequestFactory().get(page.url), page)
    return next(link for link in links if link.code == "es")


def test_translated_page__leads_to_its_translation(homes: tuple[HomePage, HomePage]) -> None:
    english, spanish = homes
    link = spanish_link(english)
    assert link.url == spanish.url
    assert link.is_exact


def test_untranslated_page__leads_to_the_nearest_translated_ancestor(
    homes: tuple[HomePage, HomePage],
) -> None:
    english, spanish = homes
    index = make_education_index(english)
    page = make_education_page(index)
    assert spanish_link(page).url == f"{spanish.url}#not-translated"
    translated = make_education_index(
        spanish, translation_key=index.translation_key, title="Aprender"
    )
    link = spanish_link(page)
    assert link.url == f"{translated.url}#not-translated"
    assert not link.is_exact
    assert link.target_title == "Aprender"


def test_translation_that_is_not_live__is_not_offered(homes: tuple[HomePage, HomePage]) -> None:
    english, spanish = homes
    index = make_education_index(english)
    make_education_index(spanish, translation_key=index.translation_key, live=False)
    assert spanish_link(index).url == f"{spanish.url}#not-translated"


def test_no_spanish_home__still_leads_to_the_prefix(db: None) -> None:
    link = spanish_link(make_home_page())
    assert link.url == "/es/#not-translated"


def test_switch_on_a_page__arrives(client: Client, homes: tuple[HomePage, HomePage]) -> None:
    english, _spanish = homes
    page = make_education_page(make_education_index(english))
    html = client.get(page.url).content.decode()
    assert 'href="/es/#not-translated"' in html
    assert "this page is not translated yet" in html
    arrived = client.get("/es/")
    assert arrived.status_code == 200
    assert 'id="not-translated"' in arrived.content.decode()


def test_hreflang__names_only_exact_translations(
    client: Client, homes: tuple[HomePage, HomePage], settings: Any
) -> None:
    english, spanish = homes
    page = make_education_page(make_education_index(english))
    address = f"{settings.SITE_URL}{spanish.url}"
    alternate = f'<link rel="alternate" hreflang="es" href="{address}">'
    assertInHTML(alternate, client.get(english.url).content.decode())
    untranslated = client.get(page.url).content.decode()
    assert re.findall(r'rel="alternate"\s+hreflang="(\w+)"', untranslated) == ["en"]


def test_view__keeps_its_address_and_words(
    client: Client, homes: tuple[HomePage, HomePage]
) -> None:
    html = client.get("/en/search/", {"q": "cells"}).content.decode()
    assert 'href="/es/search/?q=cells"' in html


def test_unresolved_request__leads_home(db: None) -> None:
    with override("en"):
        links = view_language_links(RequestFactory().get("/en/nowhere/"))
    assert [link.url for link in links] == ["/en/", "/es/"]


def test_spanish_home__has_a_spanish_page(client: Client, homes: tuple[HomePage, HomePage]) -> None:
    assert '<html lang="es">' in client.get("/es/").content.decode()


@pytest.mark.parametrize("number", [0, 1])
def test_demo_translation__says_that_no_translator_reviewed_it(
    homes: tuple[HomePage, HomePage], client: Client, number: int
) -> None:
    page = make_page(homes[number], is_demo_content=True)
    is_said = "Ningún traductor calificado" in client.get(page.get_url()).content.decode()
    assert is_said is (page.locale.language_code == "es")
