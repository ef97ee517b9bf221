"""The demo's texts keep their promises, and the loader can run as often as one likes."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.test import Client
from wagtail.models import Page, PageLogEntry, Revision, Site

import clinic.demo
import education.demo
from clinic import illustrations
from clinic.contact_screen import tells_who
from clinic.demo import pages_of_clinic
from clinic.demo.files import TextFile, read_folder
from clinic.demo.markdown_blocks import parse_blocks
from clinic.demo.site_tree import resolver
from clinic.enums import PatientTextKey
from clinic.models import (
    ClinicSettings,
    FailedSearch,
    HomePage,
    PatientText,
    Person,
    TranslationState,
)
from clinic.translation_report import rows
from education.demo import FOLDER
from education.demo.readers import ANSWERS, SEARCHES, add_answers
from education.models import CancerType, EducationPage, Synonym, TherapyType
from education.readability import measure, split_sentences

HIGHEST_GRADE = 8
LOWEST_EASE = 60
REQUIRED = {
    "title", "slug", "order", "section", "summary", "therapy_types", "cancer_types",
    "illustration", "side_effect", "key_points", "citations", "related",
}  # fmt: skip
NOT_PROSE = {"type", "id", "name", "kind", "illustration", "url", "page"}
# Postal addresses and telephone numbers that stand on a line of their own are not sentences.
POSTAL = re.compile(r"DC 20201$|^1-800-")
EDUCATION_FILES = read_folder(FOLDER / "en")
SPANISH_FILES = read_folder(FOLDER / "es")
CLINIC_FILES = [
    file for file in read_folder(pages_of_clinic.FOLDER / "en") if file.name != "notices"
]
# Language help is written in five languages; the formula holds for English only.
TEXT_FILES = [
    file
    for file in read_folder(Path(clinic.demo.__file__).parent / "texts" / "en")
    if file.name != "language_help"
]


def prose(value: Any) -> str:
    """Return the words of blocks, a line for each text."""
    if isinstance(value, str):
        return unescape(re.sub(r"<[^>]+>", "", re.sub(r"</(?:p|li)>", "\n", value)))
    if isinstance(value, dict):
        return "\n".join(prose(item) for key, item in value.items() if key not in NOT_PROSE)
    return "\n".join(prose(item) for item in value) if isinstance(value, list) else ""


def page_text(file: TextFile) -> str:
    """Return introduction, key points and running text, without headings and tables.

    Short lines such as headings and cells would make the page look easier than it is.
    """
    blocks = parse_blocks(file.body, lambda slug: 1, seed=file.name)
    running = [block["value"] for block in blocks if block["type"] not in {"heading", "table"}]
    opening = [file.meta.get("summary", ""), file.meta.get("introduction", "")]
    lines = [*opening, *file.meta.get("key_points", []), *prose(running).splitlines()]
    return "\n".join(line for line in lines if not POSTAL.search(line))


@pytest.mark.parametrize(
    "file", [*EDUCATION_FILES, *CLINIC_FILES, *TEXT_FILES], ids=lambda file: file.name
)
def test_text__is_plain_english(file: TextFile) -> None:
    assert measure(page_text(file)).grade <= HIGHEST_GRADE


@pytest.mark.parametrize("file", SPANISH_FILES, ids=lambda file: file.name)
def test_text__is_plain_spanish(file: TextFile) -> None:
    assert measure(page_text(file), language="es").szigriszt >= LOWEST_EASE


@pytest.mark.parametrize(
    ("file", "folder"),
    [
        *(pytest.param(file, EDUCATION_FILES, id=file.name) for file in EDUCATION_FILES),
        *(pytest.param(file, SPANISH_FILES, id=f"{file.name}-es") for file in SPANISH_FILES),
    ],
)
class TestEducationFile:
    def test_front_matter__is_complete(self, file: TextFile, folder: list[TextFile]) -> None:
        assert set(file.meta) >= REQUIRED
        assert file.meta["slug"] == file.name
        assert file.meta["section"] in EducationPage.Section.values

    def test_summary__answers_in_two_or_three_sentences(
        self, file: TextFile, folder: list[TextFile]
    ) -> None:
        sentences = split_sentences(" ".join(file.meta["summary"].split()))
        assert 2 <= len(sentences) <= 3
        assert not sentences[0].endswith("?")

    def test_length__is_a_short_read(self, file: TextFile, folder: list[TextFile]) -> None:
        # Spanish says the same with more words.
        longest = 800 if folder is EDUCATION_FILES else 920
        assert 350 <= measure(page_text(file)).words <= longest

    def test_sources__are_public_and_at_least_two(
        self, file: TextFile, folder: list[TextFile]
    ) -> None:
        citations = file.meta["citations"]
        assert len({citation["url"] for citation in citations}) >= 2
        assert all(citation["url"].startswith("https://") for citation in citations)
        assert all({"title", "publisher"} <= set(citation) for citation in citations)

    def test_references__exist(self, file: TextFile, folder: list[TextFile]) -> None:
        slugs = {other.name for other in folder}
        assert set(file.meta["related"]) <= slugs - {file.name}
        linked = re.findall(r"\(page:([a-z0-9-]+)\)", file.body)
        assert set(linked) <= slugs
        drawn = set(re.findall(r"^:::illustration (\S+)", file.body, re.MULTILINE))
        assert drawn | {file.meta["illustration"]} <= set(illustrations.names())


# What readers see is translated; what decides where and how they see it stays.
SHARED = ["slug", "order", "section", "therapy_types", "cancer_types", "illustration"]
SHARED += ["side_effect", "handout"]
FIGURE = re.compile(r"(?<![\w-])\d+(?:[.,]\d+)*")


def blocks_of(file: TextFile) -> list[dict[str, Any]]:
    return parse_blocks(file.body, lambda slug: 1, seed=file.name)


def figures(file: TextFile) -> set[str]:
    """Return the figures of a text, such as 100.4 and 911."""
    return set(FIGURE.findall(page_text(file).replace("24/7", "24")))


def signs(file: TextFile) -> list[dict[str, int]]:
    """Return for each list of signs how many there are of each colour."""
    return [
        {colour: len(listed) for colour, listed in block["value"].items()}
        for block in blocks_of(file)
        if block["type"] == "when_to_call"
    ]


@pytest.mark.parametrize("file", SPANISH_FILES, ids=lambda file: file.name)
class TestSpanishFile:
    def english(self, file: TextFile) -> TextFile:
        return next(english for english in EDUCATION_FILES if english.name == file.name)

    def test_place_and_connections__are_those_of_the_english_page(self, file: TextFile) -> None:
        english = self.english(file)
        assert [file.meta.get(key) for key in SHARED] == [english.meta.get(key) for key in SHARED]
        assert len(file.meta["key_points"]) == len(english.meta["key_points"])

    def test_parts__are_those_of_the_english_page(self, file: TextFile) -> None:
        kinds = [[block["type"] for block in blocks_of(f)] for f in (file, self.english(file))]
        assert kinds[0] == kinds[1]

    def test_figures__are_those_of_the_english_page(self, file: TextFile) -> None:
        assert figures(file) == figures(self.english(file))

    def test_signs__are_as_many_of_each_colour(self, file: TextFile) -> None:
        assert signs(file) == signs(self.english(file))

    def test_sources__some_are_in_spanish(self, file: TextFile) -> None:
        spanish = re.compile(r"/espanol/|/es/|/spanish/|medlineplus\.gov/spanish|-spanish")
        assert any(spanish.search(citation["url"]) for citation in file.meta["citations"])


def test_education__covers_every_section_and_at_least_fourteen_subjects() -> None:
    assert len(EDUCATION_FILES) >= 14
    assert {file.meta["section"] for file in EDUCATION_FILES} == set(EducationPage.Section.values)


def test_texts__both_languages_have_every_key() -> None:
    folder = Path(clinic.demo.__file__).parent / "texts"
    for language in ("en", "es"):
        assert {file.name for file in read_folder(folder / language)} == set(PatientTextKey.values)


@pytest.mark.django_db
@pytest.mark.usefixtures("loaded_demo")
class TestLoad:
    def snapshot(self) -> tuple[Any, ...]:
        return (
            list(
                Page.objects.order_by("pk").values_list("pk", "slug", "latest_revision_id", "live")
            ),
            Revision.objects.count(),
            PageLogEntry.objects.count(),
            *(
                model.objects.count()
                for model in (Person, PatientText, ClinicSettings, CancerType, TherapyType, Synonym)
            ),
        )

    def test_load__twice_changes_nothing(self) -> None:
        before = self.snapshot()
        clinic.demo.load()
        education.demo.load()
        assert self.snapshot() == before

    def test_load__keeps_what_was_edited_and_adds_what_was_deleted(self) -> None:
        english = Page.objects.filter(locale__language_code="en")
        english.filter(slug="checkpoint-inhibitors").update(title="Edited")
        english.get(slug="oncolytic-viruses").delete()
        consent = PatientText.objects.filter(key="consent", locale__language_code="en")
        consent.update(live=False)  # nobody can delete a text that is live
        consent.delete()
        clinic.demo.load()
        education.demo.load()
        assert english.get(slug="checkpoint-inhibitors").title == "Edited"
        assert english.get(slug="oncolytic-viruses").live
        assert PatientText.objects.get(key="consent", locale__language_code="en").live

    def test_pages__are_live_and_say_that_they_are_demo_content(self) -> None:
        pages = [page.specific for page in Page.objects.filter(depth__gt=1)]
        assert pages
        for page in pages:
            assert page.live and page.is_demo_content, page.slug
            assert page.live_revision_id and page.reviewed_by is None, page.slug

    def test_pages__pass_their_own_validation(self) -> None:
        for page in Page.objects.filter(depth__gt=1).specific():
            page.full_clean()
            page.body.stream_block.clean(page.body)

    def test_tree__is_the_same_in_spanish(self) -> None:
        home = Site.objects.get(is_default_site=True).root_page
        spanish = home.get_translations().get().specific
        assert isinstance(spanish, HomePage)
        slugs = [set(top.get_children().values_list("slug", flat=True)) for top in (home, spanish)]
        assert slugs[0] == slugs[1]
        for child in home.get_children():
            assert child.get_translations().get().slug == child.slug

    def test_translations__know_which_english_version_they_say(self) -> None:
        translated = [row for row in rows() if row.state != TranslationState.MISSING]
        assert {row.kind_label for row in translated} >= {"Page", "Text for patients"}
        assert {row.state for row in translated} == {TranslationState.CURRENT}

    @pytest.mark.parametrize(("language", "is_said"), [("en", False), ("es", True)])
    def test_glossary__says_who_has_not_reviewed_it(
        self, client: Client, language: str, is_said: bool
    ) -> None:
        html = client.get(f"/{language}/glossary/").content.decode()
        assert ("Ningún traductor calificado" in html) is is_said
        assert ("Contenido de demostración" if is_said else "Demo content") in html

    def test_education_pages__carry_connections_and_sources(self) -> None:
        page = EducationPage.objects.get(slug="car-t-cell-therapy", locale__language_code="en")
        assert {therapy.slug for therapy in page.therapy_types.all()} == {"car-t"}
        assert page.cancer_types.count() == 5
        assert page.related_pages.count() == 4
        assert len(page.citations) == 4
        assert page.key_points[0].value.startswith("The whole process")

    @pytest.mark.parametrize("file", SPANISH_FILES, ids=lambda file: file.name)
    def test_spanish_page__translates_the_english_one(self, client: Client, file: TextFile) -> None:
        page = EducationPage.objects.get(slug=file.name, locale__language_code="es")
        english = EducationPage.objects.get(slug=file.name, locale__language_code="en")
        assert page.translation_key == english.translation_key
        assert page.is_handout == english.is_handout
        related = set(page.related_pages.values_list("slug", "locale__language_code"))
        assert related == {(slug, "es") for slug in file.meta["related"]}
        html = client.get(f"/es/education/{file.name}/").content.decode()
        assert "Ningún traductor calificado" in html
        assert "Contenido de demostración" in html

    @pytest.mark.parametrize("language", ["en", "es"])
    @pytest.mark.parametrize("path", ["", "trials/", "trials/help/", "search/", "education/"])
    def test_footer__leads_to_the_notices_in_the_language_of_the_page(
        self, client: Client, language: str, path: str
    ) -> None:
        html = client.get(f"/{language}/{path}").content.decode()
        assert re.search(r'<html[^>]* lang="(\w\w)', html)[1] == language  # type: ignore[index]
        footer = html.partition('<footer class="site-footer">')[2]
        for place in ("notices/", "notices/#language_help", "accessibility/"):
            assert f'href="/{language}/{place}"' in footer, place
        notices = client.get(f"/{language}/notices/").content.decode()
        for key in ("language_help", "nondiscrimination", "privacy_practices"):
            assert f'id="{key}"' in notices
        assert "911" in footer

    def test_vocabulary__brands_point_to_their_generic_name(self) -> None:
        assert Synonym.objects.get(term="Keytruda").generic.term == "pembrolizumab"
        assert not Synonym.objects.filter(kind=Synonym.Kind.BRAND, generic=None).exists()
        assert CancerType.objects.get(slug="melanoma").parent.slug == "skin-cancer"

    def test_vocabulary__every_slug_of_the_pages_exists(self) -> None:
        for file in EDUCATION_FILES:
            for model, key in ((CancerType, "cancer_types"), (TherapyType, "therapy_types")):
                found = model.objects.filter(slug__in=file.meta[key]).count()
                assert found == len(file.meta[key]), file.name

    def test_link__to_a_missing_page_is_an_error(self) -> None:
        with pytest.raises(ObjectDoesNotExist, match="nowhere"):
            resolver("en")("page:nowhere")


@pytest.mark.django_db
def test_invented_answers__are_added_once_and_stand_out_in_no_page(db: None) -> None:
    add_answers()
    searches = FailedSearch.objects.count()
    assert searches == 3 * len(SEARCHES)
    add_answers()
    assert FailedSearch.objects.count() == searches
    assert not [term for term, _language in SEARCHES if tells_who(term)]
    assert not [text for *_, comments in ANSWERS for _helpful, text in comments if tells_who(text)]
