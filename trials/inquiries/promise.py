"""The clinic's working hours and the reply promise, from the site's settings."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from holidays import country_holidays

from clinic.models import ClinicSettings
from trials.inquiries.clock import WorkingHours, due_after_days, waited_time
from trials.inquiries.models import Inquiry


def working_hours(clinic: ClinicSettings) -> WorkingHours:
    """Return when the clinic works; US federal holidays are free."""
    fields = ClinicSettings._meta
    start = fields.get_field("working_day_start").to_python(clinic.working_day_start)
    end = fields.get_field("working_day_end").to_python(clinic.working_day_end)
    days = [int(day) for day in clinic.working_days.split(",") if day.strip().isdecimal()]
    return WorkingHours(
        days=dict.fromkeys(days, (start, end)),
        zone=ZoneInfo(settings.TIME_ZONE),
        holidays=country_holidays("US"),
    )


def reply_due(clinic: ClinicSettings, received_at: datetime) -> datetime:
    """Return by when the clinic promises to answer; raises ValueError if it never works."""
    return due_after_days(working_hours(clinic), received_at, clinic.reply_target_days)


@dataclass(frozen=True)
class Waiting:
    """How long a sender waited in working time, until the first attempt or until now."""

    worked: timedelta
    is_running: bool
    is_overdue: bool
    is_paused: bool = False

    @property
    def hours(self) -> int:
        """Return the full hours of working time."""
        return int(self.worked.total_seconds() // 3600)

    @property
    def minutes(self) -> int:
        """Return the minutes beyond the full hours."""
        return int(self.worked.total_seconds() % 3600 // 60)


def waiting(inquiry: Inquiry, hours: WorkingHours, now: datetime) -> Waiting:
    """Return how an inquiry stands against the promise."""
    until = inquiry.first_attempt_at or inquiry.closed_at or now
    pauses = [(pause.started_at, pause.ended_at or until) for pause in inquiry.pauses.all()]
    is_paused = inquiry.awaits_attempt and inquiry.clock_paused_at is not None
    return Waiting(
        worked=waited_time(hours, inquiry.received_at, until, pauses),
        is_running=inquiry.awaits_attempt and not is_paused,
        is_overdue=inquiry.awaits_attempt and not is_paused and inquiry.reply_due_at < now,
        is_paused=is_paused,
    )
