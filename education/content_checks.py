"""What can be checked in running text: length of sentences, doses, and a page's sources."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from django.utils.translation import gettext as _

from clinic.findings import Finding, Severity
from clinic.models import ClinicallyReviewedMixin
from clinic.page_parts import Kind, Part, parts_of
from education.doses import doses_without_unit
from education.models import EducationPage, Synonym
from education.readability import measure, split_sentences

LONGEST_SENTENCE = 25

_HEADINGS = frozenset({"heading", "subheading"})
# A letter is written to clinicians, and somebody's words are quoted as they were said.
_NOT_OURS = frozenset({"letter", "quote", "citation"})
_TAG = re.compile(r"<[^>]+>")
_LINE_END = re.compile(r"</(?:p|li|h\d)>|<br */?>")


def content_findings(instance: Any) -> Iterator[Finding]:
    """Yield long sentences, doses without a unit and missing sources of a reviewed text."""
    if not isinstance(instance, ClinicallyReviewedMixin):
        return
    if isinstance(instance, EducationPage) and not len(instance.citations):
        yield Finding(
            "citation",
            Severity.BLOCKS,
            _("This page names no source. Add at least one under Sources before it is approved."),
        )
    medicines = _medicines()
    for part in parts_of(instance):
        for line in lines_of(part):
            yield from _doses(part, line, medicines)
            if part.holder not in _NOT_OURS and part.name != "cell":
                yield from _long_sentences(part, line)


def lines_of(part: Part) -> list[str]:
    """Return the lines of running text in a part of a page: paragraphs, items, cells."""
    if part.holder in _HEADINGS or part.kind not in (Kind.TEXT, Kind.RICH_TEXT):
        return []
    text = str(part.value or "")
    if part.kind is Kind.RICH_TEXT:
        text = unescape(_TAG.sub("", _LINE_END.sub("\n", text)))
    return [line.strip() for line in text.splitlines() if line.strip()]


def _medicines() -> list[str]:
    kinds = (Synonym.Kind.GENERIC, Synonym.Kind.BRAND)
    return list(Synonym.objects.filter(kind__in=kinds).values_list("term", flat=True))


def _long_sentences(part: Part, line: str) -> Iterator[Finding]:
    for sentence in split_sentences(line):
        words = measure(sentence).words
        if words > LONGEST_SENTENCE:
            message = _("This sentence has %(words)d words. Make two of it.") % {"words": words}
            yield Finding("long-sentence", Severity.WARNING, message, sentence, part.block_id)


def _doses(part: Part, line: str, medicines: list[str]) -> Iterator[Finding]:
    for words in doses_without_unit(line, medicines):
        message = _("This looks like a dose without a unit. Say how much, for example in mg.")
        yield Finding("dose", Severity.WARNING, message, words, part.block_id)
