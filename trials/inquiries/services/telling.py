"""Telling staff that somebody wrote: an audit event each time, but never a flood of mails."""

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from clinic.audit import record_event
from clinic.models import User
from clinic.models.outbox import Audience
from clinic.outbox import enqueue
from clinic.rate_limit import hit
from trials.inquiries.enums import QuarantineReason
from trials.inquiries.models import Inquiry

# Far beyond what a person corrects; nobody needs more, and the table must not fill up.
MOST_CORRECTIONS_A_DAY = 20
_HOUR = timedelta(hours=1)


class TooManyCorrectionsError(Exception):
    """One form was sent with ever different answers; this one was not stored."""


def tell_of_new(inquiry: Inquiry, request: HttpRequest | None) -> None:
    """Record the arrival and queue a word to staff; a flood from one network is one mail an hour.

    What came in a flood waits in quarantine, which the joined mail leads to. Urgent words are told
    of at once, those of a flood once an hour.
    """
    _record("inquiry.received", inquiry, request)
    until = _next_full_hour()
    is_flood = QuarantineReason.TOO_MANY in inquiry.quarantine_reasons
    if inquiry.urgent_at:
        _enqueue("inquiry_urgent", inquiry, once=f"flood/{until:%FT%H}" if is_flood else "")
    if is_flood:
        _enqueue("inquiry_flood", inquiry, send_after=until, once=f"{until:%FT%H}")
    elif not inquiry.urgent_at:
        _enqueue("inquiry_nudge", inquiry)


def tell_of_entered(
    inquiry: Inquiry, actor: User, *, is_told: bool, request: HttpRequest | None
) -> None:
    """Record that somebody entered an inquiry, and queue a word to its people if wanted."""
    _record("inquiry.entered", inquiry, request, actor)
    if is_told:
        _enqueue("inquiry_urgent" if inquiry.urgent_at else "inquiry_nudge", inquiry)


def tell_of_correction(inquiry: Inquiry, request: HttpRequest | None) -> None:
    """Record a correction and queue a word to staff: the first of an hour at once, others joined.

    Raises TooManyCorrectionsError, which takes the correction back, beyond the day's limit.
    """
    key = inquiry.pk.hex
    if hit("correction", key, MOST_CORRECTIONS_A_DAY, timedelta(days=1)):
        raise TooManyCorrectionsError
    _record("inquiry.corrected", inquiry, request)
    if inquiry.urgent_at:
        _enqueue("inquiry_urgent", inquiry)
    if hit("correction-mail", key, 1, _HOUR):
        until = _next_full_hour()
        _enqueue("inquiry_corrected", inquiry, send_after=until, once=f"{key}/{until:%FT%H}")
    else:
        _enqueue("inquiry_corrected", inquiry)


def _next_full_hour() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0) + _HOUR


def _record(
    action: str, inquiry: Inquiry, request: HttpRequest | None, actor: User | None = None
) -> None:
    record_event(
        action=action,
        actor=actor,
        object_type="inquiry",
        object_id=inquiry.pk,
        data={"origin": inquiry.origin, "quarantine": inquiry.quarantine_reasons},
        request=request,
    )


def _enqueue(
    template: str, inquiry: Inquiry, *, send_after: datetime | None = None, once: str = ""
) -> None:
    enqueue(
        template=template,
        subject_type="inquiry",
        subject_id=inquiry.pk,
        audience=Audience.STAFF,
        language=settings.LANGUAGE_CODE,
        send_after=send_after,
        once=once,
    )
