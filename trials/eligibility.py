"""Reads the eligibility module of a registry record: criteria text, ages.

Pure. The criteria are Markdown (the API's ``markup`` type) written by several thousand sponsors:
lists nest by indentation, characters are escaped with a backslash, headings are plain lines.
Nothing is ever dropped: every word of the text is in the result, in the same order.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape as unescape_html

from trials.criteria_lines import (
    heading_of,
    is_empty,
    is_first,
    is_heading_item,
    is_next,
    lines_after,
    lines_inside,
    list_line,
    plain_emphasis,
    split_headings,
    style_of,
)

UNESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
ENTITY = re.compile(
    r"&(?:lt|gt|le|ge|amp|quot|nbsp|apos|plusmn|micro|deg|#\d{2,6}|#x[0-9a-f]{2,5});", re.I
)
LINE_END = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
PLAIN_HEADING = re.compile(r"^[^.:;]{3,90}:$")
AGE = re.compile(r"^\s*(\d{1,5})\s*(year|month|week|day|hour|minute)s?\s*$", re.IGNORECASE)
DAYS = {
    "year": 365.25,
    "month": 30.4375,
    "week": 7.0,
    "day": 1.0,
    "hour": 1 / 24,
    "minute": 1 / 1440,
}
OLDEST_YEARS = 200
_FEWEST_STAIRS = 2
# Nobody writes deeper lists; what claims to be deeper is hostile or broken.
_DEEPEST, _DEEPEST_INSIDE = 8, 3
# More than two batches of the sync: one is written while the next is read.
KEPT = 512


@dataclass(frozen=True, slots=True)
class Age:
    """An age limit as the sponsor entered it."""

    amount: int
    unit: str

    @property
    def days(self) -> int:
        """The age in whole days, rounded down."""
        return int(self.amount * DAYS[self.unit])


@dataclass(slots=True)
class Item:
    """One criterion. ``marker`` is its number as written, empty for a bullet."""

    text: str
    marker: str = ""
    items: list["Item"] = field(default_factory=list)

    @property
    def number(self) -> int | None:
        """The value of a numeric marker, for an ordered list."""
        style, value = style_of(self.marker)
        return value if style == "1" else None

    @property
    def is_ordered(self) -> bool:
        """Whether all that stands below is numbered."""
        return all_numbered(self.items)


@dataclass(slots=True)
class Block:
    """A paragraph, a list or both: the paragraph introduces the list."""

    text: str = ""
    items: list[Item] = field(default_factory=list)

    @property
    def is_ordered(self) -> bool:
        """Whether the whole list is numbered."""
        return all_numbered(self.items)


@dataclass(slots=True)
class Section:
    """Criteria under one heading. ``kind`` is ``inclusion``, ``exclusion`` or ``other``."""

    heading: str
    kind: str
    blocks: list[Block] = field(default_factory=list)


def all_numbered(items: list[Item]) -> bool:
    """Return whether every item of a list has a number of its own: none may be made up."""
    return bool(items) and all(item.number is not None for item in items)


def parse_age(text: str) -> Age | None:
    """Return the age in ``18 Years`` and the like; None for no limit or for anything else."""
    match = AGE.match(text)
    if match is None:
        return None
    age = Age(int(match[1]), match[2].lower())
    return age if age.days <= OLDEST_YEARS * DAYS["year"] else None


def unescape(text: str) -> str:
    """Return Markdown text without its HTML entities and its backslash escapes."""
    decoded = decode(text)
    return UNESCAPE.sub(r"\1", decoded) if "\\" in decoded else decoded


def decode(text: str) -> str:
    """Return the text with the signs that HTML entities such as ``&lt;`` stand for."""
    return ENTITY.sub(lambda match: unescape_html(match[0]), text) if "&" in text else text


@lru_cache(maxsize=KEPT)
def read_once(text: str) -> tuple[Section, ...]:
    """Return the criteria for reading only: those of the trials at hand are parsed once."""
    return tuple(parse_criteria(text))


def parse_criteria(text: str) -> list[Section]:
    """Return the criteria as sections of paragraphs and nested lists."""
    reader = _Reader()
    for line in LINE_END.split(decode(text)):
        for part in split_headings(line.expandtabs(4)):
            reader.read(part)
    sections = [section for section in reader.sections if section.heading or section.blocks]
    for section in sections:
        for block in section.blocks:
            written, block.items = block.items, []
            _open(block)
            block.items += [part for item in written for part in _spread(item)]
    return sections


def words_of(sections: list[Section]) -> Iterator[str]:
    """Yield every text of the sections, in reading order."""
    for section in sections:
        yield section.heading
        for block in section.blocks:
            yield block.text
            yield from _item_texts(block.items)


def _item_texts(items: list[Item]) -> Iterator[str]:
    stack = list(reversed(items))
    while stack:
        item = stack.pop()
        yield item.marker
        yield item.text
        stack.extend(reversed(item.items))


class _Reader:
    """Line-by-line state: the open section, the open list items and their indentation."""

    def __init__(self) -> None:
        self.sections = [Section("", "other")]
        self.open_items: list[tuple[int, Item]] = []
        self.after_blank = True

    def read(self, line: str) -> None:
        if is_empty(line):
            self.after_blank = True
            return
        indent = len(line) - len(line.lstrip())
        item = self._item(line)
        if item is None:
            self._read_text(_clean(line), indent)
        elif not self._read_heading(item.text, whole_line=True, marker=item.marker):
            self._add_item(item, indent)
        self.after_blank = False

    @staticmethod
    def _item(line: str) -> Item | None:
        found = list_line(line)
        return Item(_clean(found.text), unescape(found.marker)) if found else None

    def _read_text(self, text: str, indent: int) -> None:
        if self._read_heading(text, whole_line=False):
            return
        if self.open_items and (not self.after_blank or indent > self.open_items[-1][0]):
            self._continue_item(self.open_items[-1][1], text)
            return
        self.open_items = []
        blocks = self.sections[-1].blocks
        if not self.after_blank and blocks and not blocks[-1].items:
            blocks[-1].text += " " + text
        elif PLAIN_HEADING.match(text) and text.upper() == text:
            self.sections.append(Section(text, self.sections[-1].kind))
        else:
            blocks.append(Block(text))

    def _continue_item(self, item: Item, text: str) -> None:
        """Add a line to an item; paragraphs below one that ends in a colon are its own list."""
        if not self.after_blank:
            last = item.items[-1] if item.items else item
            last.text += " " + text
        elif item.items or item.text.endswith((":", "：")):
            item.items.append(Item(text))
        else:
            item.text += "\n" + text

    def _read_heading(self, text: str, *, whole_line: bool, marker: str = "") -> bool:
        found = heading_of(text)
        if found is None or (whole_line and (marker or not is_heading_item(found))):
            return False
        kind, current = _kind(found.text), self.sections[-1]
        belongs_here = kind == current.kind or (current.heading and not current.blocks)
        if found.is_sentence and belongs_here:
            # "Patients must meet these inclusion criteria:" below that heading introduces the list.
            return False
        if kind == "other" and not found.is_sentence and "inclusion" not in found.text.lower():
            kind = current.kind
        self.sections.append(Section(found.text, kind))
        self.open_items = []
        self.after_blank = True
        if found.rest:
            self.read(found.rest)
            self.after_blank = True
        return True

    def _add_item(self, item: Item, indent: int) -> None:
        while self.open_items and self.open_items[-1][0] > indent:
            self.open_items.pop()
        indent = self._find_level(item, indent)
        del self.open_items[_DEEPEST - 1 :]
        if self.open_items:
            self.open_items[-1][1].items.append(item)
        else:
            blocks = self.sections[-1].blocks
            if not blocks:
                blocks.append(Block())
            blocks[-1].items.append(item)
        self.open_items.append((indent, item))

    def _find_level(self, item: Item, indent: int) -> int:
        """Close the items beside which this one stands; return its indentation among them.

        A number that continues an open list belongs there, however it is indented. Numbers of
        another style that begin anew at the same indentation are a list inside the last item.
        """
        open_items = self.open_items
        for position in range(len(open_items) - 1, -1, -1):
            if item.marker and is_next(item.marker, open_items[position][1].marker):
                level = open_items[position][0]
                del open_items[position:]
                return level
        if not open_items or open_items[-1][0] < indent:
            return indent
        last = open_items[-1][1]
        style = style_of(item.marker)[0]
        starts_inside = style and is_first(item.marker) and style_of(last.marker)[0] != style
        if starts_inside and (last.marker or last.text.endswith((":", "："))):
            return indent
        if not item.marker and last.marker and last.text.endswith((":", "：")):
            return indent
        while open_items and open_items[-1][0] == indent:
            _indent, last = open_items.pop()
            is_lowest = not open_items or open_items[-1][0] < indent
            if is_lowest or style_of(last.marker)[0] == style:
                break
        return indent


def _clean(text: str) -> str:
    return plain_emphasis(unescape(text.strip("\ufeff\u200b \t")).strip())


def _spread(item: Item) -> list[Item]:
    """Return the items of one line: a list that runs inside its text becomes a list."""
    text, following = lines_after(item.marker, item.text)
    first = Item(text, item.marker)
    spread = [first, *(Item(line.text, line.marker) for line in following)]
    for one in spread:
        _open(one)
    spread[-1].items += [part for child in _without_stairs(item.items) for part in _spread(child)]
    return spread


def _without_stairs(items: list[Item]) -> list[Item]:
    """Return a list whose bullets were each indented below the one before as the list it is."""
    if len(items) != 1:
        return items
    stairs, last = [], items[0]
    while not last.marker and not last.text.endswith((":", "：")) and len(last.items) == 1:
        stairs.append(last)
        last = last.items[0]
    if len(stairs) < _FEWEST_STAIRS or last.marker:
        return items
    for one in stairs:
        one.items = []
    return [*stairs, last]


def _open(holder: Item | Block, depth: int = _DEEPEST_INSIDE) -> None:
    """Turn a list that runs inside the text of an item or a paragraph into a list below it."""
    if not depth:
        return
    holder.text, lines = lines_inside(holder.text)
    for line in lines:
        inner = Item(line.text, line.marker)
        _open(inner, depth - 1)
        holder.items.append(inner)


def _kind(heading: str) -> str:
    lowered = heading.lower()
    if "exclusion" in lowered and "inclusion" not in lowered:
        return "exclusion"
    if "inclusion" in lowered and "exclusion" not in lowered:
        return "inclusion"
    return "other"
