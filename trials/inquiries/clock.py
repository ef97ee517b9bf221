"""Working time: how long somebody has waited while the clinic was open, and when a reply is due."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# A clinic that never opens would make the search for the next working day endless.
_HORIZON = timedelta(days=3 * 366)

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class WorkingHours:
    """When the clinic works: opening and closing time per weekday (0 is Monday)."""

    days: Mapping[int, tuple[time, time]]
    zone: ZoneInfo
    holidays: Container[date] = field(default_factory=frozenset)

    def is_working_day(self, day: date) -> bool:
        """Return whether the clinic works on that day at all."""
        return day.weekday() in self.days and day not in self.holidays

    def opening(self, day: date) -> datetime:
        """Return the instant at which a working day starts, in UTC."""
        return datetime.combine(day, self.days[day.weekday()][0], self.zone).astimezone(UTC)

    def closing(self, day: date) -> datetime:
        """Return the instant at which a working day ends, in UTC."""
        return datetime.combine(day, self.days[day.weekday()][1], self.zone).astimezone(UTC)

    def working_days(self, first: date, last: date) -> Iterator[date]:
        """Yield the working days between two days, both included."""
        day = first
        while day <= last:
            if self.is_working_day(day):
                yield day
            day += timedelta(days=1)


def working_time(hours: WorkingHours, start: datetime, end: datetime) -> timedelta:
    """Return how much of the time between two aware instants was working time."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    total = timedelta()
    first, last = start.astimezone(hours.zone).date(), end.astimezone(hours.zone).date()
    for day in hours.working_days(first, last):
        worked = min(end, hours.closing(day)) - max(start, hours.opening(day))
        total += max(worked, timedelta())
    return total


def waited_time(
    hours: WorkingHours, start: datetime, end: datetime, pauses: Iterable[Span]
) -> timedelta:
    """Return the working time between two aware instants that lies in none of the pauses.

    Pauses may overlap, come in any order and reach beyond both ends.
    """
    paused, until = timedelta(), start
    for pause_start, pause_end in sorted(pauses):
        first, last = max(pause_start, until), min(pause_end, end)
        if first < last:
            paused += working_time(hours, first, last)
            until = last
    return working_time(hours, start, end) - paused


def due_after_pause(
    hours: WorkingHours, due: datetime, paused_at: datetime, resumed_at: datetime
) -> datetime:
    """Return by when a reply is due once a pause is over: what was left of the time is left still.

    A pause that began when the reply was overdue moves nothing. Raises ValueError when three years
    do not hold the time that is left.
    """
    if paused_at >= due:
        return due
    left = working_time(hours, paused_at, due)
    return max(due, due_after(hours, resumed_at, left))


def due_after_days(hours: WorkingHours, start: datetime, days: int) -> datetime:
    """Return the close of the n-th working day after the day of an aware instant.

    That is how people read "within one working day". Raises ValueError when the clinic does not
    work so many days within three years.
    """
    received = start.astimezone(hours.zone).date()
    following = hours.working_days(received + timedelta(days=1), received + _HORIZON)
    for number, day in enumerate(following, start=1):
        if number >= days:
            return hours.closing(day)
    raise ValueError("These working hours have too few working days.")


def due_after(hours: WorkingHours, start: datetime, promise: timedelta) -> datetime:
    """Return the first instant at which so much working time has passed since an aware instant.

    Raises ValueError when three years do not hold that much working time.
    """
    start = start.astimezone(UTC)
    left = promise
    received = start.astimezone(hours.zone).date()
    for day in hours.working_days(received, received + _HORIZON):
        opening = max(start, hours.opening(day))
        available = hours.closing(day) - opening
        if available >= left:
            return opening + left
        left -= max(available, timedelta())
    raise ValueError("These working hours hold too little working time.")
