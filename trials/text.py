"""Folds text for matching: case, accents, British spelling, compounds. Pure."""

import re
import unicodedata
from functools import lru_cache

TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# Reads whole words, so that no word is tried again from each of its letters.
WORD_OR_COMPOUND = re.compile(r"[^\W_]+(?:[-‐‑–/][^\W_]+)*")
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
DASHES = re.compile(r"[-‐‑–/]")
# One word for one thing; the registry writes each of these several ways.
SAME_WORD = {
    "tumour": "tumor",
    "leukaemia": "leukemia",
    "anaemia": "anemia",
    "oesophagus": "esophagus",
    "oesophageal": "esophageal",
    "haematological": "hematological",
    "haematologic": "hematologic",
    "gynaecological": "gynecological",
    "paediatric": "pediatric",
    "oestrogen": "estrogen",
    "tumores": "tumor",
    "canceres": "cancer",
}
SPELLING = re.compile(rf"\b({'|'.join(SAME_WORD)})(s?)\b")
CANCER_WORDS = frozenset({"neoplasm", "carcinoma", "tumor", "malignancy", "neoplasia"})


def plain(text: str) -> str:
    """Return the text in lower case without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return BEYOND_ASCII.sub(_without_marks, decomposed)


def _without_marks(match: re.Match[str]) -> str:
    return "".join(letter for letter in match[0] if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """Return the text's folded words."""
    return [fold_word(word) for word in TOKEN.findall(plain(text))]


@lru_cache(maxsize=65_536)
def fold_word(word: str) -> str:
    """Return one word (of ``plain`` text) in its American singular form."""
    word = word.split("'")[0].split("’")[0]
    if len(word) > 3 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return SAME_WORD.get(word, word)


@lru_cache(maxsize=16_384)
def concept_words(text: str) -> tuple[str, ...]:
    """Return the folded words with carcinoma, neoplasm and tumor all read as cancer."""
    return tuple("cancer" if word in CANCER_WORDS else word for word in words(text))


def _american(text: str) -> str:
    # Looking for a dozen plain words is much faster than trying the pattern at every letter.
    if not any(word in text for word in SAME_WORD):
        return text
    return SPELLING.sub(lambda match: SAME_WORD[match[1]] + match[2], text)


def index_text(text: str) -> str:
    """Return the text as it is indexed: plain, American, compounds apart and joined at the end.

    "PD-1" is found as "PD 1" and as "PD1"; the joined forms stand last so that phrases stay whole.
    """
    folded = _american(plain(text))
    if DASHES.search(folded) is None:
        return folded
    read = WORD_OR_COMPOUND.findall(folded)
    joined = [DASHES.sub("", word) for word in read if not word.isalnum()]
    return "\n".join([DASHES.sub(" ", folded), *joined]) if joined else folded


def query_forms(text: str) -> list[str]:
    """Return the spellings of a query's words to look for, compounds apart and joined."""
    folded = _american(plain(text))
    apart, joined = DASHES.sub(" ", folded), DASHES.sub("", folded)
    return [apart] if apart == joined else [apart, joined]
