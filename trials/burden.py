"""What a trial asks of people, as filters. Pure; the facts come from the plain summary.

Only what somebody has entered counts: "not known" is never a yes.
"""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from trials.enums import Known
from trials.text import plain

# At most so many visits a month.
VISITS = (1, 2, 4)
# The languages that most people here speak who do not speak English well, with their own names.
LANGUAGES: dict[str, Any] = {
    "en": "English",
    "es": "Español",
    "zh": "中文",
    "vi": "Tiếng Việt",
    "tl": "Tagalog",
    "ru": "Русский",
    "ko": "한국어",
    "ar": "العربية",
    "asl": _("American Sign Language"),
}
_NAMES = {
    "en": r"english|ingles",
    "es": r"spanish|espanol|castellano",
    "zh": r"chinese|mandarin|cantonese|chino|cantones|中文|普通话|粤语|廣東話",
    "vi": r"vietnamese|vietnamita|tieng viet",
    "tl": r"tagalog|filipino",
    "ru": r"russian|ruso|русскии",
    "ko": r"korean|coreano|한국어",
    "ar": r"arabic|arabe|العربية",
    "asl": r"american sign language|asl|lengua de senas americana|lenguaje de senas americano",
}
NAMED = {code: re.compile(rf"(?<!\w)(?:{plain(names)})(?!\w)") for code, names in _NAMES.items()}
# A parameter of the address, its value, and what it says; the order is the one of the page.
CHOICES: list[tuple[str, str, Any]] = [
    ("visits", "1", _("At most 1 visit a month")),
    ("visits", "2", _("At most 2 visits a month")),
    ("visits", "4", _("At most 4 visits a month")),
    ("overnight", "no", _("No nights in the hospital")),
    ("biopsy", "no", _("No tissue samples (biopsies)")),
    ("placebo", "no", _("No placebo")),
    ("travel", "yes", _("Help with travel")),
]
SPEAKS = "speaks"
NAMES = (*dict.fromkeys(name for name, _value, _label in CHOICES), SPEAKS)


def values_of(name: str) -> list[str]:
    """Return the values that a filter may have."""
    if name == SPEAKS:
        return list(LANGUAGES)
    return [value for of, value, _label in CHOICES if of == name]


def label_for(name: str, value: str) -> str:
    """Return what a value of a filter says, in the active language."""
    if name == SPEAKS:
        return str(LANGUAGES[value])
    return str({(of, one): label for of, one, label in CHOICES}[name, value])


def burden_of(summary: Any) -> list[tuple[str, str]]:
    """Return the filters and values that a plain summary fits; none for None."""
    if summary is None:
        return []
    visits = summary.visits_per_month
    facts = [("visits", str(most)) for most in VISITS if visits is not None and visits <= most]
    answers = [
        ("overnight", summary.overnight_stays, Known.NO),
        ("biopsy", summary.biopsies, Known.NO),
        ("placebo", summary.placebo_possible, Known.NO),
        ("travel", summary.travel_help, Known.YES),
    ]
    facts += [(name, wanted.value) for name, answer, wanted in answers if answer == wanted]
    return facts + [(SPEAKS, code) for code in spoken(summary.languages)]


def spoken(text: str) -> list[str]:
    """Return the codes of the languages that a free text names, in English or in Spanish."""
    folded = plain(text)
    return [code for code, names in NAMED.items() if names.search(folded)]
