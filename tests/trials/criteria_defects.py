"""What is wrong with criteria as they were read: a second look, by other means than the reader's.

Read cleanly means: what the text itself calls inclusion and exclusion is there and has content, no
heading hangs in an item or a paragraph, no list is swallowed by a sentence, no entity is left, and
the nesting is one that people write.
"""

import re
from collections.abc import Iterator

from trials.criteria_lines import style_of
from trials.eligibility import Item, Section, parse_criteria

HEADING = re.compile(
    r"(?:^|\n)\W{0,6}(?:\w+\s+){0,4}(inclusion|exclusion)(?:\s+criteri\w+)?[^\n.:;]{0,50}[:：]?\**"
    r"\s*(?:\n|$)",
    re.IGNORECASE,
)
HEADING_BEHIND = re.compile(r"\b(inclusion|exclusion)\s+criteri\w+\s*[^\n.:;,)]{0,40}:", re.I)
HEADING_INSIDE = re.compile(r"[.;]\s+(?:Key )?(?:Inclusion|Exclusion) Criteria\s*:")
VERB = re.compile(r"\b(must|meets?|are|is|may|could|apply|allowed|not|have|has|following)\b", re.I)
BULLET = re.compile(r"(?:^|\s)[•●○◦▪■‣✓]\s|(?:^|\n)\s*[-*–—]\s")
ENTITY = re.compile(r"&(?:[a-z]{2,6}|#\d+);")
LONGEST_PARAGRAPH, LONGEST_ITEM, DEEPEST = 400, 600, 5


def texts_of(sections: list[Section]) -> Iterator[str]:
    for section in sections:
        for block in section.blocks:
            yield block.text
            yield from (item.text for item in all_items(block.items))


def all_items(items: list[Item]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from all_items(item.items)


def defects(criteria: str) -> set[str]:
    """Return the kinds of defects of a text as it is read; empty when it is read cleanly."""
    sections = parse_criteria(criteria)
    named = {match[1].lower() for match in HEADING.finditer(criteria)}
    named |= {match[1].lower() for match in HEADING_BEHIND.finditer(criteria)}
    read = {section.kind for section in sections if section.blocks}
    found = {f"no {kind}" for kind in named - read}
    found |= _of_sections(sections)
    for text in texts_of(sections):
        found |= _of_text(text)
    return found


def _of_sections(sections: list[Section]) -> set[str]:
    found = set()
    for section, following in zip(sections, [*sections[1:], None], strict=True):
        is_last = following is None or following.kind != section.kind
        if section.heading and not section.blocks and is_last:
            found.add("empty section")
        has_items = any(block.items for block in section.blocks)
        is_long = any(len(block.text) > LONGEST_PARAGRAPH for block in section.blocks)
        if section.kind != "other" and is_long and not has_items:
            found.add("list in a paragraph")
        for block in section.blocks:
            found |= _of_items(block.items, depth=1)
    return found


def _of_items(items: list[Item], depth: int) -> set[str]:
    found = {"too deep"} if depth > DEEPEST and items else set()
    if {"1", "a"} <= {style_of(item.marker)[0] for item in items}:
        found.add("numbers and letters side by side")
    for item in items:
        found |= _of_items(item.items, depth + 1)
        if "\n" in item.text and len(item.text) > LONGEST_ITEM:
            found.add("paragraphs in an item")
    return found


def _of_text(text: str) -> set[str]:
    found = set()
    heading = HEADING.search(text)
    if (heading and not VERB.search(heading[0])) or HEADING_INSIDE.search(text):
        found.add("heading in a text")
    if ENTITY.search(text):
        found.add("entity")
    if BULLET.search(text):
        found.add("bullets in a text")
    if any(_counts_to_three(text, shape) for shape in ("({})", "{})", "{}. ")):
        found.add("numbers in a text")
    return found


def _counts_to_three(text: str, shape: str) -> bool:
    for marks in ("123", "abc"):
        position = -1
        for mark in marks:
            pattern = rf"(?:^|[\s;:,.(]){re.escape(shape.format(mark))}(?=\s*[A-Za-z≥≤<>])"
            match = re.compile(pattern).search(text, position + 1)
            if match is None:
                break
            position = match.start()
        else:
            return True
    return False
