"""What the reports and the export know of each inquiry: one SQL statement, nothing sealed.

A row per inquiry that counts: what looked like spam and was not released, spam, and what goes on
in another inquiry are left out. Erased inquiries count as they did; only whether an interpreter was
needed is not known of them any more. Times between two steps are working time: a calendar of the
clinic's days says how many working seconds lie before each instant, and pauses of the reply clock
are taken off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q

from trials.inquiries.clock import WorkingHours
from trials.inquiries.enums import OPEN, InquiryState, Origin
from trials.inquiries.measuring import ANSWERING, NOT_SOMEBODY_WAITING, THROUGH_THE_SITE
from trials.inquiries.querysets import InquiryQuerySet

# The steps of the funnel after "received", in their order, and the column of each.
STEPS = {
    "opened": "first_opened_at",
    "tried": "first_attempt_at",
    "reached": "reached_at",
    "screened": "pre_screened_at",
    "booked": "visit_booked_at",
    "enrolled": "enrolled_at",
}
# An inquiry that came to a later step came to this one too, whatever was noted down.
_ALSO_MERGED = ("reached", "screened", "booked", "enrolled")
_TIMED = {**STEPS, "closed": "closed_at"}

_COLUMNS = (
    "id", "language", "source", "origin", "state", "end_reason", "closing", "needs_interpreter",
    "received_at", "reply_due_at", "closed_at", "clock_paused_at", "erased_at", *STEPS.values(),
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """The statement as the beginning of others (``WITH … facts AS (…)``) and its parameters."""

    sql: str
    parameters: list[Any]


def counted(inquiries: InquiryQuerySet) -> InquiryQuerySet:
    """Return the inquiries that reports count."""
    return inquiries.filter(is_quarantined=False).exclude(state__in=NOT_SOMEBODY_WAITING)


def left_out(inquiries: InquiryQuerySet) -> dict[str, Q]:
    """Return which of the inquiries reports leave out, by the reason."""
    in_quarantine = Q(is_quarantined=True) & ~Q(state__in=NOT_SOMEBODY_WAITING)
    return {
        "quarantine": in_quarantine,
        "spam": Q(state=InquiryState.SPAM),
        "duplicate": Q(state=InquiryState.DUPLICATE),
    }


def facts(inquiries: InquiryQuerySet, hours: WorkingHours, first: datetime, now: datetime) -> Facts:
    """Return the facts of inquiries, which were received between two instants.

    Columns: the inquiry's own; ``interpreter``; ``week`` and ``month`` of receipt in the
    clinic's time zone; ``is_…`` and ``…_seconds`` for each step, the latter also for the
    end; ``waits`` for who still waits for a first attempt; ``is_due`` and ``is_kept`` for the
    promise, as the public figures count it.
    """
    base, base_parameters = (
        counted(inquiries).order_by().values_list(*_COLUMNS).query.sql_with_params()
    )
    days, day_parameters = _calendar(hours, first, now)
    zone = hours.zone.key
    sql = f"""
