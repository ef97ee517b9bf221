"""Tells whether two records of one study really differ. Pure.

``versionHolder`` moves every day, and the registry re-escapes, re-wraps and re-orders without any
change of content: none of that counts. Posted results and documents count through the record's
own dates.
"""

import hashlib
import json
from operator import itemgetter
from typing import Any

import orjson

from trials.eligibility import unescape

IGNORED_SECTIONS = frozenset({"resultsSection", "documentSection", "annotationSection"})
IGNORED_MODULES = frozenset({"miscInfoModule"})


def content_hash(study: dict[str, Any]) -> str:
    """Return the SHA-256 of what the study says."""
    said = {key: value for key, value in study.items() if key not in IGNORED_SECTIONS}
    derived = said.get("derivedSection")
    if isinstance(derived, dict):
        kept = {key: value for key, value in derived.items() if key not in IGNORED_MODULES}
        said["derivedSection"] = kept
    return hashlib.sha256(_dumps(in_order(said))).hexdigest()


def in_order(value: Any) -> Any:
    """Return the value with every list sorted and every text unescaped, its spaces folded."""
    kind = type(value)
    if kind is str:
        return " ".join((unescape(value) if "\\" in value else value).split())
    if kind is dict:
        return {key: in_order(entry) for key, entry in value.items()}
    if kind is list:
        return [entry for _text, entry in sorted(map(_entry, value), key=itemgetter(0))]
    return value


def _entry(value: Any) -> tuple[bytes, Any]:
    text = _dumps(value)
    # These searches in bytes (for lists, escapes, spaces) spare a call for each of the hundreds of
    # texts that a study's sites are made of.
    if (
        b"[" in text
        or b"\\" in text
        or b"  " in text
        or b'" ' in text
        or b' "' in text
        or not text.isascii()
    ):
        value = in_order(value)
        text = _dumps(value)
    return text, value


def _dumps(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # whole numbers beyond 64 bits, lone surrogates, deep nesting
        return json.dumps(value, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
