"""What the benchmark prints: sections, tables, notes. Pure but for where the text goes."""

import math
from collections.abc import Callable, Iterable, Sequence

Cell = str | int | float


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of the values do not exceed.

    Nearest rank, so that the answer is one of the values; raises ValueError without any.
    """
    if not values:
        raise ValueError("There is no percentile of nothing.")
    rank = max(1, math.ceil(share * len(values)))
    return sorted(values)[rank - 1]


def median(values: Sequence[float]) -> float:
    """Return the middle value (the lower one of two)."""
    return percentile(values, 0.5)


def shown(cell: Cell) -> str:
    """Return a cell as text: numbers with three digits that mean something."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int) or abs(cell) >= 100:
        return f"{cell:,.0f}"
    return f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.2f}"


def format_table(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table whose columns stand under each other, numbers to the right."""
    body = [list(row) for row in rows]
    lines = [list(header), *([shown(cell) for cell in row] for row in body)]
    if any(len(line) != len(header) for line in lines):
        raise ValueError("Every row needs a cell for each column.")
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    numeric = [
        bool(body) and all(not isinstance(row[place], str) for row in body)
        for place in range(len(header))
    ]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )


class Report:
    """Says what was measured as soon as it is known."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    def section(self, title: str) -> None:
        """Start a section."""
        self.say(f"\n{title}\n{'=' * len(title)}")

    def table(self, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
        """Add a table."""
        self.say(format_table(header, rows))

    def note(self, text: str) -> None:
        """Add a sentence."""
        self.say(text)
