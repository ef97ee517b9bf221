"""Words that tell a bystander of an illness: they have no place in a mail.

Pure. A list of beginnings and ends of words in English and Spanish, compared without accents; what
a clinic's own vocabulary adds is handed in.
"""

import re
import unicodedata
from collections.abc import Iterable

# Beginnings of words.
_STEMS = (
    "anticuerp", "antibod", "biops", "cancer", "carcinom", "chemo", "diagnos", "disease", "ensayo",
    "enfermedad", "gliobl", "gliom", "hematolog", "hospice", "illness", "immun", "inmun", "leucem",
    "leukaem", "leukem", "linfom", "lymphom", "malign", "melanom", "metasta", "mielom", "myelom",
    "neoplas", "oncolog", "oncology", "palliat", "paliativ", "quimio", "radiothera", "radioterap",
    "sarcom", "terapi", "therap", "tratamiento", "treatment", "trial", "tumor", "tumour", "vaccin",
    "vacuna",
)  # fmt: skip
# Ends of the names of medicines, by the rules of the WHO's list of nonproprietary names.
_ENDINGS = ("mab", "nib", "ciclib", "leucel", "parib", "platin", "platino", "taxel", "rubicin")
_PHRASES = (r"car[ -]?t", r"checkpoint", r"clinical stud(?:y|ies)", r"estudios? clinicos?")
_TELLTALE = re.compile(
    rf"\b(?:(?:{'|'.join(_STEMS)})\w*|\w{{3,}}(?:{'|'.join(_ENDINGS)})|{'|'.join(_PHRASES)})\b"
    r"|\bnct ?\d{4,}",
)
FEWEST_LETTERS = 3


def plain(text: str) -> str:
    """Return the text in small letters without accents, without what hides between letters."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(
        letter
        for letter in decomposed
        if not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf"
    )


def telltale_words(
    text: str, terms: Iterable[str] = (), abbreviations: Iterable[str] = ()
) -> list[str]:
    """Return what in a text tells of an illness, each once, in the order of the text.

    ``terms`` are compared as words, whatever the case; ``abbreviations`` only as they are written,
    because some are everyday words in small letters.
    """
    found = [(match.start(), match[0]) for match in _TELLTALE.finditer(plain(text))]
    found += _whole_words(plain(text), {plain(term) for term in terms})
    found += _whole_words(text, set(abbreviations))
    words = dict.fromkeys(word for _place, word in sorted(found))
    return list(words)


def _whole_words(text: str, wanted: set[str]) -> list[tuple[int, str]]:
    return [
        (match.start(), word)
        for word in wanted
        if len(word) >= FEWEST_LETTERS
        and (match := re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))
    ]
