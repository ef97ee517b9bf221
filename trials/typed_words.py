"""Reads what people type to narrow a search: quotes, exclusions, how far it has spread. Pure."""

import re
from dataclasses import dataclass

_QUOTES = '"“”„«»'
# A minus before a letter leaves out; the one in "PD -1" does not.
EXCLUDED = re.compile(
    rf"(?:^|(?<=\s))[-−](?:[{_QUOTES}](?P<phrase>[^{_QUOTES}]+)[{_QUOTES}]?|(?P<word>[^\W\d_]\S*))"
)
QUOTED = re.compile(rf"[{_QUOTES}]([^{_QUOTES}]+)[{_QUOTES}]")
# These leave out what follows when it is something that the vocabularies know.
WITHOUT = re.compile(r"\b(?:but not|not|without|except|excluding|sin|excepto)\s+", re.IGNORECASE)
# One thing to patients and doctors (NCI dictionary: stage IV, metastatic, secondary, advanced).
# "Locally advanced" is not, and "non-metastatic" and "has not spread" say the opposite.
SPREAD = re.compile(
    r"(?<!locally )(?<!locally-)(?<!localmente )(?<!non )(?<!non-)(?<!not )(?<!\bno )"
    r"\b(?:stage[ -]?(?:4|iv|four)[abc]?|etapa (?:4|iv)|estadio (?:4|iv)|met[aá]st[aá]\w+"
    r"|late[- ]stage|etapa (?:final|avanzada)|advanced|avanzad[oa]s?|terminal"
    r"|secondary|secundari[oa]s?|spread)\b",
    re.IGNORECASE,
)
# Too common a word by itself: it means spread only next to the name of a solid cancer; a secondary
# leukemia is one that followed another disease.
WITH_A_CANCER = re.compile(r"terminal|secondary|secundari[oa]s?|spread", re.IGNORECASE)
SPREAD_WORDS = {
    "en": ("metastatic", "metastases", "stage IV", "stage 4", "advanced"),
    "es": ("metastásico", "metástasis", "estadio IV", "etapa 4", "avanzado"),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """A search cut up: words of any order, phrases that must stand so, and what is left out."""

    words: str
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def read_typed(text: str) -> Typed:
    """Return the parts of a search as typed; a quote that is never closed is no quote."""
    excluded = [match["phrase"] or match["word"] for match in EXCLUDED.finditer(text)]
    rest = EXCLUDED.sub(" ", text)
    phrases = QUOTED.findall(rest)
    rest = QUOTED.sub(" ", rest)
    return Typed(" ".join(rest.split()), tuple(phrases), tuple(excluded))
