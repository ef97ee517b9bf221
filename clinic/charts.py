"""Charts as SVG, drawn on the server: bars with their words above, no script and no styles inside.

Lengths across are percentages and texts have the size of the page, so that the same drawing can be
read at 360 and at 1280 pixels and on paper. Colours come from ``charts.css``. Who cannot see a
chart reads its title and description; its numbers stand in a table beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_ROW = 46
_WORDS_AT, _BAR_AT, _BAR = 16, 24, 14


@dataclass(frozen=True)
class Bar:
    """One bar: what it is about, the words at its end, and its length; without one there is none.

    ``marks`` are further, longer values on the same line, such as the 75th and 90th percentile.
    """

    label: str | Promise
    words: str | Promise
    value: float | None
    marks: tuple[float, ...] = ()


@dataclass(frozen=True)
class Chart:
    """Bars with a title and a description; as long as ``most``, or as the longest of them."""

    name: str
    title: str | Promise
    description: str | Promise
    bars: Sequence[Bar]
    most: float | None = None

    @property
    def svg(self) -> SafeString:
        """Return the drawing; ``name`` makes its ids unique on the page."""
        values = [one for bar in self.bars for one in (bar.value or 0, *bar.marks)]
        most = self.most or max(values, default=0) or 1
        return format_html(
            '<svg class="chart" role="img" aria-labelledby="{name}-title {name}-desc"'
            ' width="100%" height="{height}" focusable="false">'
            '<title id="{name}-title">{title}</title><desc id="{name}-desc">{desc}</desc>'
            "{bars}</svg>",
            name=self.name,
            title=self.title,
            desc=self.description,
            height=_ROW * len(self.bars),
            bars=format_html_join(
                "", "{}", ((_drawn(bar, _ROW * row, most),) for row, bar in enumerate(self.bars))
            ),
        )


def _drawn(bar: Bar, top: int, most: float) -> SafeString:
    return format_html(
        '<g><text class="chart__label" x="0" y="{words}">{label}</text>'
        '<text class="chart__words" x="100%" y="{words}" text-anchor="end">{said}</text>'
        '<rect class="chart__ground" x="0" y="{at}" width="100%" height="{high}"/>'
        "{marks}{value}</g>",
        words=top + _WORDS_AT,
        at=top + _BAR_AT,
        high=_BAR,
        label=bar.label,
        said=bar.words,
        # The longest first, so that the others lie on top.
        marks=format_html_join(
            "",
            '<rect class="chart__mark chart__mark--{}" x="0" y="{}" width="{}%" height="{}"/>',
            (
                (place + 1, top + _BAR_AT, _percent(mark, most), _BAR)
                for place, mark in reversed(list(enumerate(bar.marks)))
            ),
        ),
        value=_bar(bar.value, top, most),
    )


def _bar(value: float | None, top: int, most: float) -> SafeString:
    if not value:
        return SafeString("")
    return format_html(
        '<rect class="chart__bar" x="0" y="{}" width="{}%" height="{}"/>',
        top + _BAR_AT,
        _percent(value, most),
        _BAR,
    )


def _percent(value: float, most: float) -> str:
    """Return a length in percent; a point as in CSS, whatever the language."""
    return f"{min(100.0, 100 * value / most):.2f}"
