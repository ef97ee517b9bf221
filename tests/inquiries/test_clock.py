from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from trials.inquiries.clock import WorkingHours, due_after, due_after_days, working_time
from trials.inquiries.promise import reply_due

PACIFIC = ZoneInfo("America/Los_Angeles")
THANKSGIVING = date(2026, 11, 26)
OFFICE = WorkingHours(
    days=dict.fromkeys(range(5), (time(8, 30), time(17))),
    zone=PACIFIC,
    holidays=frozenset({THANKSGIVING}),
)
# Open at night over the hours that clocks skip and repeat.
NIGHT = WorkingHours(days=dict.fromkeys(range(7), (time(1), time(4))), zone=PACIFIC)

instants = st.datetimes(
    min_value=datetime(2026, 1, 1), max_value=datetime(2027, 3, 31), timezones=st.just(UTC)
)
hours = st.sampled_from([OFFICE, NIGHT])


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PACIFIC)


@given(hours, instants, instants, instants)
def test_working_time__adds_up_and_never_shrinks(office, one, two, three):
    start, middle, end = sorted((one, two, three))
    whole = working_time(office, start, end)
    assert whole == working_time(office, start, middle) + working_time(office, middle, end)
    assert timedelta() <= working_time(office, start, middle) <= whole <= end - start


@given(instants)
def test_working_time__counts_a_minute_only_inside_working_hours(minute):
    here = minute.replace(second=0, microsecond=0).astimezone(PACIFIC)
    is_open = (
        here.weekday() <= 4
        and here.date() != THANKSGIVING
        and time(8, 30) <= here.time() < time(17)
    )
    counted = working_time(OFFICE, here, here + timedelta(minutes=1))
    assert counted == (timedelta(minutes=1) if is_open else timedelta())


@given(hours, instants, st.integers(min_value=0, max_value=40))
def test_due_after__leaves_exactly_the_promised_working_time(office, start, quarters):
    promise = timedelta(minutes=15 * quarters)
    due = due_after(office, start, promise)
    assert working_time(office, start, due) == promise


@given(hours, instants, instants, st.integers(min_value=1, max_value=10))
def test_due_after_days__later_receipt_is_never_due_earlier(office, one, other, days):
    first, second = sorted((one, other))
    assert first < due_after_days(office, first, days) <= due_after_days(office, second, days)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (local(2026, 11, 23, 10), local(2026, 11, 24, 17)),  # Monday: by the end of Tuesday
        (local(2026, 11, 20, 18), local(2026, 11, 23, 17)),  # Friday evening: Monday
        (local(2026, 11, 21, 12), local(2026, 11, 23, 17)),  # Saturday: Monday
        (local(2026, 11, 25, 9), local(2026, 11, 27, 17)),  # over Thanksgiving
    ],
)
def test_due_after_days__is_the_close_of_the_next_working_day(received, due):
    assert due_after_days(OFFICE, received, 1) == due


def test_working_time__pauses_at_night_and_over_the_holiday():
    waited = working_time(OFFICE, local(2026, 11, 25, 16), local(2026, 11, 27, 9))
    assert waited == timedelta(hours=1, minutes=30)


def test_working_time__follows_the_hour_that_clocks_skip_and_repeat():
    spring, autumn = date(2026, 3, 8), date(2026, 11, 1)
    lengths = [
        working_time(NIGHT, local(d.year, d.month, d.day), local(d.year, d.month, d.day, 12))
        for d in (spring, autumn)
    ]
    assert lengths == [timedelta(hours=2), timedelta(hours=4)]


def test_due_after_days__refuses_a_clinic_that_never_works():
    never = WorkingHours(days={}, zone=PACIFIC)
    with pytest.raises(ValueError, match="too few"):
        due_after_days(never, local(2026, 11, 23, 10), 1)
    with pytest.raises(ValueError, match="too little"):
        due_after(never, local(2026, 11, 23, 10), timedelta(hours=1))


@pytest.mark.django_db
def test_holidays_of_the_country__are_no_working_days(clinic_settings):
    """The package ``holidays`` knows Thanksgiving; the clinic entered nothing."""
    clinic_settings.reply_target_days = 1
    due = reply_due(clinic_settings, local(2026, 11, 25, 10))
    assert timezone.localdate(due) == date(2026, 11, 27)
    usual = reply_due(clinic_settings, local(2026, 11, 18, 10))
    assert timezone.localdate(usual) == date(2026, 11, 19)
