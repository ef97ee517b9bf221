"""Syllables of a Spanish word. Pure.

Spanish spelling shows them: every strong vowel (a, e, o) is the heart of one, and so is an i or u
with an accent; two weak vowels together make one. RAE, Ortografía de la lengua española (2010),
chapter II, 3.4: diptongos, triptongos e hiatos.
"""

import re
from functools import cache

_SILENT_U = re.compile(r"(?<=q)u(?=[eiéí])|(?<=g)u(?=[eiéí])")
_VOWEL_Y = re.compile(r"y(?![aeiouáéíóúü])")
_VOWELS = re.compile(r"[aeiouáéíóúü]+")
_HEARTS = re.compile(r"[aeoáéóíú]")
_PARTS = re.compile(r"[^\W\d_]+|\d")


def count_syllables(word: str) -> int:
    """Return the syllables of a word; parts joined by hyphens add up, digits count one each."""
    return sum(map(_count_part, _PARTS.findall(word))) or 1


@cache
def _count_part(part: str) -> int:
    if part.isupper() and 1 < len(part) <= 4 and part != "CAR":
        return len(part)  # ADN, FDA: spoken letter by letter
    # An h between vowels is silent: "prohibir" has the diphthong oi.
    spoken = _VOWEL_Y.sub("i", _SILENT_U.sub("", part.lower())).replace("h", "")
    return sum(_count_run(run) for run in _VOWELS.findall(spoken)) or 1


def _count_run(run: str) -> int:
    """Return the syllables of neighbouring vowels; "ii" and "uu" are spoken apart."""
    hearts = len(_HEARTS.findall(run))
    twice = len(re.findall(r"ii|uu", run))
    return (hearts or 1) + twice
