"""The glossary as readers meet it: in the text, and from A to Z."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from wagtail.models import Locale

from clinic.review import publishing_without_review
from education.models import GlossaryTerm, UnmarkedTerm
from education.word_list import word_list
from tests.education.factories import make_education_page
from tests.factories import make_home_page

pytestmark = pytest.mark.django_db

BODY = [
    ("heading", "What is a cytokine?"),
    ("paragraph", "<p>A cytokine is a signal.</p>"),
    ("heading", "More"),
    ("paragraph", "<p>Each cytokine and each biopsy.</p>"),
]


def make_term(term: str, language: str = "en", **overrides: Any) -> GlossaryTerm:
    locale = Locale.objects.get_or_create(language_code=language)[0]
    fields = {"slug": term.lower().replace(" ", "-"), "definition": f"What {term} means."}
    with publishing_without_review():
        return GlossaryTerm.objects.create(term=term, locale=locale, **{**fields, **overrides})


def body_of(client: Client, page: Any) -> str:
    response = client.get(page.get_url())
    assert response.status_code == 200
    return response.content.decode()


class TestInText:
    def test_page__marks_the_first_use_and_lists_it_below_its_section(self, client: Client) -> None:
        make_term("cytokine")
        make_term("biopsy")
        html = body_of(client, make_education_page(body=BODY))
        assert html.count('href="#word-cytokine">cytokine</a>') == 1
        first, second = html.index('id="word-cytokine"'), html.index('id="word-biopsy"')
        assert first < html.index(">More</h2>") < second

    def test_page__leaves_what_its_editor_switched_off(self, client: Client) -> None:
        page = make_education_page(body=BODY)
        UnmarkedTerm.objects.create(page=page, term=make_term("cytokine"))
        assert "word-cytokine" not in body_of(client, page)

    @pytest.mark.parametrize("switch", [{"live": False}, {"is_marked_in_text": False}])
    def test_page__leaves_drafts_and_everyday_words(self, client: Client, switch: Any) -> None:
        make_term("cytokine", **switch)
        assert "word-cytokine" not in body_of(client, make_education_page(body=BODY))

    def test_page__leaves_words_of_the_other_language(self, client: Client) -> None:
        make_term("cytokine", language="es")
        assert "word-cytokine" not in body_of(client, make_education_page(body=BODY))


class TestWordList:
    def test_word_list__is_built_once(self, django_assert_num_queries: Any) -> None:
        make_term("cytokine")
        kept = word_list("en")
        with django_assert_num_queries(1):
            assert word_list("en") is kept

    def test_word_list__follows_an_edit(self) -> None:
        term = make_term("cytokine")
        word_list("en")
        with publishing_without_review():
            term.definition = "A signal between cells."
            term.save()
        assert word_list("en").words["cytokine"].definition == "A signal between cells."


class TestAToZ:
    @pytest.fixture(autouse=True)
    def _words(self) -> None:
        make_education_page()
        make_term("cytokine", pronunciation="SY-toh-kyn")
        make_term("éosinophil", slug="eosinophil", definition="A kind of white blood cell.")
        make_term("citocina", language="es")

    def test_glossary__sorts_by_letter_without_accents(self, client: Client) -> None:
        html = client.get("/en/glossary/").content.decode()
        assert (
            html.index('id="letter-C"') < html.index('id="cytokine"') < html.index('id="letter-E"')
        )
        assert "(SY-toh-kyn)" in html
        assert "citocina" not in html

    def test_glossary__is_in_the_readers_language(self, client: Client) -> None:
        html = client.get("/es/glossary/").content.decode()
        assert 'id="citocina"' in html and "cytokine" not in html

    def test_glossary__finds_in_words_and_definitions(self, client: Client) -> None:
        response = client.get("/en/glossary/", {"q": "EOSIN"})
        html = response.content.decode()
        assert 'id="eosinophil"' in html and 'id="cytokine"' not in html
        assert "no-store" in response["Cache-Control"]

    def test_glossary__says_when_nothing_is_found(self, client: Client) -> None:
        assert "0 words for “zebra”" in client.get("/en/glossary/?q=zebra").content.decode()


def test_term__has_at_most_two_sentences() -> None:
    term = make_term("cytokine", definition="One. Two. Three.")
    with pytest.raises(Exception, match="Two sentences"):
        term.clean()


class TestStructuredData:
    BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)

    def test_words__are_told_as_a_defined_term_set(self, client: Client, settings: Any) -> None:
        settings.SITE_URL = "https://clinic.example"
        make_home_page()
        make_term("Antigen", definition="A mark on a <cell>.")
        [block] = self.BLOCK.findall(client.get("/en/glossary/").content.decode())
        told = json.loads(block)
        assert told["@type"] == "DefinedTermSet"
        assert told["inLanguage"] == "en"
        [word] = told["hasDefinedTerm"]
        assert word["name"] == "Antigen"
        assert word["description"] == "A mark on a <cell>."
        assert word["url"] == "https://clinic.example/en/glossary/#antigen"

    def test_search__tells_no_set(self, client: Client) -> None:
        make_home_page()
        make_term("Antigen")
        assert not self.BLOCK.findall(client.get("/en/glossary/?q=antigen").content.decode())
