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
    if isinstance(value, str):
        plain = unescape(value) if "\\" in value else value
        return repr(" ".join(plain.split()))
    if isinstance(value, dict):
        pairs = sorted((key, _canonical(entry)) for key, entry in value.items())
        return "{" + ",".join(f"{key}:{entry}" for key, entry in pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(sorted(map(_canonical, value))) + "]"
    return repr(value)
