"""The reply clock stands still while we wait for the sender; each pause is a row."""

from datetime import datetime

from clinic.models import User
from clinic.site_facts import clinic_settings
from trials.inquiries.clock import due_after_pause
from trials.inquiries.models import Inquiry, Pause
from trials.inquiries.promise import working_hours
from trials.inquiries.sender_enums import PauseReason


def start_pause(
    inquiry: Inquiry, reason: PauseReason, at: datetime, by: User | None = None
) -> None:
    """Stop the clock of a locked inquiry that waits for its first attempt; the caller saves it."""
    if not inquiry.awaits_attempt or inquiry.pauses.filter(reason=reason, ended_at=None).exists():
        return
    at = max(at, inquiry.received_at)
    Pause.objects.create(inquiry=inquiry, reason=reason, started_at=at, by=by)
    inquiry.clock_paused_at = min(inquiry.clock_paused_at or at, at)


def end_pause(inquiry: Inquiry, reason: PauseReason, at: datetime) -> bool:
    """End a pause of a locked inquiry, which the caller saves; return whether there was one.

    With the last pause the clock goes on, and what was left of the time is left still.
    """
    pause = inquiry.pauses.filter(reason=reason, ended_at=None).first()
    if pause is None:
        return False
    _end(inquiry, pause, at)
    return True


def end_pauses(inquiry: Inquiry, at: datetime) -> None:
    """End all pauses of a locked inquiry: it was answered or closed, and waits for nobody."""
    for pause in inquiry.pauses.filter(ended_at=None):
        _end(inquiry, pause, at)


def _end(inquiry: Inquiry, pause: Pause, at: datetime) -> None:
    pause.ended_at = max(at, pause.started_at)
    pause.save(update_fields=["ended_at"])
    if inquiry.clock_paused_at and not inquiry.pauses.filter(ended_at=None).exists():
        inquiry.reply_due_at = due_after_pause(
            working_hours(clinic_settings()),
            inquiry.reply_due_at,
            inquiry.clock_paused_at,
            pause.ended_at,
        )
        inquiry.clock_paused_at = None
