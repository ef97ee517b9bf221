"""The site search: each language by its own stems, live and public pages only, odd input."""

import pytest
from django.test import Client
from django.utils.translation import override
from wagtail.models import PageViewRestriction

from clinic.search_backend import configuration
from clinic.site_search import SearchQuery, clean_query, contribute
from tests.education.factories import make_education_index, make_education_page
from tests.factories import make_home_page, make_locale


def titles(text: str, language: str = "en") -> list[str]:
    with override(language):
        group = contribute(SearchQuery(text=text, language=language))
    return [result.title for result in group.results]


@pytest.mark.django_db
class TestPages:
    def test_word__is_found_by_its_stem(self) -> None:
        make_education_page(title="Treatment vaccines", introduction="They teach the T cells.")
        assert titles("vaccine") == ["Treatment vaccines"]
        assert titles("teaching cell") == ["Treatment vaccines"]

    def test_spanish__has_its_own_stems_and_pages(self) -> None:
        english = make_home_page()
        spanish = make_home_page(
            locale=make_locale("es"), translation_key=english.translation_key, title="Inicio"
        )
        index = make_education_index(spanish, title="Aprender")
        make_education_page(index, title="Vacunas de tratamiento", locale=spanish.locale)
        make_education_page(make_education_index(english), title="Vacunas in English")
        assert titles("vacuna", "es") == ["Vacunas de tratamiento"]

    def test_drafts_and_private_pages__are_not_found(self) -> None:
        make_education_page(title="Hidden antibody", live=False)
        private = make_education_page(title="Private antibody")
        PageViewRestriction.objects.create(page=private, restriction_type="login")
        assert titles("antibody") == []

    def test_misspelt_word__finds_similar_ones(self) -> None:
        make_education_page(title="Checkpoint inhibitors")
        with override("en"):
            group = contribute(SearchQuery(text="chekpoint", language="en"))
        assert [result.title for result in group.results] == ["Checkpoint inhibitors"]
        assert group.is_similar


@pytest.mark.django_db
class TestView:
    @pytest.mark.parametrize(
        "query",
        ["", "   ", "'\"; drop table--", "&|!:*()<->", "%", "\\", "x" * 5000, "☃" * 300],
    )
    def test_odd_input__is_answered(self, client: Client, query: str) -> None:
        make_home_page()
        response = client.get("/en/search/", {"q": query})
        assert response.status_code == 200
        assert b"\x00" not in response.content

    @pytest.mark.parametrize("query", ["%ff%fe%80", "a%00b"])
    def test_broken_bytes__are_refused_with_a_page(self, client: Client, query: str) -> None:
        make_home_page()
        response = client.get(f"/en/search/?q={query}")
        assert response.status_code == 400
        assert b"<h1" in response.content

    def test_what_people_type__is_escaped_and_never_stored(self, client: Client) -> None:
        make_home_page()
        response = client.get("/en/search/", {"q": "<script>alert(1)</script>"})
        assert b"<script>alert" not in response.content
        assert "no-store" in response["Cache-Control"]

    def test_results__link_to_the_page(self, client: Client) -> None:
        page = make_education_page(title="Antibodies")
        html = client.get("/en/search/", {"q": "antibody"}).content.decode()
        assert f'href="{page.url}"' in html
        assert "1 result for" in html

    def test_post__is_refused(self, client: Client) -> None:
        assert client.post("/en/search/").status_code == 405


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  two   words ", "two words"),
        ("a\x00b", "a b"),
        ("\x1b[31m", "[31m"),
        ("y" * 999, "y" * 200),
    ],
)
def test_clean_query(raw: str, clean: str) -> None:
    assert clean_query(raw) == clean


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "english"),
        ("es", "spanish"),
        ("es-mx", "spanish"),
        (None, "english"),
        ("fr", "simple"),
    ],
)
def test_configuration(language: str | None, expected: str) -> None:
    assert configuration(language) == expected