WITH days AS MATERIALIZED ({days}),
base ({", ".join(_COLUMNS)}) AS MATERIALIZED ({base}),
merged AS (
    SELECT merged_into_id AS id, {_merged_columns()}
    FROM inquiries_inquiry
    WHERE merged_into_id IN (SELECT id FROM base) GROUP BY merged_into_id
),
spans AS (
    SELECT pause.inquiry_id AS id, unnest(range_agg({_PAUSE})) AS span
    FROM inquiries_pause AS pause JOIN base ON base.id = pause.inquiry_id
    GROUP BY pause.inquiry_id
),
pauses AS (
    SELECT spans.id,
        sum({_worked("upper(span)", "ends")} - {_worked("lower(span)", "starts")}) AS seconds
    FROM spans {_join("lower(span)", "starts")} {_join("upper(span)", "ends")}
    GROUP BY spans.id
),
steps AS (
    SELECT {_step_columns()}
    FROM base LEFT JOIN merged ON merged.id = base.id LEFT JOIN pauses ON pauses.id = base.id
),
facts AS MATERIALIZED (
    SELECT steps.*,
        CASE WHEN erased_at IS NOT NULL THEN 'unknown' WHEN needs_interpreter THEN 'yes'
            ELSE 'no' END AS interpreter,
        date_trunc('week', received_at AT TIME ZONE %s)::date AS week,
        date_trunc('month', received_at AT TIME ZONE %s)::date AS month,
        {_flag_columns()},
        {_second_columns()},
        state = ANY(%s) AND first_attempt_at IS NULL AND clock_paused_at IS NULL AS waits,
        {_IS_DUE} AS is_due,
        {_IS_DUE} AND COALESCE(first_attempt_at, closed_at) <= reply_due_at AS is_kept
    FROM steps {_join("received_at", "received")} {_step_joins()}
)
"""  # noqa: S608 - the parts are ours and Django's, values apart
    due = [now, list(THROUGH_THE_SITE), Origin.ENTERED, list(ANSWERING)]
    parameters = [
        *day_parameters,
        *base_parameters,
        *[now, now],
        *[zone] * 2,
        *[zone] * 2,
        list(OPEN),
        *due,
        *due,
        *[zone] * (len(_TIMED) + 1),
    ]
    return Facts(sql, parameters)


# From the receipt at the earliest to the first attempt, or to now.
_UNTIL = "LEAST(COALESCE(pause.ended_at, %s), COALESCE(base.first_attempt_at, base.closed_at, %s))"
_PAUSE = (
    "tstzrange(GREATEST(pause.started_at, base.received_at),"
    f" GREATEST(pause.started_at, base.received_at, {_UNTIL}))"
)
_IS_DUE = (
    "(reply_due_at <= %s AND source = ANY(%s) AND origin <> %s AND (first_attempt_at IS NOT NULL"
    " OR closing = ANY(%s) OR (closed_at IS NULL AND clock_paused_at IS NULL)))"
)


def _merged_columns() -> str:
    return ", ".join(f"min({STEPS[name]}) AS {STEPS[name]}" for name in _ALSO_MERGED)


def _step_columns() -> str:
    """Return the columns, steps as the inquiry and those merged into it came to them first."""
    merged = {STEPS[name] for name in _ALSO_MERGED}
    columns = [
        f"LEAST(base.{name}, merged.{name}) AS {name}" if name in merged else f"base.{name}"
        for name in _COLUMNS
    ]
    return ", ".join([*columns, "COALESCE(pauses.seconds, 0) AS paused_seconds"])


def _flag_columns() -> str:
    """Return for each step whether it or a later one was taken."""
    names = list(STEPS)
    flags = []
    for place, name in enumerate(names):
        columns = ", ".join(STEPS[later] for later in names[place:])
        flags.append(f"COALESCE({columns}) IS NOT NULL AS is_{name}")
    return ", ".join(flags)


def _second_columns() -> str:
    """Return the working seconds to each step, without pauses; reading waits for no pause."""
    columns = []
    for name, column in _TIMED.items():
        pauses = "" if name == "opened" else " - paused_seconds"
        worked = f"{_worked(column, name)} - {_worked('received_at', 'received')}{pauses}"
        # GREATEST would make a time of a step that was not taken.
        columns.append(
            f"CASE WHEN {column} IS NOT NULL THEN GREATEST(0, {worked}) END AS {name}_seconds"
        )
    return ", ".join(columns)


def _step_joins() -> str:
    return " ".join(_join(column, name) for name, column in _TIMED.items())


def _join(instant: str, alias: str) -> str:
    return f"LEFT JOIN days AS {alias} ON {alias}.day = ({instant} AT TIME ZONE %s)::date"


def _worked(instant: str, alias: str) -> str:
    """Return the working seconds before an instant, whose day was joined as ``alias``."""
    inside = f"LEAST(GREATEST({instant}, {alias}.opens), {alias}.closes) - {alias}.opens"
    return f"({alias}.before + EXTRACT(EPOCH FROM {inside}))"


def _calendar(hours: WorkingHours, first: datetime, now: datetime) -> tuple[str, Sequence[Any]]:
    """Return every day of the period with its hours and the working seconds before it."""
    day, last = (moment.astimezone(hours.zone).date() for moment in (first, now))
    days: list[date] = []
    opens: list[datetime] = []
    closes: list[datetime] = []
    before: list[float] = []
    seconds = 0.0
    day -= timedelta(days=1)
    while day <= last + timedelta(days=1):
        midnight = datetime.combine(day, time.min, hours.zone).astimezone(UTC)
        works = hours.is_working_day(day)
        opening = hours.opening(day) if works else midnight
        closing = max(opening, hours.closing(day)) if works else midnight
        days.append(day)
        opens.append(opening)
        closes.append(closing)
        before.append(seconds)
        seconds += (closing - opening).total_seconds()
        day += timedelta(days=1)
    sql = (
        "SELECT * FROM unnest(%s::date[], %s::timestamptz[], %s::timestamptz[], %s::float8[])"
        " AS d(day, opens, closes, before)"
    )
    return sql, [days, opens, closes, before]
