"""What people type that is in no vocabulary: ids, stages, words that say nothing here. Pure."""

import re
from dataclasses import dataclass

from trials.text import plain

# However a registry number is typed: "nct 01234567", "NCT0123 4567", "01234567".
_NCT = re.compile(
    r"\bNCT[\s:#.°_-]*(\d{4})\s?(\d{4})\b|(?<![\w.-])(\d{8})(?![\w.-])", re.IGNORECASE
)
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}[^\W\d_]?(?!\w)")


def _words(text: str) -> list[str]:
    return text.split()


# Two words, and one word for the same; the registry writes the one.
_IN_ONE = (
    (re.compile(r"\bimmun(?:e|o)[ -]therap(?:y|ies)\b", re.IGNORECASE), "immunotherapy"),
    (re.compile(r"\bcheck[ -]points?\b", re.IGNORECASE), "checkpoint"),
    (re.compile(r"\bterapias? (?:inmune|inmunol[oó]gica)s?\b", re.IGNORECASE), "inmunoterapia"),
    (re.compile(r"\bclinical ?trials\.gov\b", re.IGNORECASE), " "),
)
# What every trial is, who asks, and the small words of both languages: each index knows only its
# own as such, and a search must not need "para" or "my mother" to stand in a record.
SAYS_NOTHING = frozenset(
    _words("""
    a about an and any are as at be by can do does find for from get got had has have having help
    how i im in into is it looking me my near need new of on or our please search she he her his
    show some that the their there they this to us want was we what where which who with you your
    mother father mom mum dad husband wife son daughter sister brother friend patient patients
    diagnosed diagnosis clinical trial trials study studies research experimental
    al algun alguna busco buscar cerca como con contra cual cuales de del donde el ella en ensayo
    ensayos clinico clinicos clinica clinicas es esta estoy estudio estudios hay la las lo los mas
    me mi mis necesito nuevo nuevos o para persona personas paciente pacientes por que quiero se
    sobre soy su sus tengo tiene tienen tratar un una unas unos y madre padre esposo
    esposa hijo hija hermano hermana diagnostico diagnosticado diagnosticada investigacion
    """)
)
_CHILDREN = ("children", "child", "pediatric", "childhood")
_OLDER = ("elderly", "older adults", "older patients")
# Words for the same people or treatment; the registry's are English.
OTHER_WORDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        _words("""child children childhood kid kids pediatric paediatric pediatrics paediatrics
        nino nina ninos ninas infantil infantiles pediatrico pediatrica"""),
        _CHILDREN,
    ),
    **dict.fromkeys(_words("elderly seniors anciano ancianos ancianas"), _OLDER),
    **dict.fromkeys(("chemo", "quimioterapia", "quimio"), ("chemotherapy",)),
    "radioterapia": ("radiotherapy", "radiation therapy"),
    "radiacion": ("radiation",),
    "cirugia": ("surgery",),
    "vacuna": ("vaccine",),
    "vacunas": ("vaccine",),
    "recaida": ("relapsed",),
    "resistente": ("refractory",),
    "trasplante": ("transplant",),
    "inmunoterapia": ("immunotherapy",),
}
# What all treatments of the vocabulary are.
IMMUNOTHERAPY = frozenset(
    {"immunotherapy", "immunotherapies", "immunotherapeutic", "inmunoterapia", "inmunoterapias"}
)
_NUMERALS = {"0": "0", "1": "I", "2": "II", "3": "III"}
_NUMBERS = {"one": "1", "two": "2", "three": "3", "i": "1", "ii": "2", "iii": "3"}
_STAGE = re.compile(
    r"\b(?:stage|etapa|estad[ií]o)[ -]?"
    r"(?P<number>0|[123]|i{1,3}|one|two|three)(?P<part>[abc]?)\b"
    r"|\b(?P<early>early[ -]stage|(?:etapa|estadio) (?:temprana?|inicial))\b",
    re.IGNORECASE,
)
# "Stage I" is not among them: the index leaves the word "I" out, so it would find every stage.
_EARLY = ("early stage", "early", "localized", "stage 1", "stage II", "stage 2", "stage IA")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage as typed at a place of the text, and how the registry writes it."""

    start: int
    end: int
    said: str
    words: tuple[str, ...]


def tidied(text: str) -> str:
    """Return the text with registry numbers, dotted letters and split words in their usual form."""
    text = _NCT.sub(lambda match: f" NCT{match[3] or match[1] + match[2]} ", text)
    text = _DOTTED.sub(lambda match: match[0].replace(".", ""), text)
    for pattern, word in _IN_ONE:
        text = pattern.sub(word, text)
    return " ".join(text.split())


def stages(text: str) -> list[Stage]:
    """Return the stages up to 3 that a text names; stage 4 is a cancer that has spread."""
    return [
        Stage(match.start(), match.end(), match[0], _EARLY if match["early"] else _forms(match))
        for match in _STAGE.finditer(text)
    ]


def _forms(match: re.Match[str]) -> tuple[str, ...]:
    given = match["number"].lower()
    number = _NUMBERS.get(given, given)
    parts = match["part"].upper() or ("", "A", "B", "C")
    numerals = dict.fromkeys((number, _NUMERALS[number]))
    forms = [f"stage {numeral}{part}" for part in parts for numeral in numerals]
    # NCI dictionary: locally advanced has grown into nearby tissue, most often stage III.
    forms[2:2] = ["locally advanced"] if number == "3" else []
    return tuple(form for form in forms if form != "stage I")


def telling(text: str) -> str:
    """Return the text without the words that say nothing here."""
    return " ".join(word for word in text.split() if plain(word) not in SAYS_NOTHING)
