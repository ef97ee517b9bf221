"""Reads the eligibility module of a registry record: criteria text, ages.

Pure. The criteria are Markdown (the API's ``markup`` type) written by several thousand sponsors:
lists nest by indentation, characters are escaped with a backslash, headings are plain lines.
Nothing is ever dropped: every word of the text is in the result, in the same order.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

UNESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
BULLET = re.compile(r"^(\s*)[*+•·●○◦▪■‣∙➢✓–—-]\s+(\S.*)$")
NUMBER = re.compile(r"^(\s*)((?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})\\?[.)])\s+(\S.*)$")
CRITERIA_HEADING = re.compile(
    r"^((?:[\w/&,-]+\s+){0,6}(?:inclusion|exclusion|eligibility)(?:\s+and\s+exclusion)?"
    r"(?:\s+criteri(?:a|on|ons|as))?\b(?:[^:.]{0,60}:|\s*$))\s*(.*)$",
    re.IGNORECASE,
)
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
        digits = self.marker.rstrip(".)")
        return int(digits) if digits.isdecimal() else None


@dataclass(slots=True)
class Block:
    """A paragraph, a list or both: the paragraph introduces the list."""

    text: str = ""
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """Criteria under one heading. ``kind`` is ``inclusion``, ``exclusion`` or ``other``."""

    heading: str
    kind: str
    blocks: list[Block] = field(default_factory=list)


def parse_age(text: str) -> Age | None:
    """Return the age in ``18 Years`` and the like; None for no limit or for anything else."""
    match = AGE.match(text)
    if match is None:
        return None
    age = Age(int(match[1]), match[2].lower())
    return age if age.days <= OLDEST_YEARS * DAYS["year"] else None


def unescape(text: str) -> str:
    """Return Markdown text without its backslash escapes."""
    return UNESCAPE.sub(r"\1", text)


def parse_criteria(text: str) -> list[Section]:
    """Return the criteria as sections of paragraphs and nested lists."""
    reader = _Reader()
    for line in text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n"):
        reader.read(line)
    return [section for section in reader.sections if section.heading or section.blocks]


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
        if not line.strip():
            self.after_blank = True
            return
        indent = len(line) - len(line.lstrip())
        item = self._item(line)
        if item is None:
            self._read_text(line.strip(), indent)
        elif not self._read_heading(item.text, whole_line=True, marker=item.marker):
            self._add_item(item, indent)
        self.after_blank = False

    @staticmethod
    def _item(line: str) -> Item | None:
        if bullet := BULLET.match(line):
            numbered = NUMBER.match(bullet[2])
            # "* 1\. Adults": the number is the sponsor's, the bullet the converter's.
            if numbered and numbered[2][0].isdecimal():
                return Item(unescape(numbered[3].strip()), unescape(numbered[2]))
            return Item(unescape(bullet[2].strip()))
        if number := NUMBER.match(line):
            return Item(unescape(number[3].strip()), unescape(number[2]))
        return None

    def _read_text(self, text: str, indent: int) -> None:
        plain = unescape(text)
        if self._read_heading(plain, whole_line=False):
            return
        if self.open_items and (not self.after_blank or indent > self.open_items[-1][0]):
            item = self.open_items[-1][1]
            item.text += ("\n" if self.after_blank else " ") + plain
            return
        self.open_items = []
        blocks = self.sections[-1].blocks
        if not self.after_blank and blocks and not blocks[-1].items:
            blocks[-1].text += " " + plain
        elif PLAIN_HEADING.match(plain) and plain.upper() == plain:
            self.sections.append(Section(plain, self.sections[-1].kind))
        else:
            blocks.append(Block(plain))

    def _read_heading(self, text: str, *, whole_line: bool, marker: str = "") -> bool:
        match = CRITERIA_HEADING.match(text)
        if match is None or (whole_line and (match[2] or marker)):
            return False
        if not match[1].endswith(":") and len(match[1].split()) > 6:
            return False
        heading = match[1].strip()
        self.sections.append(Section(heading, _kind(heading)))
        self.open_items = []
        self.after_blank = True
        if match[2]:
            self.sections[-1].blocks.append(Block(match[2].strip()))
        return True

    def _add_item(self, item: Item, indent: int) -> None:
        while self.open_items and self.open_items[-1][0] >= indent:
            self.open_items.pop()
        if self.open_items:
            self.open_items[-1][1].items.append(item)
        else:
            blocks = self.sections[-1].blocks
            if not blocks:
                blocks.append(Block())
            blocks[-1].items.append(item)
        self.open_items.append((indent, item))


def _kind(heading: str) -> str:
    lowered = heading.lower()
    if "exclusion" in lowered and "inclusion" not in lowered:
        return "exclusion"
    if "inclusion" in lowered and "exclusion" not in lowered:
        return "inclusion"
    return "other"
