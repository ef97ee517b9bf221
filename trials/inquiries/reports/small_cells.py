"""Small numbers of people are not shown, nor what would tell them.

Groups of fewer than five go together into one row without their names; it takes in the next
smallest group when its sum tells too much, and all of them when that would still tell. In what is
left each column is a sum whose total is known: there, numbers from one to four are hidden, and as
many others as it takes until no hidden number follows from the total. The word is the same for
both: which of them is small would tell more. Zero is shown: it is a statement about nobody.

This stands against adding up and subtracting. It does not stand against somebody who has the same
report of another day.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LEAST = 5


@dataclass(frozen=True)
class Cell:
    """A number of people as a report shows it; without ``value`` it is hidden."""

    value: int | None
    is_few: bool = False

    @property
    def words(self) -> str | Promise:
        """Return the number, or why it is not there."""
        if self.value is not None:
            return str(self.value)
        return _("fewer than 5") if self.is_few else _("hidden")

    def percent_of(self, whole: "Cell") -> int | None:
        """Return the percentage of a shown whole, rounded; None where either is hidden."""
        if self.value is None or not whole.value:
            return None
        return round(100 * self.value / whole.value)


FEW, HIDDEN = Cell(None, is_few=True), Cell(None)


@dataclass(frozen=True)
class Group:
    """A group of people and how many of them are in each of its parts; none larger than ``size``.

    ``name`` is empty for the small groups together.
    """

    name: str
    size: int
    parts: tuple[int, ...] = ()


@dataclass(frozen=True)
class ShownGroup:
    """A group as a report shows it."""

    name: str
    size: Cell
    parts: tuple[Cell, ...]


def cell(number: int) -> Cell:
    """Return a number of people that stands for itself, in no sum."""
    return FEW if 0 < number < LEAST else Cell(number)


def protect(groups: Sequence[Group]) -> list[ShownGroup]:
    """Return groups that share nobody, in their order, the small ones together at the end.

    The sum of all sizes and of each part may be known, as ``cell`` shows it. Returns nothing where
    a single row would be left, which says no more than the total.
    """
    kept = together(groups)
    if len(kept) < 2:
        return []
    columns = [
        _column([group.parts[place] for group in kept], [group.size for group in kept])
        for place in range(len(kept[0].parts))
    ]
    return [
        ShownGroup(group.name, Cell(group.size), tuple(column[row] for column in columns))
        for row, group in enumerate(kept)
    ]


def together(groups: Sequence[Group]) -> list[Group]:
    """Return the groups of five and more, and those of fewer as one group of at least five."""
    small = [group for group in groups if 0 < group.size < LEAST]
    kept = [group for group in groups if group.size >= LEAST]
    if small and kept and _tells(small):
        taken = min(kept, key=lambda group: group.size)
        others = [group for group in kept if group is not taken]
        hides = others and _hides(small, taken.size, min(group.size for group in others))
        small, kept = ([*small, taken], others) if hides else ([*small, *kept], [])
    if not small:
        return kept
    parts = tuple(map(sum, zip(*(group.parts for group in small), strict=True)))
    return [*kept, Group("", sum(group.size for group in small), parts)]


def _tells(small: Sequence[Group]) -> bool:
    """Return whether the sum of groups is small itself, or says that each is as large as can be."""
    size = sum(group.size for group in small)
    are_as_large_as_can_be = all(group.size == LEAST - 1 for group in small)
    return size < LEAST or are_as_large_as_can_be


def _hides(small: Sequence[Group], taken: int, next_smallest: int) -> bool:
    """Return whether small groups stay unknown together with the smallest of the others.

    Who knows how groups are put together knows that it has five people at least, and fewer than the
    next one; and with how many people small groups take another one in at all.
    """
    total, fewest = sum(group.size for group in small) + taken, len(small)
    largest = next_smallest - 2  # with one less only, whose turn it was would tell
    possible = {
        few
        for few in (*range(fewest, LEAST), fewest * (LEAST - 1))
        if LEAST <= total - few <= largest
    }
    is_mixed = any(fewest < few < fewest * (LEAST - 1) for few in possible) and fewest > 1
    return taken <= largest and (len(possible) > 1 or is_mixed)


def _column(values: Sequence[int], most: Sequence[int]) -> list[Cell]:
    """Return the cells of a column whose total is known, and in each row the most there can be."""
    if 0 < sum(values) < LEAST:
        return [FEW] * len(values)
    hidden = {row for row, value in enumerate(values) if 0 < value < LEAST}
    while hidden and not _tells_nothing(values, most, hidden):
        rest = [row for row, value in enumerate(values) if value >= LEAST and row not in hidden]
        if not rest:
            return [HIDDEN] * len(values)
        hidden.add(min(rest, key=lambda row: values[row]))
    return [HIDDEN if row in hidden else Cell(value) for row, value in enumerate(values)]


def _tells_nothing(values: Sequence[int], most: Sequence[int], hidden: set[int]) -> bool:
    """Return whether each hidden number may be one of five, the total and the rest being known."""
    total = sum(values[row] for row in hidden)
    room = sum(most[row] for row in hidden)
    return all(
        min(most[row], total) - max(0, total - (room - most[row])) >= LEAST - 1 for row in hidden
    )
