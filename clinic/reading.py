"""How hard a text is to read, as the room that can measure it says.

A room contributes by a module ``reading_level.py`` with
``reading_levels(instances) -> list[ReadingLevel | None]``, one for each text in their order, and
``part_levels(instance) -> list[tuple[str, ReadingLevel]]``, one for each part that is read alone.
"""

from collections.abc import Sequence
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
    # Whether the figure grows with how hard the text is; a scale of ease falls.
    is_hardness: bool = True


def reading_level(instance: Any) -> ReadingLevel | None:
    """Return how hard a text is to read; None where nobody can measure it."""
    return reading_levels([instance])[0]


def reading_levels(instances: Sequence[Any]) -> list[ReadingLevel | None]:
    """Return how hard each text is to read, in their order, with few queries for all of them."""
    levels: list[ReadingLevel | None] = [None] * len(instances)
    for module in contributions("reading_level"):
        measured = module.reading_levels(instances)
        levels = [level or other for level, other in zip(levels, measured, strict=True)]
    return levels


def hard_parts(instance: Any) -> list[tuple[str, ReadingLevel]]:
    """Return label and level of each part of a text that is harder than the limit.

    For texts whose parts are read one by one: an easy part must not hide a hard one.
    """
    return [
        (label, level)
        for module in contributions("reading_level")
        for label, level in module.part_levels(instance)
        if level.is_too_hard
    ]
