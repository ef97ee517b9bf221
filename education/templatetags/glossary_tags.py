"""The content of a page with the glossary's words marked, in sections."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

from clinic.rich_text import links_of
from education.glossary import mark
from education.models import EducationPage
from education.word_list import Word, WordList, word_link, word_list

register = template.Library()

# Running text only. What tells people to act now, and what they print, stays as it is.
MARKED_BLOCKS = frozenset({"paragraph", "callout", "steps", "question", "table"})


@dataclass
class Section:
    """What stands between two headings, and the words that it is the first to use."""

    html: SafeString = field(default_factory=lambda: mark_safe(""))
    words: list[Word] = field(default_factory=list)


@register.simple_tag(takes_context=True)
def body_sections(context: Context, page: EducationPage) -> list[Section]:
    """Return the rendered body of a page by section; no word is marked twice on a page."""
    words = word_list()
    skip = _unmarked(page, words, getattr(context.get("request"), "is_preview", False))
    with links_of(page.body):
        return [_section(blocks, context, words, skip) for blocks in _by_heading(page.body or [])]


def _unmarked(page: EducationPage, words: WordList, is_preview: bool) -> set[str]:
    """Return the words that the page's editor switched off; a preview shows unsaved choices."""
    if is_preview:
        return {unmarked.term.slug for unmarked in page.unmarked_terms.all()}
    return set(words.unmarked.get(page.pk, ()))


def _section(blocks: list[Any], context: Context, words: WordList, skip: set[str]) -> Section:
    section = Section()
    for block in blocks:
        html = str(block.render_as_block(context=context.flatten()))
        if block.block_type in MARKED_BLOCKS:
            html, found = mark(html, words.matcher, word_link, skip)
            section.words += [words.words[slug] for slug in found]
        section.html += mark_safe(html)  # noqa: S308 - rendered by the block's own template
    return section


def _by_heading(body: Iterable[Any]) -> Iterator[list[Any]]:
    blocks: list[Any] = []
    for block in body:
        if block.block_type == "heading" and blocks:
            yield blocks
            blocks = []
        blocks.append(block)
    if blocks:
        yield blocks
