"""Patient education of the demo clinic, from the text files in this folder."""

from pathlib import Path
from typing import Any

from wagtail.models import Page

from clinic.demo import pages_of_clinic
from clinic.demo.files import TextFile, read_folder, read_text_file
from clinic.demo.markdown_blocks import plain
from clinic.demo.site_tree import LANGUAGES, add_empty_page, find_page, is_empty, publish_page
from clinic.models import PatientText
from clinic.translation_work import record_versions
from education.demo.readers import add_answers
from education.demo.words import add_words
from education.models import (
    CancerType,
    EducationIndexPage,
    EducationPage,
    FindMyPage,
    GlossaryTerm,
    TherapyType,
)
from education.vocabulary_seed import load_vocabulary

FOLDER = Path(__file__).resolve().parent / "pages"
WAYS_IN = Path(__file__).resolve().parent / "find_my_page"


def load(context: Any = None) -> None:
    """Add what is missing of vocabularies and pages; then publish what the clinic's part added."""
    load_vocabulary()
    indexes = {language: _add_index(language) for language in LANGUAGES}
    files = {language: read_folder(FOLDER / language) for language in LANGUAGES}
    for language in LANGUAGES:
        for file in files[language]:
            _add_empty(indexes[language], file, language)
        add_empty_page(indexes[language], FindMyPage, _way_in_file(language), language)
    pages_of_clinic.publish_empty_pages()
    for language in LANGUAGES:
        if is_empty(indexes[language]):
            publish_page(indexes[language], _index_file(language))
        way_in = find_page("find-my-page", language)
        if way_in is not None and is_empty(way_in):
            publish_page(way_in.specific, _way_in_file(language))
        for file in files[language]:
            page = find_page(file.meta["slug"], language)
            if page is not None and is_empty(page):
                _publish(page.specific, file)
    add_words()
    add_answers()
    for model in (Page, PatientText, GlossaryTerm):
        record_versions(model)


def _way_in_file(language: str) -> TextFile:
    return read_text_file(WAYS_IN / f"{language}.md")


def _index_file(language: str) -> TextFile:
    return read_text_file(pages_of_clinic.FOLDER / language / "education.md")


def _add_index(language: str) -> EducationIndexPage:
    """Return the index page of a language, added without content when it is missing."""
    home = find_page("home", language)
    if found := EducationIndexPage.objects.child_of(home).first():
        return found
    add_empty_page(home, EducationIndexPage, _index_file(language), language)
    index = EducationIndexPage.objects.child_of(home).get()
    index.move(home, pos="first-child")  # it comes first in the menu
    return EducationIndexPage.objects.get(pk=index.pk)


def _add_empty(index: EducationIndexPage, file: TextFile, language: str) -> None:
    add_empty_page(
        index,
        EducationPage,
        file,
        language,
        section=file.meta["section"],
        is_side_effect_page=file.meta["side_effect"],
        is_handout=file.meta.get("handout", False),
        illustration=file.meta["illustration"],
    )


def _publish(page: EducationPage, file: TextFile) -> None:
    meta = file.meta
    page.key_points = [("point", plain(point)) for point in meta["key_points"]]
    page.citations = [("citation", {"accessed": None} | citation) for citation in meta["citations"]]
    page.cancer_types = CancerType.objects.filter(slug__in=meta["cancer_types"])
    page.therapy_types = TherapyType.objects.filter(slug__in=meta["therapy_types"])
    page.related_pages = EducationPage.objects.child_of(page.get_parent()).filter(
        slug__in=meta["related"]
    )
    publish_page(page, file)
