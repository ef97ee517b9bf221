"""Finds the words of a glossary in texts and marks their first occurrence. Pure.

The matcher is a dictionary from the first word of every form to the forms that begin with it, so
looking through a text costs one look-up per word, however long the glossary is.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

# The longest an abbreviation may be to be told apart from a word by its capitals: ALL, not "all".
_LONGEST_ABBREVIATION = 6
_TOKEN = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[A-Za-z]\w*);|[^\W_]+")
_TAG = re.compile(r"<!--.*?-->|<(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>", re.DOTALL)
_TAG_NAME = re.compile(r"<(/?)\s*([a-zA-Z][a-zA-Z0-9]*)")
_SPACE = re.compile(r"(?:\s|&nbsp;|&#160;|&#xA0;)+", re.IGNORECASE)
_HYPHENS = str.maketrans({"\u2010": "-", "\u2011": "-"})
_TIED_BEFORE = re.compile(r"[^\W_][-\u2010\u2011]$|_$")
_TIED_AFTER = re.compile(r"[-\u2010\u2011][^\W_]|_")
_VOID = frozenset({"br", "hr", "img", "input", "wbr", "source", "col"})

# A definition link never stands inside these: WCAG 2.2 (nested controls), and headings stay quiet.
NEVER_INSIDE = frozenset(
    {"a", "button", "caption", "code", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "label"}
    | {"script", "select", "style", "summary", "svg", "template", "textarea", "title"}
)
NEVER_INSIDE_CLASS = re.compile(r"\bclass=[\"'][^\"']*__(?:title|time)\b")


@dataclass(frozen=True)
class Entry:
    """A word of the glossary and the other forms in which texts have it."""

    slug: str
    term: str
    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """Where an entry stands in a text: text[start:end]."""

    start: int
    end: int
    slug: str


@dataclass(frozen=True)
class _Form:
    words: tuple[str, ...]
    gaps: tuple[str, ...]
    is_abbreviation: bool
    slug: str


class Matcher:
    """Knows every form of every entry; built once, used for many texts."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_first_word: dict[str, list[_Form]] = {}
        for entry in entries:
            for text in _forms_of(entry):
                self._add(text, entry.slug)
        for forms in self._by_first_word.values():
            forms.sort(key=lambda form: (-len(form.words), -sum(map(len, form.words))))

    def _add(self, text: str, slug: str) -> None:
        tokens = _words(text)
        if not tokens:
            return
        words = tuple(token[0] for token in tokens)
        form = _Form(words, _gaps(text, tokens), _is_abbreviation(text), slug)
        self._by_first_word.setdefault(words[0].casefold(), []).append(form)

    def find(self, text: str) -> Iterator[Match]:
        """Yield what stands in a text, the longest form first, never overlapping."""
        tokens = _words(text)
        position = 0
        while position < len(tokens):
            form = self._form_at(text, tokens, position)
            if form is None:
                position += 1
                continue
            last = position + len(form.words) - 1
            yield Match(tokens[position].start(), tokens[last].end(), form.slug)
            position = last + 1

    def _form_at(self, text: str, tokens: list[re.Match[str]], position: int) -> _Form | None:
        for form in self._by_first_word.get(tokens[position][0].casefold(), ()):
            last = position + len(form.words) - 1
            if last < len(tokens) and _fits(form, text, tokens[position : last + 1]):
                return form
        return None


def _forms_of(entry: Entry) -> set[str]:
    """Return the forms of an entry with the plural in -s that English and Spanish share."""
    forms = {entry.term, *entry.forms}
    plurals = {f"{form}s" for form in forms if form[-1:].isalpha() and form[-1].lower() != "s"}
    return forms | plurals


def _is_abbreviation(text: str) -> bool:
    letters = text.rstrip("s")
    return len(letters) <= _LONGEST_ABBREVIATION and sum(map(str.isupper, letters)) > 1


def _words(text: str) -> list[re.Match[str]]:
    """Return the words of a text; a character reference such as &amp; is none."""
    return [token for token in _TOKEN.finditer(text) if not token[0].startswith("&")]


def _gaps(text: str, tokens: list[re.Match[str]]) -> tuple[str, ...]:
    """Return what stands between the words, any white space as one space."""
    return tuple(
        _SPACE.sub(" ", text[left.end() : right.start()]).translate(_HYPHENS)
        for left, right in pairwise(tokens)
    )


def _fits(form: _Form, text: str, tokens: list[re.Match[str]]) -> bool:
    words = [token[0] for token in tokens]
    if form.is_abbreviation:
        same = tuple(words) == form.words
    else:
        same = [word.casefold() for word in words] == [word.casefold() for word in form.words]
    if not same:
        return False
    return _gaps(text, tokens) == form.gaps and not _is_part_of_compound(text, tokens)


def _is_part_of_compound(text: str, tokens: list[re.Match[str]]) -> bool:
    """Return whether a hyphen or underscore ties the words to more: "non-cytokine" is another."""
    before, after = text[: tokens[0].start()], text[tokens[-1].end() :]
    return bool(_TIED_BEFORE.search(before[-2:]) or _TIED_AFTER.match(after))


def mark(
    html: str, matcher: Matcher, link: Callable[[str, str], str], skip: set[str]
) -> tuple[str, list[str]]:
    """Return the HTML with the first occurrence of each entry wrapped by `link`, and their slugs.

    ``link(slug, words)`` gets the words as they stand, already escaped, and returns them between
    two tags. Entries in `skip` stay as they are; what is marked is added to it. Nothing but those
    tags is added, and nothing is taken away.
    """
    parts: list[str] = []
    found: list[str] = []
    inside, depth, position = "", 0, 0

    def text(chunk: str) -> str:
        if inside or not chunk:
            return chunk
        marked, end = [], 0
        for match in matcher.find(chunk):
            if match.slug in skip:
                continue
            skip.add(match.slug)
            found.append(match.slug)
            words = chunk[match.start : match.end]
            marked += [chunk[end : match.start], link(match.slug, words)]
            end = match.end
        return "".join([*marked, chunk[end:]])

    for tag in _TAG.finditer(html):
        parts += [text(html[position : tag.start()]), tag[0]]
        position = tag.end()
        name = _TAG_NAME.match(tag[0])
        if name is None or name[2].lower() in _VOID or tag[0].endswith("/>"):
            continue
        closes, element = bool(name[1]), name[2].lower()
        if inside:
            depth += (-1 if closes else 1) if element == inside else 0
            inside = inside if depth else ""
        elif not closes and (element in NEVER_INSIDE or NEVER_INSIDE_CLASS.search(tag[0])):
            inside, depth = element, 1
    parts.append(text(html[position:]))
    return "".join(parts), found
