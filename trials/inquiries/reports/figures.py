"""The numbers of the reports, as they are: two statements, however many inquiries there are.

What is shown of them is decided in ``tables``: nothing here is protected yet.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isinf
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from trials.inquiries.models import InquiryTrial
from trials.inquiries.querysets import InquiryQuerySet
from trials.inquiries.reports.facts import STEPS, Facts, left_out

QUANTILES = (0.5, 0.75, 0.9)
# By what inquiries are grouped, beside the trials that they name.
DIMENSIONS = ("language", "interpreter", "source", "origin", "state")
FLAGS = (*(f"is_{name}" for name in STEPS), "is_due", "is_kept")


@dataclass(frozen=True)
class Times:
    """Working seconds at the quantiles, None for who still waits, and how many were measured."""

    number: int
    seconds: tuple[float | None, ...]


@dataclass(frozen=True)
class GroupFigures:
    """One group of inquiries: how many, how many at each step, due and kept, and the waits."""

    key: str
    received: int
    steps: tuple[int, ...]
    due: int
    kept: int
    wait: Times


@dataclass(frozen=True)
class Figures:
    """All numbers of a report."""

    whole: GroupFigures
    groups: dict[str, list[GroupFigures]] = field(default_factory=dict)
    times: dict[str, Times] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)


@contextmanager
def _without_nested_loops() -> Iterator[None]:
    """Keep the planner from loops that last for minutes.

    It knows little of how many rows a part has, and nothing good where its statistics are old.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield


@_without_nested_loops()
def figures(facts: Facts, inquiries: InquiryQuerySet, *, by_week: bool) -> Figures:
    """Return the numbers of the inquiries, which are those of the facts and what they leave out."""
    groups: dict[str, list[GroupFigures]] = {}
    for row in _rows(*_grouped(facts, "week" if by_week else "month")):
        dimension, key, *numbers = row
        groups.setdefault(dimension, []).append(_group(key or "", numbers))
    (whole,) = groups.pop("whole")
    reasons = left_out(inquiries)
    without = inquiries.order_by().aggregate(
        **{name: Count("pk", filter=reason) for name, reason in reasons.items()}
    )
    return Figures(whole, groups, _times(facts), without)


def _grouped(facts: Facts, period: str) -> tuple[str, list[Any]]:
    """Return the statement that counts each group of each dimension, and the trials'."""
    dimensions = (*DIMENSIONS, period)
    names = " ".join(
        f"WHEN GROUPING({name}) = 0 THEN '{'period' if name == period else name}'"
        for name in dimensions
    )
    keys = ", ".join(f"{name}::text" for name in dimensions)
    numbers = ", ".join(
        [
            "count(*)",
            *(f"count(*) FILTER (WHERE {flag})" for flag in FLAGS),
            f"count({_WAIT})",
            f"percentile_disc(%s) WITHIN GROUP (ORDER BY {_WAIT})",
        ]
    )
    sql = f"""{facts.sql}
SELECT CASE {names} ELSE 'whole' END, COALESCE({keys}), {numbers}
FROM facts
GROUP BY GROUPING SETS ((), {", ".join(f"({name})" for name in dimensions)})
UNION ALL
SELECT 'trial', trial.nct_id, {numbers}
FROM facts
    JOIN {InquiryTrial._meta.db_table} AS link ON link.inquiry_id = facts.id
    JOIN trials_trial AS trial ON trial.id = link.trial_id
GROUP BY trial.nct_id
ORDER BY 1, 3 DESC, 2
"""  # noqa: S608 - the parts are ours, values apart
    return sql, [*facts.parameters, list(QUANTILES), list(QUANTILES)]


# Who still waits has waited longest; who ended it before anybody tried is not measured.
_WAIT = "CASE WHEN waits THEN 'Infinity'::float8 ELSE tried_seconds END"


def _group(key: str, numbers: list[Any]) -> GroupFigures:
    received, *flags, measured, seconds = numbers
    *steps, due, kept = flags
    return GroupFigures(key, received, tuple(steps), due, kept, _as_times(measured, seconds))


def _times(facts: Facts) -> dict[str, Times]:
    """Return how long the whole took to each step, of those who came to it."""
    parts = ", ".join(
        f"count({name}_seconds), percentile_disc(%s) WITHIN GROUP (ORDER BY {name}_seconds)"
        for name in STEPS
    )
    sql = f"{facts.sql} SELECT {parts} FROM facts"  # noqa: S608 - the parts are ours
    ((*row,),) = _rows(sql, [*facts.parameters, *[list(QUANTILES)] * len(STEPS)])
    return {name: _as_times(row[2 * place], row[2 * place + 1]) for place, name in enumerate(STEPS)}


def _as_times(number: int, seconds: list[float] | None) -> Times:
    known: Sequence[float | None] = seconds or [None] * len(QUANTILES)
    return Times(number, tuple(None if one is None or isinf(one) else float(one) for one in known))


def _rows(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
