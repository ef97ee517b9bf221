"""Measures what editors write: running text only, without headings, tables and letters."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import unescape
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from clinic.models import ClinicallyReviewedMixin
from clinic.reading import ReadingLevel
from education.models import GlossaryTerm, Synonym
from education.readability import FORMULA_VERSIONS, LOWEST_EASE, Reading, hardest_sentences, measure

Measured = tuple[Reading, tuple[str, ...]]

HIGHEST_GRADE = 8
SHOWN_SENTENCES = 5
# The formulas were made for passages; on a few words they say nothing.
FEWEST_WORDS = 10

# Short lines such as headings and cells would make a page look easier than it is; a letter is
# written to clinicians, and a text for patients is measured where it is edited.
_NOT_RUNNING = frozenset({"heading", "subheading", "table", "letter", "patient_text", "citation"})
_NOT_PROSE = frozenset(
    {"type", "id", "name", "kind", "illustration", "url", "page", "pages", "key"}
)
_TAG = re.compile(r"<[^>]+>")
_LINE_END = re.compile(r"</(?:p|li|h\d)>")


def reading_levels(instances: Sequence[Any]) -> list[ReadingLevel | None]:
    """Return the level of each reviewed text in English or Spanish; None for any other.

    None too for a text too short to be measured.
    """
    languages = [_language(instance) for instance in instances]
    exempt = {language: tuple(exempt_terms(language)) for language in set(languages) if language}
    return [
        _level(running_text(instance), exempt[language], language) if language else None
        for instance, language in zip(instances, languages, strict=True)
    ]


def part_levels(instance: Any) -> list[tuple[str, ReadingLevel]]:
    """Return label and level of each field of a text that is read field by field."""
    language = _language(instance)
    if not language or not instance.reads_by_field:
        return []
    exempt = tuple(exempt_terms(language))
    fields = [field for field in instance._meta.get_fields() if isinstance(field, models.TextField)]
    levels = [(field, _level(getattr(instance, field.name), exempt, language)) for field in fields]
    return [(str(capfirst(field.verbose_name)), level) for field, level in levels if level]


def _language(instance: Any) -> str:
    """Return the language of a text that can be measured, "" for any other object."""
    language = getattr(getattr(instance, "locale", None), "language_code", "")
    measured = isinstance(instance, ClinicallyReviewedMixin) and language in FORMULA_VERSIONS
    return language if measured else ""


# Lists show the level of many pages that nobody has changed since.
@lru_cache(maxsize=1000)
def _measure(text: str, exempt: tuple[str, ...], language: str) -> Measured:
    return measure(text, exempt, language), tuple(
        sentence.text for sentence in hardest_sentences(text, SHOWN_SENTENCES, exempt, language)
    )


def _level(text: str, exempt: tuple[str, ...], language: str) -> ReadingLevel | None:
    reading, hardest = _measure(text, exempt, language)
    if reading.words < FEWEST_WORDS:
        return None
    is_english = language == "en"
    figure = reading.grade if is_english else reading.szigriszt
    return ReadingLevel(
        formula=FORMULA_VERSIONS[language],
        label=gettext("Grade level") if is_english else gettext("Ease of reading (INFLESZ)"),
        figure=round(figure, 1),
        limit=HIGHEST_GRADE if is_english else LOWEST_EASE,
        is_too_hard=figure > HIGHEST_GRADE if is_english else figure < LOWEST_EASE,
        words=reading.words,
        mean_sentence_length=round(reading.mean_sentence_length, 1),
        hardest=hardest,
        is_hardness=is_english,
    )


def exempt_terms(language: str) -> list[str]:
    """Return what does not count as hard: words that the glossary explains, names of medicines."""
    terms: list[str] = []
    glossary = GlossaryTerm.objects.filter(locale__language_code=language, live=True)
    for term, forms in glossary.values_list("term", "forms"):
        terms += [term, *forms]
    medicines = (Synonym.Kind.GENERIC, Synonym.Kind.BRAND)
    return [*terms, *Synonym.objects.filter(kind__in=medicines).values_list("term", flat=True)]


def running_text(instance: Any) -> str:
    """Return the sentences that readers read, a line for each paragraph or item."""
    return "\n".join(line for line in _lines(instance) if line.strip())


def _lines(instance: Any) -> Iterator[str]:
    for field in instance._meta.get_fields():
        if getattr(field, "model", None) is Page:
            continue  # addresses and descriptions for search engines
        if isinstance(field, StreamField):
            for block in getattr(instance, field.name).get_prep_value():
                if block["type"] not in _NOT_RUNNING:
                    yield _prose(block["value"])
        elif isinstance(field, RichTextField):
            yield _prose(getattr(instance, field.name))
        elif isinstance(field, models.TextField):
            yield str(getattr(instance, field.name) or "")


def _prose(value: Any) -> str:
    if isinstance(value, str):
        return unescape(_TAG.sub("", _LINE_END.sub("\n", value)))
    if isinstance(value, dict):
        return "\n".join(_prose(item) for key, item in value.items() if key not in _NOT_PROSE)
    return "\n".join(_prose(item) for item in value) if isinstance(value, list) else ""
