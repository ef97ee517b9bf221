"""Searching pages and the glossary with the words that people use; the frozen queries."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from clinic.search_terms import QueryWords, understand
from clinic.site_search import SearchQuery, SearchResult, search_site
from education.folding import key_of
from education.models import GlossaryTerm, SymptomWord, Synonym, TherapyType
from education.vocabulary_seed import load_vocabulary
from tests.education.factories import make_education_index, make_education_page
from tests.factories import make_home_page, make_locale


def results(text: str, language: str = "en", group: str = "pages") -> list[SearchResult]:
    with override(language):
        words = understand(text, language)
        groups = search_site(SearchQuery(text=text, language=language, words=words))
    return next((each.results for each in groups if each.key == group), [])


def read(text: str, language: str = "en") -> QueryWords:
    with override(language):
        return understand(text, language)


@pytest.fixture
def therapy(db: None) -> TherapyType:
    """One kind of treatment with a drug of two names and a page of its own."""
    make_home_page()
    therapy = TherapyType.objects.create(slug="brakes", name_en="Brake drugs", name_es="Frenos")
    generic = Synonym.objects.create(
        term="examplimab", language="en", kind=Synonym.Kind.GENERIC, therapy_type=therapy
    )
    Synonym.objects.create(
        term="Samplera",
        language="en",
        kind=Synonym.Kind.BRAND,
        therapy_type=therapy,
        generic=generic,
    )
    page = make_education_page(title="How brakes come off", section="types")
    page.therapy_types.add(therapy)
    page.save()
    return therapy


class TestWords:
    def test_brand__leads_to_the_page_of_its_kind_and_finds_the_generic(
        self, therapy: TherapyType
    ) -> None:
        make_education_page(title="Samplera and travel")
        make_education_page(title="Notes", introduction="People who take examplimab rest more.")
        assert [result.title for result in results("samplera")] == [
            "How brakes come off",
            "Samplera and travel",
            "Notes",
        ]

    def test_other_words__are_told(self, therapy: TherapyType, client: Client) -> None:
        html = client.get("/en/search/", {"q": "samplera"}).content.decode()
        assert "For “samplera” we also searched: examplimab" in unescape(html)

    def test_new_synonym__counts_at_once(self, therapy: TherapyType) -> None:
        assert read("brakey").also_searched == []
        Synonym.objects.create(
            term="brakey", language="en", kind=Synonym.Kind.LAY, therapy_type=therapy
        )
        assert read("brakey").also_searched[0].others == ("Brake drugs",)

    def test_unpublished_page__leads_nowhere(self, therapy: TherapyType) -> None:
        page = make_education_page(title="Draft", section="types", live=False)
        page.therapy_types.add(therapy)
        page.save()
        assert "Draft" not in [result.title for result in results("samplera")]

    @pytest.mark.parametrize(
        ("one", "other"),
        [("CAR-T", "car t"), ("PD-1", "PD1"), ("tumours", "tumor"), ("cáncer", "cancer")],
    )
    def test_spellings__are_the_same_word(self, one: str, other: str) -> None:
        assert key_of(one) == key_of(other)


@pytest.mark.django_db
class TestOrderAndExcerpts:
    def test_title__comes_before_text(self) -> None:
        make_education_page(title="Aardvark", introduction="Melody melody melody, all melody.")
        make_education_page(title="The melody of a long day with many other words")
        assert results("melodies")[0].title.startswith("The melody")

    def test_excerpt__shows_where_the_words_stand(self) -> None:
        make_education_page(title="Vaccines", introduction="They teach cells & more.")
        [result] = results("teaching")
        assert "They <mark>teach</mark> cells &amp; more" in result.excerpt

    def test_excerpt__has_dots_only_where_the_text_goes_on(self) -> None:
        words = " ".join(["much", "more", "besides"] * 20)
        make_education_page(title="Vaccines", introduction=f"They teach cells. {words}")
        make_education_page(title="Antibodies", introduction=f"{words} teach cells.", citations=[])
        found = {result.title: result.excerpt for result in results("teaching")}
        assert found["Vaccines"].startswith("They")
        assert found["Vaccines"].endswith(" …")
        assert found["Antibodies"].startswith("… ")
        assert found["Antibodies"].endswith("cells.")

    def test_excerpt__never_carries_markup_of_the_text(self) -> None:
        make_education_page(
            title="Cells <b>bold</b>", introduction="cells <img src=x onerror=alert(1)> \x02x\x03"
        )
        [result] = results("cells")
        assert result.marked_title == "<mark>Cells</mark> &lt;b&gt;bold&lt;/b&gt;"
        assert "<img" not in result.excerpt
        assert result.excerpt.count("<mark>") == 1

    def test_glossary_word__stands_above_texts_that_only_mention_it(self) -> None:
        make_education_page(title="A long day", introduction="An antigen is mentioned.")
        GlossaryTerm.objects.create(
            term="Antigen", slug="antigen", definition="A mark on a cell.", locale=make_locale()
        )
        with override("en"):
            words = understand("antigens", "en")
            groups = search_site(SearchQuery(text="antigens", language="en", words=words))
        assert [group.key for group in groups if group.key != "trials"] == ["glossary", "pages"]
        assert groups[0].results[0].url == "/en/glossary/#antigen"

    def test_glossary__tells_only_live_words_of_the_language(self) -> None:
        make_home_page()
        for number, (code, live) in enumerate([("en", False), ("es", True)]):
            GlossaryTerm.objects.create(
                term="Antigen",
                slug=f"antigen-{number}",
                definition="A mark.",
                locale=make_locale(code),
                live=live,
            )
        assert results("antigen", group="glossary") == []


@pytest.mark.django_db
class TestSymptoms:
    @pytest.fixture(autouse=True)
    def _words(self) -> None:
        make_home_page()
        load_vocabulary()

    @pytest.mark.parametrize(
        "text",
        [
            "fever", "FEVERS", "I have a fever and chills", "coughing", "my chest hurts",
            "chest pains", "can't breathe", "can’t breathe", "trouble breathing", "diarrhoea",
            "rashes", "throwing up", "confused", "dolor de pecho", "fiebre", "tos", "diarreas",
            "vomitos", "escalofrios", "no puedo respirar", "me falta el aire",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("language", ["en", "es"])
    def test_symptom__is_recognised_in_both_languages(self, text: str, language: str) -> None:
        assert read(text, language).is_urgent

    @pytest.mark.parametrize("text", ["melanoma", "CAR-T", "parking", "cáncer de pulmón", "&|!:*"])
    def test_other_words__are_not_symptoms(self, text: str) -> None:
        assert not read(text).is_urgent

    @pytest.mark.parametrize("text", ["fever", "feverr", "diarhea"])
    def test_urgent_panel__stands_before_everything_that_was_found(
        self, client: Client, text: str
    ) -> None:
        make_education_page(title="Fever after treatment")
        html = client.get("/en/search/", {"q": text}).content.decode()
        main = html[html.index("<main") :]
        assert main.index("tel:911") < main.index('role="status"')

    def test_panel__is_not_shown_for_other_words(self, client: Client) -> None:
        html = client.get("/en/search/", {"q": "melanoma"}).content.decode()
        assert "panel--urgent" not in html[html.index("<main") : html.index("</main")]

    def test_word_of_an_editor__counts_at_once(self) -> None:
        assert not read("tingling feet").is_urgent
        SymptomWord.objects.create(term="tingling", language="en")
        assert read("tingling feet").is_urgent


@pytest.mark.django_db
@pytest.mark.usefixtures("loaded_demo")
class TestFrozenQueries:
    """The pairs must give the same first page; what is misspelt is understood."""

    def first(self, text: str) -> str:
        return results(text)[0].url.strip("/").split("/")[-1]

    @pytest.mark.parametrize(
        ("slug", "queries"),
        [
            (
                "lung-cancer",
                ["NSCLC", "nsclc", "non small cell lung cancer", "lung cancer non-small"],
            ),
            (
                "breast-cancer",
                ["secondary breast cancer", "metastatic breast cancer", "stage 4 breast cancer",
                 "advanced breast cancer"],
            ),
            ("gynecologic-cancers", ["womb cancer", "uterine cancer", "endometrial cancer"]),
            ("kidney-cancer", ["kidney cancer", "renal cell carcinoma", "RCC"]),
            ("melanoma", ["melanoma", "skin cancer melanoma"]),
            (
                "checkpoint-inhibitors",
                ["Keytruda", "pembrolizumab", "opdivo", "PD1", "PD-1", "anti-PD-1"],
            ),
            (
                "car-t-cell-therapy",
                ["CAR-T", "CAR T", "car t", "chimeric antigen receptor", "Kymriah"],
            ),
        ],
    )  # fmt: skip
    def test_names_of_one_thing__lead_to_its_page(self, slug: str, queries: list[str]) -> None:
        assert {query: self.first(query) for query in queries} == dict.fromkeys(queries, slug)

    def test_british_spelling__finds_the_same(self) -> None:
        found = [[each.url for each in results(text)] for text in ("tumour", "tumor")]
        assert found[0] == found[1] != []

    @pytest.mark.parametrize(
        ("misspelt", "meant"),
        [
            ("melenoma", "melanoma"),
            ("pembrolizamab", "pembrolizumab"),
            ("lymfoma", "lymphoma"),
            ("imunotherapy", "immunotherapy"),
        ],
    )
    def test_misspelt_words__find_what_was_meant(
        self, client: Client, misspelt: str, meant: str
    ) -> None:
        html = client.get("/en/search/", {"q": misspelt}).content.decode()
        main = html[html.index("<main") :]
        assert re.search(r'Did you mean <a href="/en/search/\?q=(\w+)"', main)[1] == meant  # type: ignore[index]
        assert results(meant)[0].url in main

    def test_nonsense__is_answered_with_help(self, client: Client) -> None:
        html = client.get("/en/search/", {"q": "zzqqxy"}).content.decode()
        assert "You can try this" in html
        assert 'href="/en/glossary/"' in html


@pytest.mark.django_db
def test_spanish__finds_spanish_pages_by_spanish_words() -> None:
    english = make_home_page()
    spanish = make_home_page(
        locale=make_locale("es"), translation_key=english.translation_key, title="Inicio"
    )
    load_vocabulary()
    index: Any = make_education_index(spanish, title="Aprender")
    make_education_page(index, title="Cáncer de pulmón", locale=spanish.locale)
    make_education_page(index, title="Qué es la inmunoterapia", locale=spanish.locale)
    assert results("cancer de pulmon", "es")[0].title == "Cáncer de pulmón"
    assert results("inmunoterapias", "es")[0].title == "Qué es la inmunoterapia"
