"""Readers of a translation learn that the English page has moved on."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from clinic.models import HomePage, Translation
from clinic.models.translation import version_of
from clinic.navigation import load_surroundings
from clinic.translation_work import mark_up_to_date
from tests.clinic.review_steps import change, fresh
from tests.clinic.test_translation_signing import publish, translate
from tests.factories import make_home_page, make_locale, make_page, make_reviewer, make_user

pytestmark = pytest.mark.django_db

NOTICE = 'id="english-is-newer"'


@pytest.fixture
def english() -> Any:
    home = make_home_page()
    make_home_page(locale=make_locale("es"), translation_key=home.translation_key, title="Inicio")
    return make_page(home, introduction="We care.")


@pytest.fixture
def copy(english: Any) -> Any:
    copy = translate(english, make_locale("es"))
    publish(copy, make_user(), introduction="Cuidamos.")
    return fresh(copy)


def read(client: Client, page: Any) -> str:
    response = client.get(page.get_url())
    assert response.status_code == 200
    return response.content.decode()


def test_notice__stands_while_the_english_page_is_newer(
    client: Client, english: Any, copy: Any
) -> None:
    assert NOTICE not in read(client, copy)
    change(english, make_user(), introduction="Draft")
    assert NOTICE not in read(client, copy)

    publish(english, make_user(), introduction="We care more.")
    html = read(client, copy)
    assert NOTICE in html
    notice = html[html.index(NOTICE) :]
    assert f'href="{english.get_url()}" hreflang="en"' in notice[: notice.index("</div>")]
    assert NOTICE not in read(client, english)

    mark_up_to_date(copy, user=make_reviewer(), seen=version_of(fresh(english))[1])
    assert NOTICE not in read(client, copy)


def test_notice__belongs_to_that_page_alone(client: Client, english: Any, copy: Any) -> None:
    publish(english, make_user(), introduction="We care more.")
    assert NOTICE not in read(client, HomePage.objects.get(title="Inicio"))


def test_english_page_off_the_site__leaves_nothing_to_read_instead(
    client: Client, english: Any, copy: Any
) -> None:
    publish(english, make_user(), introduction="We care more.")
    type(english).objects.filter(pk=english.pk).update(live=False)
    assert NOTICE not in read(client, copy)


@pytest.mark.parametrize("language", ["en", "es"])
def test_surroundings__take_one_query(english: Any, copy: Any, language: str) -> None:
    publish(english, make_user(), introduction="We care more.")
    page = fresh(english if language == "en" else copy)
    request = RequestFactory().get("/")
    load_surroundings(request, page)  # what Wagtail keeps of its sites
    with (
        override(language),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        _navigation, links = load_surroundings(request, page)
    assert len(queries) == 1
    table = Translation._meta.db_table
    assert (table in queries[0]["sql"]) is (language == "es")
    assert any(link.newer_since for link in links) is (language == "es")
