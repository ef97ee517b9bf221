"""Tells whether two records of one study really differ. Pure.

``versionHolder`` moves every day, and the registry re-escapes, re-wraps and re-orders without any
change of content: none of that counts. Posted results and documents count through the record's
own dates.
"""

import hashlib
from typing import Any

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
    return hashlib.sha256(_canonical(said).encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(value: Any) -> str:
    kind = type(value)
    if kind is str:
        plain = unescape(value) if "\\" in value else value
        return repr(" ".join(plain.split()))
    if kind is dict:
        pairs = [f"{key}:{_canonical(value[key])}" for key in sorted(value)]
        return "{" + ",".join(pairs) + "}"
    if kind is list:
        entries = [_canonical(entry) for entry in value]
        entries.sort()
        return "[" + ",".join(entries) + "]"
    return repr(value)
