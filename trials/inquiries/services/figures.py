"""The figures of the reply promise: computed by the worker from real data, read by everybody."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from clinic.site_facts import clinic_settings
from trials.inquiries.clock import WorkingHours
from trials.inquiries.enums import Origin
from trials.inquiries.measuring import (
    ANSWERING,
    NOT_SOMEBODY_WAITING,
    THROUGH_THE_SITE,
    Reply,
    measure,
)
from trials.inquiries.models import Inquiry, ReplyFigures
from trials.inquiries.promise import waiting, working_hours
from trials.inquiries.querysets import InquiryQuerySet

WINDOW = timedelta(days=90)


def measure_replies(now: datetime | None = None) -> None:
    """Bring the public figures up to date; nothing is written while they stay the same.

    What is written makes cached pages old. With too few inquiries there is no row.
    """
    now = now or timezone.now()
    hours = working_hours(clinic_settings())
    figures = measure(_replies(_counted(now), hours, now))
    with transaction.atomic():
        row = ReplyFigures.objects.select_for_update().first()
        if figures is None:
            if row:
                row.delete()
        elif row is None or (row.median_hours, row.kept_percent) != (
            figures.median_hours,
            figures.kept_percent,
        ):
            ReplyFigures.objects.update_or_create(pk=1, defaults=asdict(figures))


def _counted(now: datetime) -> InquiryQuerySet:
    """Return whom the promise was made to in the last 90 days and had come due.

    Counting only what is due keeps a quick answer of today from weighing more than a late one.
    Left out are those who ended it themselves before we could answer, and those we wait for.
    """
    answered = Q(first_attempt_at__isnull=False) | Q(closing__in=ANSWERING)
    still_waits = Q(closed_at__isnull=True, clock_paused_at__isnull=True)
    return (
        Inquiry.objects.filter(
            answered | still_waits,
            received_at__gte=now - WINDOW,
            reply_due_at__lte=now,
            source__in=THROUGH_THE_SITE,
            is_quarantined=False,
        )
        .exclude(origin=Origin.ENTERED)  # the time of receipt is what staff typed
        .exclude(state__in=NOT_SOMEBODY_WAITING)
        .prefetch_related("pauses")
    )


def _replies(inquiries: InquiryQuerySet, hours: WorkingHours, now: datetime) -> Iterator[Reply]:
    for inquiry in inquiries.iterator(chunk_size=500):
        answered_at = inquiry.first_attempt_at or inquiry.closed_at
        if answered_at is None:
            yield Reply(None, is_kept=False)
        else:
            waited = waiting(inquiry, hours, now).worked
            yield Reply(waited, is_kept=answered_at <= inquiry.reply_due_at)
