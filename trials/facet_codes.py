"""The values of the search's filters as numbers: one pass over integers counts all of them. Pure.

The numbers are stored in search documents, so they depend on the values alone: not on the order in
which a list of choices happens to stand.
"""

from functools import cache
from zlib import crc32

from trials import burden, prior_treatment
from trials.enums import Phase, Sex, TrialStatus

# The place of a name is the lowest digit of its numbers. Append only, as many as the base at most.
FACETS = (
    *("status", "phase", "condition", "therapy", "sex", "place", "volunteers"),
    *("biomarker", "prior", *burden.NAMES),
)
BASE = 64
# Open at our clinic; healthy people may join or may not.
OURS, YES, NO = "ours", "yes", "no"
_CHOICES = {
    "status": TrialStatus.values,
    "phase": Phase.values,
    "sex": ["", *Sex.values],
    "place": [OURS],
    "volunteers": [YES, NO],
    "prior": [prior_treatment.NOT_YET, prior_treatment.BEFORE],
    **{name: burden.values_of(name) for name in burden.NAMES},
}


def facet_code(facet: str, value: str | int) -> int:
    """Return the number of a filter's value: a choice, or the id of a vocabulary entry."""
    number = value if isinstance(value, int) else crc32(value.encode("utf-8", "replace"))
    return number * BASE + FACETS.index(facet)


def facet_of(code: int) -> str:
    """Return the filter that a number belongs to."""
    return FACETS[code % BASE]


def value_of(code: int) -> str:
    """Return the value behind a number, ids as text; a name of its own for an unknown choice."""
    if facet_of(code) in _CHOICES:
        return _choices().get(code, f"#{code}")
    return str(code // BASE)


@cache
def _choices() -> dict[int, str]:
    return {
        facet_code(facet, value): value for facet, values in _CHOICES.items() for value in values
    }
