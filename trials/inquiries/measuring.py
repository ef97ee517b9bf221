"""How the promise to reply was kept, from the replies to people who wrote through the site."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from trials.inquiries.enums import TOLD_IN_ATTEMPTS, Closing, InquiryState, Source

# With fewer a figure says more about single people than about us.
LEAST = 20
_HOUR = timedelta(hours=1)
# Whoever called or wrote on paper was not told the promise of the page.
THROUGH_THE_SITE = (Source.WEB, Source.CLINICIAN)
NOT_SOMEBODY_WAITING = (InquiryState.SPAM, InquiryState.DUPLICATE)
# An end that the sender was told of is an answer too.
ANSWERING = (Closing.MESSAGE, Closing.TOLD, *TOLD_IN_ATTEMPTS)


@dataclass(frozen=True)
class Reply:
    """How long one sender waited in working time (None: still waits), and if we kept our word."""

    waited: timedelta | None
    is_kept: bool


@dataclass(frozen=True)
class Figures:
    """The median in full working hours, rounded up (None: unknown), and a percentage, cut off."""

    median_hours: int | None
    kept_percent: int


def measure(replies: Iterable[Reply], least: int = LEAST) -> Figures | None:
    """Return the figures, or None for too few replies; no rounding makes us look better.

    Those who still wait count as the longest. Of an even number the later of the two middle ones
    is the median.
    """
    known = list(replies)
    if len(known) < max(least, 1):
        return None
    in_order = sorted(reply.waited for reply in known if reply.waited is not None)
    middle = len(known) // 2
    hours = max(1, math.ceil(in_order[middle] / _HOUR)) if middle < len(in_order) else None
    kept = sum(reply.is_kept for reply in known)
    return Figures(median_hours=hours, kept_percent=kept * 100 // len(known))
