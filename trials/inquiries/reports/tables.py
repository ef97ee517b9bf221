"""What a report shows of its numbers: tables whose small cells are hidden, and the charts beside.

Every number of people goes through ``small_cells``; percentages and times of working are shown only
where the numbers behind them are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.charts import Bar, Chart
from trials.inquiries.enums import InquiryState, Origin, Source
from trials.inquiries.reports.facts import STEPS
from trials.inquiries.reports.figures import Figures, GroupFigures, Times
from trials.inquiries.reports.small_cells import (
    LEAST,
    Cell,
    Group,
    ShownGroup,
    cell,
    protect,
)

STEP_LABELS: dict[str, Promise] = {
    "opened": gettext_lazy("Read by the team"),
    "tried": gettext_lazy("First attempt"),
    "reached": gettext_lazy("Reached"),
    "screened": gettext_lazy("Pre-screen passed"),
    "booked": gettext_lazy("Visit booked"),
    "enrolled": gettext_lazy("Enrolled"),
}
LEFT_OUT: dict[str, Promise] = {
    "quarantine": gettext_lazy("In quarantine"),
    "spam": gettext_lazy("Spam"),
    "duplicate": gettext_lazy("Goes on in another inquiry"),
}
_NOTHING = "–"


@dataclass(frozen=True)
class Table:
    """A table with its heads; the first cell of a row is its head."""

    name: str
    title: str | Promise
    heads: Sequence[str | Promise]
    rows: Sequence[Sequence[Any]]
    note: str | Promise = ""
    charts: Sequence[Chart] = ()


def funnel(found: Figures) -> Table:
    """Return how many came to each step, as a chart too."""
    whole = found.whole
    received = cell(whole.received)
    cells = [cell(number) for number in whole.steps]
    labels = [gettext_lazy("Received"), *STEP_LABELS.values()]
    rows = [
        (label, one.words, _percent(one, received))
        for label, one in zip(labels, [received, *cells], strict=True)
    ]
    chart = Chart(
        "funnel",
        _("How far inquiries came"),
        _("One bar for each step, as long as the number of inquiries that came to it."),
        [Bar(row[0], _with_percent(row[1], row[2]), one.value)
         for row, one in zip(rows, [received, *cells], strict=True)],
    )  # fmt: skip
    return Table(
        "funnel",
        _("From the message to the trial"),
        (_("Step"), _("Inquiries"), _("Of all")),
        rows,
        charts=[chart],
    )


def states(found: Figures) -> Table | None:
    """Return where inquiries stand today, ends and what is under way."""
    labels = dict(InquiryState.choices)
    order = list(labels)
    groups = sorted(found.groups.get("state", []), key=lambda group: order.index(group.key))
    shown = protect([Group(group.key, group.received) for group in groups])
    rows = [
        (labels.get(row.name, _("All others together")), row.size.words,
         _percent(row.size, cell(found.whole.received)))
        for row in shown
    ]  # fmt: skip
    if not rows:
        return None
    heads = (_("State today"), _("Inquiries"), _("Of all"))
    return Table("states", _("Where they stand today"), heads, rows)


def times(found: Figures) -> Table:
    """Return how long it took to each step, in working time."""
    rows, bars = [], []
    for name in STEPS:
        measured = found.whole.wait if name == "tried" else found.times[name]
        shown = durations(measured)
        rows.append((STEP_LABELS[name], *shown))
        known = [one for one in measured.seconds if one is not None]
        if measured.number >= LEAST and known:
            bars.append(Bar(STEP_LABELS[name], shown[0], known[0], tuple(known[1:])))
    charts = [
        Chart(
            "times",
            _("Working time from receipt to each step"),
            _("The strong bar ends at the median, the others at the 75th and 90th percentile."),
            bars,
        )
    ] if bars else []  # fmt: skip
    return Table(
        "times",
        _("How long it took"),
        (_("Step"), _("Half within"), _("Three quarters within"), _("Nine in ten within")),
        rows,
        _(
            "Working time of the clinic, without the time in which we waited for the sender. Who"
            " still waits for a first attempt counts as the longest; for other steps only who came"
            " to them counts."
        ),
        charts,
    )


def promise(found: Figures, *, by_week: bool) -> Table | None:
    """Return how the promise was kept in each week or month of receipt."""
    groups = [
        Group(group.key, group.due, (group.kept,)) for group in found.groups.get("period", [])
    ]
    whole, kept = cell(found.whole.due), cell(found.whole.kept)
    if not whole.value:
        return None
    shown = protect(sorted(groups, key=lambda group: group.name))
    rows, bars = [], []
    for row in shown:
        label = _period(row.name, by_week) if row.name else _("All others together")
        percent = row.parts[0].percent_of(row.size)
        rows.append((label, row.size.words, _as_percent(percent)))
        bars.append(Bar(label, _as_percent(percent), percent))
    rows.append((_("All"), whole.words, _percent(kept, whole)))
    title = _("Promise kept by week") if by_week else _("Promise kept by month")
    chart = Chart(
        "promise",
        title,
        _("One bar for each: the share of inquiries whose sender heard from us in time."),
        bars,
        most=100,
    )
    return Table(
        "promise",
        title,
        (_("Week from") if by_week else _("Month"), _("Answer was due"), _("In time")),
        rows,
        _(
            "Inquiries through the site whose time to answer is over, as the public figures count"
            " them."
        ),
        [chart] if bars else [],
    )


def breakdown(
    found: Figures, dimension: str, title: str, label: Callable[[str], Any], note: str = ""
) -> Table:
    """Return the funnel of each group of a dimension, with the time to the first attempt."""
    groups = found.groups.get(dimension, [])
    by_key = {group.key: group for group in groups}
    shown = protect([Group(group.key, group.received, group.steps) for group in groups])
    # Who is among "all others" there may be another group than here.
    due = protect([Group(group.key, group.due, (group.kept,)) for group in groups])
    kept = {row.name: _as_percent(row.parts[0].percent_of(row.size)) for row in due if row.name}
    rows = [
        (
            label(row.name) if row.name else _("All others together"),
            row.size.words,
            *(_with_percent(one.words, _percent(one, row.size)) for one in row.parts[1:]),
            _median(row, by_key.get(row.name)),
            kept.get(row.name, "—"),
        )
        for row in shown
    ]
    heads: list[str | Promise] = [
        title,
        _("Received"),
        *list(STEP_LABELS.values())[1:],
        _("First attempt: half within"),
        _("Promise kept"),
    ]
    return Table(dimension, title, heads, rows, note)


def equity(found: Figures) -> list[Chart]:
    """Return how groups by language and by need of an interpreter compare, one chart a question."""
    named: list[tuple[str, ShownGroup, GroupFigures]] = []
    for dimension, label in (("language", language_label), ("interpreter", interpreter_label)):
        groups = {group.key: group for group in found.groups.get(dimension, [])}
        for row in protect([Group(one.key, one.received, one.steps) for one in groups.values()]):
            if row.name:
                named.append((str(label(row.name)), row, groups[row.name]))
    if not named:
        return []
    places = list(STEPS)
    return [
        Chart(
            "equity-wait",
            _("Working time to the first attempt: half within"),
            _("One bar for each group. Shorter is better."),
            [Bar(label, _median(row, group), _median_seconds(row, group))
             for label, row, group in named],
        ),
        *(
            Chart(
                f"equity-{name}",
                title,
                _("One bar for each group: its share in percent."),
                [Bar(label, _percent(row.parts[places.index(name)], row.size),
                     row.parts[places.index(name)].percent_of(row.size))
                 for label, row, _group in named],
                most=100,
            )
            for name, title in (("reached", _("Share reached")), ("enrolled", _("Share enrolled")))
        ),
    ]  # fmt: skip


def without(found: Figures) -> list[tuple[Promise, Any]]:
    """Return what the report leaves out, and how many."""
    return [(LEFT_OUT[name], cell(number).words) for name, number in found.left_out.items()]


def language_label(key: str) -> str:
    """Return a language of the site by its name."""
    return str(dict(settings.LANGUAGES).get(key, key))


def interpreter_label(key: str) -> str:
    """Return what an answer about an interpreter means."""
    return {"yes": _("Interpreter needed"), "no": _("No interpreter")}.get(
        key, _("Not known (erased)")
    )


def source_label(key: str) -> Any:
    """Return how an inquiry came."""
    return dict(Source.choices).get(key, key)


def origin_label(key: str) -> Any:
    """Return the page from which an inquiry was written."""
    return dict(Origin.choices).get(key, key)


def durations(measured: Times) -> list[str]:
    """Return the quantiles in words; nothing for fewer than five."""
    if measured.number < LEAST:
        return [_NOTHING] * len(measured.seconds)
    return [working_words(seconds) for seconds in measured.seconds]


def working_words(seconds: float | None) -> str:
    """Return working time in hours and minutes; None is who still waits."""
    if seconds is None:
        return _("still waiting")
    minutes = timedelta(seconds=seconds) // timedelta(minutes=1)
    return _("%(hours)d h %(minutes)02d min") % {"hours": minutes // 60, "minutes": minutes % 60}


def _median_seconds(row: ShownGroup, group: GroupFigures | None) -> float | None:
    """Return the median wait where enough were measured and the number of the tried is shown."""
    tried = row.parts[list(STEPS).index("tried")]
    if group is None or tried.value is None or group.wait.number < LEAST:
        return None
    return group.wait.seconds[0]


def _median(row: ShownGroup, group: GroupFigures | None) -> str:
    tried = row.parts[list(STEPS).index("tried")]
    if group is None or tried.value is None or group.wait.number < LEAST:
        return _NOTHING
    return working_words(group.wait.seconds[0])


def _period(key: str, by_week: bool) -> str:
    day = date.fromisoformat(key)
    return date_format(day, "SHORT_DATE_FORMAT" if by_week else "YEAR_MONTH_FORMAT")


def _percent(part: Cell, whole: Cell) -> str:
    return _as_percent(part.percent_of(whole))


def _as_percent(percent: int | None) -> str:
    return _NOTHING if percent is None else f"{percent}%"


def _with_percent(words: Any, percent: str) -> str:
    return f"{words}" if percent == _NOTHING else f"{words} ({percent})"
