"""Reads single values of a registry record, whatever was put there. Pure."""

import html
import json
import math
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
# Whole numbers that the fast parser would round. A regular expression takes ten times as long.
DIGITS_ALIKE = bytes.maketrans(b"123456789", b"0" * 9)
LONG_NUMBER = b"0" * 19
UNSTORABLE_ESCAPES = (b"\\u0000", b"\\ud", b"\\uD")
NCT_ID = re.compile(r"NCT\d{8}")
PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T.*)?")
EMAIL = re.compile(r"[^\s@,;<>()\"]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
EMAIL_SEPARATOR = re.compile(r"[\s,;/|]+")
ENUM_LENGTH = 100


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A registry date: day or month precision. A month stands for its first day."""

    value: date
    precision: str
    kind: str = ""


def clean(value: str) -> str:
    """Return the text without what Postgres cannot store, entities undone, ends stripped."""
    if "&" in value:
        value = ENTITY.sub(lambda match: html.unescape(match[0]), value)
    if value.isprintable():  # neither controls nor surrogates are
        return value.strip()
    return SURROGATE.sub("\ufffd", CONTROL.sub("", value)).strip()


def nct_id(value: Any) -> str:
    """Return the NCT id in capitals, or an empty string when it is none."""
    candidate = value.strip().upper() if isinstance(value, str) else ""
    return candidate if NCT_ID.fullmatch(candidate) else ""


def partial_date(value: Any, kind: str = "") -> PartialDate | None:
    """Return the date in ``2024-05-17`` or ``2024-05``; None when it is none."""
    match = PARTIAL_DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day = match.groups()
    precision = "day" if day else "month" if month else "year"
    try:
        return PartialDate(date(int(year), int(month or 1), int(day or 1)), precision, kind)
    except ValueError:
        return None


def emails(value: Any) -> tuple[str, ...]:
    """Return the well-formed addresses in a contact's e-mail field, which may hold several."""
    if not isinstance(value, str):
        return ()
    parts = (part.strip("<>().") for part in EMAIL_SEPARATOR.split(clean(value)))
    return tuple(dict.fromkeys(part for part in parts if EMAIL.fullmatch(part)))


def parse_json(data: bytes) -> Any:
    """Return the JSON value with every string storable; raise ValueError when it is not JSON."""
    value = _parsed(data)
    # Searching the bytes is a hundred times faster than walking the value.
    return storable(value) if _has_unstorable(data) else value


def _has_unstorable(data: bytes) -> bool:
    if b"\x00" in data:
        return True
    return b"\\u" in data and any(escape in data for escape in UNSTORABLE_ESCAPES)


def _parsed(data: bytes) -> Any:
    """Return the value; what the fast parser refuses or rounds is read by the standard library."""
    if LONG_NUMBER not in data.translate(DIGITS_ALIKE):
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(data)
    return json.loads(data, parse_float=_finite, parse_constant=_refuse_constant)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("a number is out of range")
    return number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def storable(value: Any) -> Any:
    """Return the JSON value with the strings that jsonb refuses (NUL, lone surrogates) mended."""
    if isinstance(value, str):
        return SURROGATE.sub("\ufffd", value.replace("\x00", ""))
    if isinstance(value, list):
        return [storable(entry) for entry in value]
    if isinstance(value, dict):
        return {storable(key): storable(entry) for key, entry in value.items()}
    return value


class Node:
    """A JSON object of unknown shape: every read returns a value of the type asked for."""

    __slots__ = ("data",)

    def __init__(self, data: Any) -> None:
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}

    def __bool__(self) -> bool:
        return bool(self.data)

    def node(self, key: str) -> "Node":
        """Return the object under a key; an empty one when there is none."""
        return Node(self.data.get(key))

    def nodes(self, key: str) -> list["Node"]:
        """Return the objects of the list under a key."""
        value = self.data.get(key)
        entries = value if isinstance(value, list) else []
        return [Node(entry) for entry in entries if isinstance(entry, dict) and entry]

    def text(self, key: str) -> str:
        """Return the text under a key; numbers become text."""
        value = self.data.get(key)
        if isinstance(value, str):
            return clean(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the different non-empty texts of the list under a key, in order."""
        value = self.data.get(key)
        entries = value if isinstance(value, list) else [value]
        cleaned = (clean(entry) for entry in entries if isinstance(entry, str))
        return tuple(dict.fromkeys(entry for entry in cleaned if entry))

    def flag(self, key: str) -> bool | None:
        """Return the truth value under a key; None when it is not said."""
        value = self.data.get(key)
        return value if isinstance(value, bool) else None

    def count(self, key: str) -> int | None:
        """Return the non-negative whole number under a key, within a database integer."""
        value = self.data.get(key)
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        return value if 0 <= value < 2**31 else None

    def number(self, key: str, limit: float) -> float | None:
        """Return the number under a key when its size is at most ``limit``."""
        value = self.data.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if abs(value) <= limit else None
