"""The clinic's working hours and the reply promise, from the site's settings."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from holidays import country_holidays

from clinic.models import ClinicSettings
from trials.inquiries.clock import WorkingHours, due_after_days


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
