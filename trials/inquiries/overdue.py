"""How far up an overdue inquiry has to go: pure arithmetic on working time."""

from datetime import datetime, timedelta

from trials.inquiries.clock import WorkingHours, working_time

TO_THE_FALLBACK, TO_ALL_LEADS = 1, 2


def level_due(hours: WorkingHours, due: datetime, now: datetime, after: timedelta) -> int:
    """Return 0 while an inquiry is not overdue for long, 1 after the time, 2 after twice as much.

    Only working time counts: nobody is told of a weekend. Raises ValueError for no time at all.
    """
    if after <= timedelta():
        raise ValueError("An inquiry is overdue for some time before it is passed up.")
    if now <= due:
        return 0
    return min(TO_ALL_LEADS, working_time(hours, due, now) // after)
