"""How hard a text is to read, as the room that can measure it says.

A room contributes by a module ``reading_level.py`` with
``reading_level(instance) -> ReadingLevel | None``.
"""

from dataclasses import dataclass
from typing import Any

from clinic.contributions import contributions


@dataclass(frozen=True)
class ReadingLevel:
    """What was measured on one text, with the formula and its version."""

    formula: str
    label: str
    figure: float
    limit: float
    is_too_hard: bool
    words: int
    mean_sentence_length: float
    hardest: tuple[str, ...] = ()


def reading_level(instance: Any) -> ReadingLevel | None:
    """Return how hard a text is to read; None where nobody can measure it."""
    for module in contributions("reading_level"):
        level = module.reading_level(instance)
        if level is not None:
            return level
    return None
