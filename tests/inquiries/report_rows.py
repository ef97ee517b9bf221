"""Inquiries for tests of the reports, as rows: many, with times of one's choice."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from clinic.roles import COORDINATORS
from tests.factories import make_user
from trials.inquiries.enums import OPEN, REASONS, Closing, InquiryState, Origin, Source
from trials.inquiries.models import Inquiry, InquiryTrial

_number = count(1)
DAY = timedelta(days=1)


def row(**overrides: Any) -> Inquiry:
    """Return an inquiry that is not saved: received ten days ago, and new."""
    received = overrides.pop("received_at", timezone.now() - 10 * DAY)
    number = f"{next(_number):08X}"
    state = overrides.get("state", InquiryState.NEW)
    has_ended = state not in OPEN and state != InquiryState.ENROLLED
    fields: dict[str, Any] = {
        "reference": f"{number[:4]}-{number[4:]}",
        "language": "en",
        "source": Source.WEB,
        "origin": Origin.HELP,
        "consent_version": "test",
        "received_at": received,
        "reply_due_at": received + DAY,
        "closing": Closing.TOLD if has_ended else "",
        "closed_at": received + 5 * DAY if has_ended else None,
        "end_reason": REASONS.get(InquiryState(state), ("",))[0],
        **overrides,
    }
    return Inquiry(**fields)


def save(*rows: Inquiry, trial: Any = None) -> list[Inquiry]:
    """Save rows in one statement; those in work belong to a coordinator."""
    owner = make_user(COORDINATORS)
    for one in rows:
        if one.assignee_id is None:
            one.assignee = owner
    saved = Inquiry.objects.bulk_create(rows)
    if trial:
        InquiryTrial.objects.bulk_create(InquiryTrial(inquiry=one, trial=trial) for one in saved)
    return saved


def rows(number: int, **overrides: Any) -> list[Inquiry]:
    """Return so many rows that are alike."""
    return [row(**overrides) for _ in range(number)]


def at_step(step: str, number: int = 1, received: datetime | None = None, **more: Any) -> Any:
    """Return rows that came to a step of the funnel and no further, an hour for each step."""
    states = {
        "opened": InquiryState.ASSIGNED,
        "tried": InquiryState.ATTEMPTING,
        "reached": InquiryState.IN_CONVERSATION,
        "screened": InquiryState.PRE_SCREEN_PASSED,
        "booked": InquiryState.VISIT_BOOKED,
        "enrolled": InquiryState.ENROLLED,
    }
    columns = (
        "first_opened_at",
        "first_attempt_at",
        "reached_at",
        "pre_screened_at",
        "visit_booked_at",
        "enrolled_at",
    )
    received = received or timezone.now() - 10 * DAY
    steps = list(states)[: list(states).index(step) + 1]
    times = {
        column: received + timedelta(hours=place + 1)
        for place, column in enumerate(columns[: len(steps)])
    }
    return rows(number, **{"received_at": received, "state": states[step], **times, **more})
