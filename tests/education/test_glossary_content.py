"""The glossary's files keep their promises in both languages."""

from typing import Any

import pytest

from clinic.demo.files import read_folder
from education.demo import FOLDER
from education.demo.words import read_words
from education.readability import LOWEST_EASE, measure, split_sentences

ENGLISH, SPANISH = read_words("en"), read_words("es")
ALL = [("en", entry) for entry in ENGLISH] + [("es", entry) for entry in SPANISH]
PAGES = {file.name for file in read_folder(FOLDER / "en")}


def identify(value: Any) -> str:
    return value if isinstance(value, str) else value["slug"]


@pytest.mark.parametrize(("language", "entry"), ALL, ids=identify)
def test_entry__is_complete_short_and_plain(language: str, entry: dict[str, Any]) -> None:
    assert set(entry) >= {"slug", "term", "forms", "say", "definition", "page"}
    assert any(letter.isupper() for letter in entry["say"])
    assert len(split_sentences(entry["definition"])) <= 2
    assert not entry["page"] or entry["page"] in PAGES
    reading = measure(entry["definition"], [entry["term"], *entry["forms"]], language)
    if language == "en":
        assert reading.grade <= 8
    else:
        assert reading.szigriszt >= LOWEST_EASE


def as_told_apart(form: str) -> str:
    """Abbreviations are told apart by their capitals: EGFR is a gene, eGFR a value."""
    return form if sum(map(str.isupper, form)) > 1 else form.casefold()


@pytest.mark.parametrize("entries", [ENGLISH, SPANISH], ids=["en", "es"])
def test_form__belongs_to_one_entry(entries: list[dict[str, Any]]) -> None:
    forms = [as_told_apart(f) for entry in entries for f in {entry["term"], *entry["forms"]}]
    assert len(forms) == len(set(forms))


def test_languages__have_the_same_words() -> None:
    assert [entry["slug"] for entry in ENGLISH] == [entry["slug"] for entry in SPANISH]
