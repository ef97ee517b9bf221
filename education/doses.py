"""Doses without a unit: "take 2 of", "200 pembrolizumab".

Pure. Patients act on such a line, so it names numbers that stand where a dose stands and say
neither how much nor how many of what. Ages, dates, phases, phone numbers and counts of people,
visits or weeks are none of them.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

# What people take at home besides the medicines that our vocabulary knows.
HOME_MEDICINES = (
    *("acetaminophen", "paracetamol", "ibuprofen", "aspirin", "tylenol", "advil", "loperamide"),
    *("imodium", "prednisone", "prednisolone", "methylprednisolone", "dexamethasone"),
    *("hydrocortisone", "levothyroxine", "infliximab", "insulin"),
    *("acetaminofén", "ibuprofeno", "aspirina", "loperamida", "prednisona", "prednisolona"),
    *("metilprednisolona", "dexametasona", "hidrocortisona", "levotiroxina", "insulina"),
)
_UNITS = (
    r"(?:mg|mcg|µg|μg|g|kg|ml|cl|dl|l|cc|iu|ui|gy|%|"
    r"milli\w+|micro\w+|gram\w*|mili\w+|units?|unidad\w*|drops?|gotas?|puffs?|"
    r"tablets?|pills?|capsules?|doses?|injections?|infusions?|sprays?|patch\w*|teaspoons?|"
    r"tabletas?|pastillas?|píldoras?|cápsulas?|comprimidos?|dosis|inyeccion\w*|infusion\w*|"
    r"cucharad\w*|parches?|mill\w+|billion\w*|cells?|células?)\b"
)
_NUMBER = (
    r"(?<![\w.,:/$€#-])\d{1,4}(?:[.,]\d+)?"
    r"(?:\s*(?:-|–|to|or|a|o)\s*[1-9]\d{0,2})?(?![\d.,:/–-]*\d)"
)
_OFTEN = (
    r"(?:every\b|each day|a day|per day|daily|once|twice|(?:two|three|four|\d) times|at bedtime|"
    r"at night|in the morning|with food|by mouth|"
    r"cada\b|al día|por día|diari[oa]s?|(?:una|dos|tres|cuatro|\d) ve(?:z|ces)|"
    r"por la (?:mañana|noche)|con comida|con alimentos|por boca)"
)
_TAKE = (
    r"\b(?:take|takes|taking|swallow|inject|give|tome|tomar|toma|trague|inyecte|administre)\s+"
    r"(?:up to |only |about |hasta |solo )?"
)
_DOSE = r"\b(?:doses?|dosis)\s+(?:of|de)\s+"
# What a number counts or names where it stands before a medicine.
_NAMED = (
    r"(?:phases?|grades?|stages?|arms?|parts?|groups?|cohorts?|types?|pages?|steps?|weeks?|days?|"
    r"cycles?|ages?|aged|figures?|tables?|level|number|no\.|pd|in|since|until|after|by|of|"
    r"fases?|grados?|etapas?|estadios?|brazos?|partes?|grupos?|tipos?|páginas?|pasos?|semanas?|"
    r"días?|ciclos?|edad|nivel|número|en|desde|hasta|de|del)\s+$"
)
_COUNTED = (
    r"\s+(?:treatments?|visits?|cycles?|courses?|trials?|stud\w+|patients?|people|groups?|"
    r"products?|drugs?|medicines?|"
    rf"tratamientos?|visitas?|ciclos?|ensayos?|pacientes?|personas?|medicinas?)\b|\s+{_UNITS}"
)
_YEAR = re.compile(r"^(?:19|20)\d\d$")


def doses_without_unit(text: str, medicines: Iterable[str] = ()) -> list[str]:
    """Return the words around each dose that names no unit, in their order."""
    known = frozenset(name.strip().casefold() for name in medicines if name.strip())
    found: dict[int, str] = {}
    for pattern in _patterns(known | frozenset(HOME_MEDICINES)):
        for match in pattern.finditer(text):
            if not _is_something_else(text, match):
                found.setdefault(match.start("number"), match.group().strip())
    return [found[start] for start in sorted(found)]


@lru_cache(maxsize=4)
def _patterns(medicines: frozenset[str]) -> tuple[re.Pattern[str], ...]:
    """Return the shapes of a dose; the longest name of a medicine comes first."""
    names = "|".join(map(re.escape, sorted(medicines, key=len, reverse=True)))
    medicine = rf"\b(?:{names})\b"
    number = rf"(?P<number>{_NUMBER})"
    counted_after = rf"(?:of|de)\b(?!\s+\d)(?!(?:\s+\S+){{0,3}}\s+{_UNITS})"
    sources = (
        rf"{_TAKE}{number}\s+(?:{counted_after}|{_OFTEN}|{medicine}(?!{_COUNTED}))",
        rf"{number}\s+(?:(?:of|de)\s+)?{medicine}(?!{_COUNTED})",
        rf"{medicine},?\s+{number}\s+{_OFTEN}",
        rf"{_DOSE}{number}(?:\s+{_OFTEN}|\s*(?=[.;!?]|$))",
    )
    return tuple(re.compile(source, re.IGNORECASE) for source in sources)


def _is_something_else(text: str, match: re.Match[str]) -> bool:
    """Return whether the number is a year, or the number of a phase, a week, a group."""
    start = match.start("number")
    named = re.search(rf"\b{_NAMED}", text[max(0, start - 24) : start], re.IGNORECASE)
    in_dose = re.match(rf"{_TAKE}|{_DOSE}", match.group(), re.IGNORECASE)
    return not in_dose and (named is not None or _YEAR.match(match["number"]) is not None)
