"""Folds what people type so that one thing is found however it is written. Pure."""

import re
import unicodedata

TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# British spellings and others that no stemmer unites.
SAME_WORD = {
    "tumour": "tumor",
    "leukaemia": "leukemia",
    "anaemia": "anemia",
    "oesophagus": "esophagus",
    "oesophageal": "esophageal",
    "diarrhoea": "diarrhea",
    "haemorrhage": "hemorrhage",
    "gynaecological": "gynecological",
}
CANCER_WORDS = frozenset({"neoplasm", "carcinoma", "tumor", "malignancy", "neoplasia"})


def plain(text: str) -> str:
    """Return the text in small letters, without accents, with one kind of apostrophe."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def fold(word: str) -> str:
    """Return one word in its American singular form, plain."""
    word = plain(word)
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return SAME_WORD.get(word, word)


def key_of(text: str) -> str:
    """Return the words of a text in one piece: "CAR-T", "CAR T" and "cart" are the same."""
    return "".join(fold(word) for word in TOKEN.findall(text))


def concept_key(text: str) -> str:
    """Return the key of a name, with carcinoma, neoplasm and tumor all read as cancer."""
    words = (fold(word) for word in TOKEN.findall(text))
    return "".join("cancer" if word in CANCER_WORDS else word for word in words)
