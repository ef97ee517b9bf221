"""What differs between two versions of a text, part by part and word by word."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from clinic.plain_parts import Part, field_label, plain_parts

_WORDS = re.compile(r"\S+\s*|\s+")


class Kind(StrEnum):
    """What happened to a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True)
class Change:
    """One part that differs: its words with marks, "" where no word differs."""

    field: str
    kind: Kind
    label: str
    words: SafeString | str


def text_changes(before: Any, after: Any) -> list[Change]:
    """Return what somebody who knows `before` has to read of `after`, in reading order."""
    old, new = _paired(plain_parts(before), plain_parts(after))
    found: list[Change] = []
    for key in _reading_order(list(old), list(new)):
        if change := _change(old.get(key), new.get(key)):
            found.append(change)
    return found + _moves(list(old), list(new), after)


def counts(changes: list[Change], field: str) -> Counter[Kind]:
    """Return how many parts of a field were added, removed or changed."""
    return Counter(change.kind for change in changes if change.field == field)


Parts = dict[tuple[str, str], Part]


def _paired(before: list[Part], after: list[Part]) -> tuple[Parts, Parts]:
    """Return both versions by key; a part that was only given another key keeps its old one."""
    old = {(part.field, part.key): part for part in before}
    names = {(part.field, part.key) for part in after}
    lost = {(part.field, part.stored): key for key, part in old.items() if key not in names}
    new: Parts = {}
    for part in after:
        key = (part.field, part.key)
        if key not in old:
            key = lost.pop((part.field, part.stored), key)
        new[key] = part
    return old, new


def _reading_order(old: list[Any], new: list[Any]) -> list[Any]:
    """Return all keys in the new order, what was removed behind what stood before it."""
    order, known, previous = list(new), set(new), None
    for key in old:
        if key not in known:
            order.insert(order.index(previous) + 1 if previous in order else 0, key)
        previous = key
    return order


def _change(old: Part | None, new: Part | None) -> Change | None:
    if old is None and new is not None:
        return Change(new.field, Kind.ADDED, new.label, _added(new.words))
    if old is not None and new is None:
        return Change(old.field, Kind.REMOVED, old.label, _removed(old.words))
    if old is None or new is None or (old.stored, old.words) == (new.stored, new.words):
        return None
    words = marked_words(old.words, new.words) if old.words != new.words else ""
    return Change(new.field, Kind.CHANGED, new.label, words)


def _moves(old: list[Any], new: list[Any], after: Any) -> list[Change]:
    fields = dict.fromkeys(field for field, _key in new)
    kept = set(old) & set(new)
    return [
        Change(field, Kind.MOVED, field_label(after, field), "")
        for field in fields
        if [key for key in old if key in kept and key[0] == field]
        != [key for key in new if key in kept and key[0] == field]
    ]


def marked_words(old: str, new: str) -> SafeString:
    """Return the new words with what was added and removed marked, also for screen readers."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    # A word at the end of a line is the same word in the middle of one.
    matcher = SequenceMatcher(
        None, [word.strip() for word in before], [word.strip() for word in after], autojunk=False
    )
    pieces: list[str] = []
    for what, start, stop, new_start, new_stop in matcher.get_opcodes():
        if what == "equal":
            pieces.append(conditional_escape("".join(after[new_start:new_stop])))
            continue
        if stop > start:
            pieces.append(_removed("".join(before[start:stop])))
        if new_stop > new_start:
            pieces.append(_added("".join(after[new_start:new_stop])))
    return mark_safe("".join(pieces))  # noqa: S308 (every piece is escaped)


def _added(words: str) -> SafeString:
    return _marked("ins", _("added:"), words, _("end of what was added"))


def _removed(words: str) -> SafeString:
    return _marked("del", _("removed:"), words, _("end of what was removed"))


def _marked(tag: str, start: str, words: str, stop: str) -> SafeString:
    if not words.strip():
        return SafeString("")
    bare = words.rstrip()
    said = '<span class="w-sr-only">{}</span>'
    template = f"<{tag}>{said}{{}}{said}</{tag}>{{}}"
    return format_html(template, f"{start} ", bare, f" {stop}", words[len(bare) :])
