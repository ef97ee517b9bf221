"""Texts with words in braces, such as ``{reference}``: what is wrong with one, and filling it in.

Pure. Only plain names count: nothing is looked up, called or formatted, so that no text can reach
more than the values it is given.
"""

import re
from collections.abc import Collection, Mapping

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_BRACE = re.compile(r"[{}]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u0085\u2028\u2029]")
_ADDRESS = re.compile(r"https?:|www\.|\b[\w-]+\.(?:com|org|net|gov|edu|info)\b", re.IGNORECASE)


def names_in(text: str) -> list[str]:
    """Return the names in braces, each once, in their order."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def unknown_names(text: str, allowed: Collection[str]) -> list[str]:
    """Return the names in braces that are not allowed."""
    return [name for name in names_in(text) if name not in allowed]


def has_stray_brace(text: str) -> bool:
    """Return whether a brace belongs to no name: it would go out as it stands."""
    return _BRACE.search(_PLACEHOLDER.sub("", text)) is not None


def has_control_character(text: str) -> bool:
    """Return whether a character is in it that no keyboard types into a mail."""
    return _CONTROL.search(text) is not None


def has_address(text: str) -> bool:
    """Return whether the address of a website is written out in it."""
    return _ADDRESS.search(text) is not None


def missing_names(text: str, required: Collection[str], *, optional: Collection[str]) -> list[str]:
    """Return the names that the text must have and has not in a line that is always there.

    A line with an ``optional`` name goes when there is no value for that name.
    """
    kept = "\n".join(
        line for line in text.splitlines() if not set(_PLACEHOLDER.findall(line)) & set(optional)
    )
    there = names_in(kept)
    return sorted(name for name in required if name not in there)


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its values; a line goes when one of its values is missing or empty.

    Values are put in as they are: a brace in a value stays a brace. Never more than one empty line
    in a row.
    """
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if all(values.get(name) for name in _PLACEHOLDER.findall(line)):
            filled = _PLACEHOLDER.sub(lambda match: values[match[1]], line).rstrip()
            if filled or (lines and lines[-1]):
                lines.append(filled)
    return "\n".join(lines).strip("\n")
