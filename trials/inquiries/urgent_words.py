"""Words of an emergency in free text (pure). Rather once too often than once too few.

Nothing is read out of "no" or "last year": who is stopped without need goes on with one press, and
who is not stopped in need may wait until the morning. The lists in ``urgent/`` are for clinicians
to review.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

_LISTS = Path(__file__).parent / "urgent"
_APOSTROPHES = re.compile("['’‘`´]")
_NOT_WORDS = re.compile(r"[^\w.,]+|[.,](?!\d)")
_FEVER = re.compile(r"\b(fever\w*|fiebre\w*|calentura|temp\w*)\b")
_NUMBER = re.compile(r"\b(\d{2,3})(?:[.,](\d))?")
# 100.4 °F and 38 °C: what clinics call a fever under treatment. Above these nobody lives.
_FAHRENHEIT, _CELSIUS = (100.4, 113.0), (38.0, 45.0)


def has_urgent_words(text: str) -> bool:
    """Return whether a text holds words that may mean an emergency, in any of our languages."""
    plain = _plain(text)
    return bool(plain) and (bool(_pattern().search(plain)) or _is_fever(plain))


def _plain(text: str) -> str:
    """Return the words of a text without case, accents and punctuation, one space between them."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(_NOT_WORDS.sub(" ", _APOSTROPHES.sub("", letters)).split())


def phrases() -> list[str]:
    """Return the phrases of all lists as they are written there."""
    lines = [
        line.strip()
        for path in sorted(_LISTS.glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [line for line in lines if line and not line.startswith("#")]


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(_expression, phrases()))})\b")


def _expression(phrase: str) -> str:
    between = r" (?:[\w.,]+ ){0,3}"
    parts = [
        " ".join(re.escape(word).replace(r"\*", r"\w*") for word in part.split())
        for part in phrase.split("~")
    ]
    return between.join(parts)


def _is_fever(plain: str) -> bool:
    if not _FEVER.search(plain):
        return False
    degrees = [float(f"{whole}.{tenth or 0}") for whole, tenth in _NUMBER.findall(plain)]
    return any(low <= degree <= high for degree in degrees for low, high in (_FAHRENHEIT, _CELSIUS))
