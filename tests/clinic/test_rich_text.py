"""Links in rich text lead to what people can read, and cost one query for a page."""

from typing import Any

import pytest
from django.utils import translation
from wagtail.models import Locale, Page, Site
from wagtail.rich_text import expand_db_html

from clinic.models import StandardPage
from clinic.rich_text import links_of
from tests.factories import make_home_page, make_page

pytestmark = pytest.mark.django_db


def link(page: Page) -> str:
    return f'<p><a linktype="page" id="{page.pk}">words</a></p>'


def test_link__leads_to_the_live_page() -> None:
    page = make_page()
    assert f'href="{page.get_url()}"' in expand_db_html(link(page))


@pytest.mark.parametrize("state", ["draft", "deleted"])
def test_link__to_nothing_stays_as_words(state: str) -> None:
    page = make_page(live=state != "draft")
    html = link(page)
    if state == "deleted":
        page.delete()
    assert expand_db_html(html) == "<p><a>words</a></p>"


def test_link__leads_to_the_translation_in_the_active_language() -> None:
    page = make_page()
    spanish = Locale.objects.get_or_create(language_code="es")[0]
    original = page.get_parent()
    home = make_home_page(locale=spanish, slug="home-es", translation_key=original.translation_key)
    Site.clear_site_root_paths_cache()
    translated = home.add_child(
        instance=StandardPage(
            title="Hola", slug="hola", locale=spanish, translation_key=page.translation_key
        )
    )
    with translation.override("es"):
        assert f'href="{translated.get_url()}"' in expand_db_html(link(page))


def test_links_of__asks_once_for_a_whole_page(django_assert_num_queries: Any) -> None:
    pages = [make_page() for _number in range(5)]
    page = make_page(body=[("paragraph", link(other)) for other in pages])
    expand_db_html(link(pages[0]))
    with django_assert_num_queries(1), links_of(page.body):
        for other in pages:
            assert other.url_path.strip("/").rsplit("/", 1)[-1] in expand_db_html(link(other))
