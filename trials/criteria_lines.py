"""Recognises what a line of criteria is: a list item, a heading, a list inside a sentence. Pure.

The shapes are those of several thousand sponsors: bullets of all kinds, ``1.``, ``1)``, ``(a)``,
``ii.``, ``①``, headings with and without a colon, numbers that run on inside one paragraph.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

_BULLETS = "•·●○◦▪■□‣∙➢➤✓✔❖◆§°\uf0b7\uf0a7\ufffd"
# A hyphen or an asterisk also ties words or marks a footnote: they need a space behind them.
_BULLET = re.compile(
    rf"^(\s*)(?:\\?[*+–—-]\s+|[{_BULLETS}]\s*|\\?[–—-](?=[A-Z][a-z]))(\S.*)$", re.DOTALL
)
_LETTER_BULLET = re.compile(r"^(\s*)(o)\s+([A-Z≥≤<>].*)$")
_CLOSE = r"\\?[.)）、]"
_NUMBER = re.compile(
    r"^(\s*)("
    rf"[(（]\s?(?:\d{{1,3}}|[a-zA-Z]|[ivxIVX]{{1,5}})\s?\\?[)）]\.?(?=\W)|"
    rf"\d{{1,3}}\s?{_CLOSE}(?=\s|[A-Za-z(≥≤<>])|"
    rf"\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}\.?(?=\s+[A-Z][a-z])|"
    rf"(?:[a-zA-Z]|[ivx]{{1,5}}|[IVX]{{1,5}}){_CLOSE}(?=\s)|"
    r"\[\d{1,2}\\?\](?=\W)|"
    r"[①-⑳](?=\W)"
    r")\s*(\S.*)$",
    re.DOTALL,
)
_COMMENT = re.compile(r"^\s*<!--\s*-->\s*$")
_EMPHASIS = re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*\*(?![\w*])")

_HEADING = re.compile(
    r"^[#*\s]*(?P<before>[^:：.;]{0,110}?)\b(?P<word>inclusion|exclusion|eligibility)s?\b"
    r"(?:\s*(?:and|or|/|&)\s*(?:inclusion|exclusion)s?\b)?"
    r"(?P<criteria>\s+criteri(?:a|on|ons|as|ums?)\b)?"
    r"(?P<after>[^:：.;]{0,80}?)\**\s*(?P<end>[:：]|[.;]?\s*$)[*\s]*(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_VERB = re.compile(
    r"\b(?:must|meets?|meeting|met|satisf\w+|fulfil\w*|is|are|be|been|not|will|would|has|have|had|"
    r"may|might|can|could|should|appl(?:y|ies)|includes?|allowed|following|provided|required|"
    r"if|who|that|no|none|without)\b",
    re.IGNORECASE,
)
_NARROWS = re.compile(
    r"^\s*(?:$|[-–—(\[,/]|(?:for|of|by|in|to|at|related|specific|part|cohorts?|arms?|phases?|"
    r"groups?|all|only|sub-?stud\w+|\d)\b)",
    re.IGNORECASE,
)
_NARROWS_ALONE = re.compile(r"^\s*(?:$|[-–—(\[]|for\b)", re.IGNORECASE)
_HEADING_INSIDE = re.compile(
    r"(?<=[.;])\s+(?=(?:[A-Z][a-z]+ ){0,2}"
    r"(?:Inclusion|Exclusion|INCLUSION|EXCLUSION) (?:[Cc]riteria|CRITERIA)\s*[:：])"
)
# Without one of these no text is a heading: most are told apart by looking for plain words.
_HEADING_HINTS = ("inclusion", "exclusion", "eligibility")
_MOST_WORDS = 14
_MOST_WORDS_ALONE = 6

_INSIDE_BULLET = re.compile(r"[•●○◦▪■‣➢✓✔❖◆]")
_BULLET_INSIDE = re.compile(r"\s+[•●○◦▪■‣➢✓✔❖◆]\s*(?=\S)")
_STRONG = re.compile(r"(?:^|[:：;；。.)])\s*$")
_FEWEST, _FEWEST_STRONG, _FEWEST_WORDS = 3, 2, 2
_MOST_WORDS_IN_ITEM = 4
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Line:
    """A list item as written: its number ("" for a bullet) and its text."""

    marker: str
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, what follows it on its line, and whether it is a whole sentence."""

    text: str
    rest: str
    is_sentence: bool


