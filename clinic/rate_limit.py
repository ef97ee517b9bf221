"""A sliding window in Postgres that knows nobody: keys are hashed with a key of the day."""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from clinic.client_address import Address, bucket
from clinic.models import RateLimitHit

LONGEST_WINDOW = timedelta(days=1)


def _key(scope: str, client_key: str, moment: datetime) -> str:
    day_key = hmac.digest(
        settings.SECRET_KEY.encode(), f"rate-limit/{moment:%F}".encode(), "sha256"
    )
    return hmac.new(day_key, f"{scope}\0{client_key}".encode(), hashlib.sha256).hexdigest()


def hit(scope: str, client_key: str | Address | None, limit: int, window: timedelta) -> bool:
    """Count one use; return True when it is over ``limit`` uses within ``window`` (≤ a day).

    An address counts as its network (IPv4 /32, IPv6 /64). Over the limit nothing more is stored,
    so that a flood does not fill the table. Only INSERT and SELECT: the public role has no more.
    """
    if window > LONGEST_WINDOW:
        raise ValueError("The keys of the day allow windows of a day at most.")
    client = client_key if isinstance(client_key, str) else bucket(client_key)
    now = timezone.now()
    keys = {_key(scope, client, moment) for moment in (now, now - LONGEST_WINDOW)}
    hits = RateLimitHit.objects.filter(scope=scope, key__in=keys, at__gt=now - window)
    if hits.count() >= limit:
        return True
    RateLimitHit.objects.bulk_create(
        [RateLimitHit(scope=scope, key=_key(scope, client, now), at=now)]
    )
    return hits.count() > limit


def forget_old_hits() -> int:
    """Delete what no window reaches any more; return how many rows."""
    return RateLimitHit.objects.filter(at__lt=timezone.now() - LONGEST_WINDOW).delete()[0]
