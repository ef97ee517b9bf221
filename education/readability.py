"""How hard a text is to read: grade level, ease, sentence length, hardest sentences.

Pure. The grade is the Flesch-Kincaid grade level of Kincaid, Fishburne, Rogers and Chissom,
"Derivation of New Readability Formulas for Navy Enlisted Personnel", Research Branch Report 8-75,
Naval Technical Training Command, 1975:

    0.39 × words per sentence + 11.8 × syllables per word − 15.59

For Spanish there are two scales of ease, from 0 (hard) to 100 (easy). J. Fernández Huerta, "Medidas
sencillas de lecturabilidad", Consigna 214, 1959, in the reading of G. Law (2011), by which its F is
words per sentence:

    206.84 − 60 × syllables per word − 1.02 × words per sentence

and F. Szigriszt Pazos, "Sistemas predictivos de legilibilidad del mensaje escrito", 1993, whose
scale for patients is INFLESZ (Barrio-Cantalejo et al., An Sist Sanit Navar 31, 2008): 55 to 65 is
normal, above 65 fairly easy.

    206.835 − 62.3 × syllables per word − words per sentence

Calculators disagree because they count syllables and sentences differently, so a grade is only
comparable with one of the same version (``FORMULA_VERSIONS``).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from education import syllables, syllables_es

FORMULA_VERSIONS = {"en": "flesch-kincaid-1975/1", "es": "szigriszt-pazos-1993/1"}
# INFLESZ: texts for patients should reach at least this ease.
LOWEST_EASE = 55

_ABBREVIATION = re.compile(
    r"\b(Dr|Mr|Mrs|Ms|Prof|St|No|vs|etc|approx|Inc|e\.g|i\.e|U\.S|a\.m|p\.m)\.(?=\s)", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘«(\[]*[A-ZÁÉÍÓÚÜÑ0-9¿¡])|\n+")
_WORD = re.compile(r"[^\W_]+(?:[-'’.,/+][^\W_]+)*")
# A term is exempt as a whole word, not as a part of "non-term" or "term/other".
_STARTS, _ENDS = r"(?<!\w)(?<![^\W_][-'’.,/+])", r"(?!\w|[-'’.,/+][^\W_])"
_COUNTERS = {"en": syllables.count_syllables, "es": syllables_es.count_syllables}
_HELD_DOT = "\u2024"


@dataclass(frozen=True)
class Reading:
    """What was measured on one text or sentence."""

    words: int
    sentences: int
    syllables: int

    @property
    def mean_sentence_length(self) -> float:
        """Return words per sentence; 0 for a text without words."""
        return self.words / self.sentences if self.sentences else 0.0

    @property
    def grade(self) -> float:
        """Return the Flesch-Kincaid grade level; 0 for a text without words."""
        if not self.words:
            return 0.0
        return 0.39 * self.mean_sentence_length + 11.8 * self.syllables / self.words - 15.59

    @property
    def fernandez_huerta(self) -> float:
        """Return the ease of a Spanish text; 100 for a text without words."""
        if not self.words:
            return 100.0
        return 206.84 - 60 * self.syllables / self.words - 1.02 * self.mean_sentence_length

    @property
    def szigriszt(self) -> float:
        """Return the perspicuity of a Spanish text; 100 for a text without words."""
        if not self.words:
            return 100.0
        return 206.835 - 62.3 * self.syllables / self.words - self.mean_sentence_length


@dataclass(frozen=True)
class HardSentence:
    """A sentence with its own grade, to be shown to an editor."""

    text: str
    grade: float


def measure(text: str, exempt: Iterable[str] = (), language: str = "en") -> Reading:
    """Return the reading of a plain text, in which a line break ends a sentence.

    `language` decides how syllables are counted; Spanish is read with the two scales of ease.

    Words of `exempt` terms (medicine names, terms that a glossary explains) still count towards
    the length of their sentence, but with one syllable each, so exempting never raises the grade.
    """
    pattern = _exempt_pattern(exempt)
    sentences = split_sentences(text)
    readings = [reading for s in sentences if (reading := _measure_one(s, pattern, language)).words]
    return Reading(
        words=sum(reading.words for reading in readings),
        sentences=len(readings),
        syllables=sum(reading.syllables for reading in readings),
    )


def hardest_sentences(
    text: str, count: int = 3, exempt: Iterable[str] = (), language: str = "en"
) -> list[HardSentence]:
    """Return the `count` sentences with the highest grades, hardest first.

    The grade orders Spanish sentences too: it grows with the same two ingredients.
    """
    pattern = _exempt_pattern(exempt)
    graded = [
        HardSentence(text=sentence, grade=reading.grade)
        for sentence in split_sentences(text)
        if (reading := _measure_one(sentence, pattern, language)).words
    ]
    return sorted(graded, key=lambda sentence: -sentence.grade)[:count]


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text; each line of it is at least one sentence."""
    held = _ABBREVIATION.sub(lambda match: match.group(1) + _HELD_DOT, text)
    parts = (part.replace(_HELD_DOT, ".").strip() for part in _SENTENCE_END.split(held) if part)
    return [part for part in parts if part]


def _measure_one(sentence: str, exempt: re.Pattern[str] | None, language: str) -> Reading:
    exempt_words = 0
    if exempt:
        exempt_words = sum(len(_WORD.findall(match)) for match in exempt.findall(sentence))
        sentence = exempt.sub(" ", sentence)
    words = _WORD.findall(sentence)
    return Reading(
        words=len(words) + exempt_words,
        sentences=1,
        syllables=sum(map(_COUNTERS[language], words)) + exempt_words,
    )


def _exempt_pattern(terms: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds any of the terms and their plurals, longest first."""
    found = sorted({term.strip() for term in terms if _WORD.search(term)}, key=len, reverse=True)
    if not found:
        return None
    terms_pattern = "|".join(map(re.escape, found))
    return re.compile(rf"{_STARTS}(?:{terms_pattern})(?:s|es)?{_ENDS}", re.IGNORECASE)