def is_empty(line: str) -> bool:
    """Return whether nothing is written on a line: no word, or only a separator of lists."""
    return _COMMENT.match(line) is not None or not line.strip("\ufeff\u200b \t")


def split_headings(line: str) -> list[str]:
    """Return the parts of a line in which a heading begins behind the end of a sentence."""
    # Looking for plain letters first spares a pattern on nearly every line.
    has_word = "criteria" in line or "Criteria" in line or "CRITERIA" in line
    return _HEADING_INSIDE.split(line) if has_word else [line]


def plain_emphasis(text: str) -> str:
    """Return the text without the asterisks that make words bold."""
    return _EMPHASIS.sub(r"\1", text) if "**" in text else text


def list_line(line: str) -> Line | None:
    """Return the list item that a line begins; None for running text."""
    match = bullet = _BULLET.match(line)
    rest = line
    # "* • One" and "* 1. One": the inner mark is the sponsor's, the outer the converter's.
    while match:
        rest = match[2]
        match = _BULLET.match(rest)
    number = _NUMBER.match(rest) or (None if bullet else _LETTER_BULLET.match(rest))
    if number:
        return Line(number[2], number[3].strip())
    return Line("", rest.strip()) if bullet else None


def heading_of(text: str) -> Heading | None:
    """Return the heading that a text begins with; None for running text.

    "Inclusion body myositis:" is none, and "Other exclusion criteria may apply" is none either.
    """
    lowered = text.lower()
    if not any(hint in lowered for hint in _HEADING_HINTS):
        return None
    match = _HEADING.match(text)
    if match is None:
        return None
    before, after, has_colon = match["before"], match["after"], match["end"] in (":", "：")
    number_of_words = len(_WORD.findall(before + after))
    if _VERB.search(before):
        is_sentence = has_colon and match["criteria"] is not None
        return _heading(match, is_sentence=True) if is_sentence else None
    if match["criteria"] is None:
        fits = _NARROWS_ALONE.match(after) and number_of_words <= _MOST_WORDS_ALONE
    else:
        fits = has_colon or (_NARROWS.match(after) and not _VERB.search(after))
    return _heading(match, is_sentence=False) if fits and number_of_words <= _MOST_WORDS else None


def _heading(match: re.Match[str], *, is_sentence: bool) -> Heading:
    text = match.string[: match.start("rest")].strip("#* \t")
    return Heading(text, match["rest"].strip(), is_sentence)


def is_heading_item(heading: Heading) -> bool:
    """Return whether a heading that stands as a list item is one: alone, and marked or short."""
    if heading.rest or heading.is_sentence:
        return False
    is_short = len(_WORD.findall(heading.text)) <= _MOST_WORDS_IN_ITEM
    return is_short or heading.text.endswith((":", "："))


@dataclass(frozen=True, slots=True)
class _Style:
    """One way to number: how it looks inside a sentence, and the value of what it caught."""

    key: str
    pattern: re.Pattern[str]
    value: Callable[[str], int]


def _letter(text: str) -> int:
    return ord(text.lower()) - ord("a") + 1


_ROMAN = {"i": 1, "v": 5, "x": 10}


def _roman(text: str) -> int:
    values = [_ROMAN[letter] for letter in text.lower()]
    following = [*values[1:], 0]
    return sum(-one if one < two else one for one, two in zip(values, following, strict=True))


def _circled(text: str) -> int:
    return ord(text) - ord("①") + 1


def _inside(key: str, caught: str, value: Callable[[str], int]) -> _Style:
    shapes = {
        "()": rf"[(（]\s?({caught})\s?[)）]\.?",
        ")": rf"(?<![\w(（./-])({caught})[)）](?=\W)",
        ".": rf"(?<![\w(（./-])({caught})[.、](?=\s+\D)",
        "": rf"(?<!\w)({caught})(?!\w)",
    }
    return _Style(key, re.compile(shapes[key[1:]]), value)


