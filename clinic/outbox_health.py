"""How the outbox does, in one statement: what waits and since when, what was sent and given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from clinic.models import OutboxMessage


@dataclass(frozen=True)
class OutboxHealth:
    """Messages that wait now, and what became of those that were written in a period.

    ``oldest`` is how long the message has waited that should have gone out first, None for none.
    """

    waiting: int
    oldest: timedelta | None
    sent: int
    sent_again: int
    cancelled: int
    given_up: int


def outbox_health(first: datetime, last: datetime, now: datetime | None = None) -> OutboxHealth:
    """Return the figures; the period is half open and only narrows what was sent and given up."""
    now = now or timezone.now()
    waits = Q(sent_at=None, cancelled_at=None, dead_at=None, next_attempt_at__lte=now) | Q(
        sent_at=None, cancelled_at=None, dead_at=None, attempts__gt=0
    )
    written = Q(created_at__gte=first, created_at__lt=last)
    found = OutboxMessage.objects.aggregate(
        waiting=Count("pk", filter=waits),
        since=Min("created_at", filter=waits),
        sent=Count("pk", filter=written & Q(sent_at__isnull=False)),
        sent_again=Count("pk", filter=written & Q(sent_at__isnull=False, attempts__gt=1)),
        cancelled=Count("pk", filter=written & Q(cancelled_at__isnull=False)),
        given_up=Count("pk", filter=written & Q(dead_at__isnull=False, cancelled_at=None)),
    )
    since = found.pop("since")
    return OutboxHealth(oldest=now - since if since else None, **found)