_STYLES = [
    *(_inside(f"1{shape}", r"\d{1,2}", int) for shape in ("()", ")", ".")),
    *(_inside(f"i{shape}", "[ivx]{1,5}", _roman) for shape in ("()", ")", ".")),
    *(_inside(f"a{shape}", "[a-z]", _letter) for shape in ("()", ")", ".")),
    _inside("c", "[①-⑳]", _circled),
]
# The first number of each style: without one, no pattern has to be tried.
_FIRST = re.compile(r"[(（]\s?[1ia①]|\b[1ia]\s?[)）.、]|①")


def style_of(marker: str) -> tuple[str, int]:
    """Return the style of a number as written and its value: ("1", 3) for "3." and for "(3)".

    A single letter i, v or x counts as a letter; ``is_next`` knows that it may be Roman.
    """
    core = marker.strip("()（）[]\\.、 ")
    if not core or marker == "o":
        return "", 0
    if core.isdecimal() and core.isascii():
        return "1", int(core)
    if "." in core:
        return f"n{core.count('.')}", int(core.rsplit(".", 1)[1])
    if len(core) == 1 and core.isascii():
        return ("a" if core.islower() else "A"), _letter(core)
    if len(core) == 1:
        return "c", _circled(core)
    return ("i" if core.islower() else "I"), _roman(core)


def is_first(marker: str) -> bool:
    """Return whether a list begins with this number."""
    return style_of(marker)[1] == 1 or marker.strip("()[]\\.").lower() == "i"


def is_next(marker: str, last: str) -> bool:
    """Return whether a number follows another one of its style; i, ii and h, i both do."""
    (style, value), (last_style, last_value) = style_of(marker), style_of(last)
    if style == last_style:
        return value == last_value + 1
    roman = {"a": "i", "A": "I"}.get(last_style)
    core = last.strip("()[]\\.")
    return style == roman and set(core.lower()) <= set(_ROMAN) and value == _roman(core) + 1


def lines_inside(text: str) -> tuple[str, list[Line]]:
    """Return what stands before the list that runs inside a text, and the items of that list.

    Bullets, or numbers that begin with the first and leave none out: three of them, or two that
    each follow the end of a part of the sentence. No word is lost or moved.
    """
    has_bullet = not text.isascii() and _INSIDE_BULLET.search(text)
    parts = _BULLET_INSIDE.split(text) if has_bullet else []
    if len(parts) > 1:
        return parts[0].strip(), [Line("", part.strip()) for part in parts[1:]]
    if not _FIRST.search(text):
        return text, []
    found = [spans for style in _STYLES if (spans := _numbers(text, style, 1))]
    if not found:
        return text, []
    spans = min(found, key=lambda spans: spans[0].start())
    return text[: spans[0].start()].strip(), _cut(text, spans)


def lines_after(marker: str, text: str) -> tuple[str, list[Line]]:
    """Return the text of an item and those that run on in it: "2. One 3. Two 4. Three"."""
    style, value = style_of(marker)
    if style != "1" or str(value + 1) not in text:
        return text, []
    shape = ("1()", "1)") if marker.rstrip(".").endswith((")", "）")) else ("1.",)
    for known in _STYLES:
        if known.key in shape and (spans := _numbers(text, known, value + 1, 1)):
            return text[: spans[0].start()].strip(), _cut(text, spans)
    return text, []


def _numbers(
    text: str, style: _Style, first: int, fewest_strong: int = _FEWEST_STRONG
) -> list[re.Match[str]]:
    """Return the numbers that count up from the first one; none unless they make a list."""
    spans: list[re.Match[str]] = []
    for match in style.pattern.finditer(text):
        value = style.value(match[1])
        if value == first and len(spans) < 2:
            spans = [match]
        elif spans and value == first + len(spans):
            spans.append(match)
    is_strong = all(_STRONG.search(text[: match.start()]) for match in spans)
    if len(spans) < (fewest_strong if is_strong else _FEWEST):
        return []
    fewest = 1 if is_strong else _FEWEST_WORDS
    is_list = all(len(_WORD.findall(line.text)) >= fewest for line in _cut(text, spans))
    return spans if is_list else []


def _cut(text: str, spans: list[re.Match[str]]) -> list[Line]:
    ends = [*(match.start() for match in spans[1:]), len(text)]
    return [
        Line(match[0].strip(), text[match.end() : end].strip())
        for match, end in zip(spans, ends, strict=True)
    ]
