"""The order of work, in pages that cost the same however many inquiries there are.

The queue has six stretches, each with an index in its order: urgent words, the oldest first; ends
of which the sender does not know, because the closing message came back; running reply clocks, the
oldest first, so that what is overdue stands above the rest; inquiries with a next action, the
earliest first; the other open ones and then the closed ones, the newest first. A clock that stands
still, because we wait for the sender, does not run. A page goes on after a *place*: the stretch,
and the sort key and id of the last row before it.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, Q, prefetch_related_objects
from django.utils.dateparse import parse_date, parse_datetime

from trials.inquiries.enums import ENDS, OPEN, InquiryState
from trials.inquiries.models import Inquiry
from trials.inquiries.models.inquiry import CLOCK_STANDS
from trials.inquiries.querysets import InquiryQuerySet
from trials.models import Trial

_IN_WORK = Q(closed_at__isnull=True, state__in=OPEN)
_NOT_URGENT = _IN_WORK & Q(urgent_at__isnull=True)
_RUNS = Q(first_attempt_at__isnull=True, clock_paused_at__isnull=True)
# As the conditions of the indexes say it, so that Postgres sees that they hold.
_STANDS = _NOT_URGENT & CLOCK_STANDS


@dataclass(frozen=True)
class Stretch:
    """A part of the queue that is sorted by one field."""

    condition: Q
    field: str
    is_newest_first: bool

    def rows(self, inquiries: InquiryQuerySet, after: "Place | None") -> InquiryQuerySet:
        """Return the inquiries of this stretch in their order, those up to a place left out."""
        found = inquiries.filter(self.condition)
        if after is not None:
            beyond = "lt" if self.is_newest_first else "gt"
            found = found.filter(
                Q(**{f"{self.field}__{beyond}": after.key})
                | Q(**{self.field: after.key, f"pk__{beyond}": after.pk}),
                # Says the same less exactly, for the index.
                **{f"{self.field}__{beyond}e": after.key},
            )
        sign = "-" if self.is_newest_first else ""
        return found.order_by(f"{sign}{self.field}", f"{sign}pk")

    def key(self, inquiry: Inquiry) -> tuple[Any, uuid.UUID]:
        """Return by what the inquiries of this stretch are sorted."""
        return getattr(inquiry, self.field), inquiry.pk


_SHOWN_OF_A_TRIAL = ("nct_id", "brief_title", "our_site_open")

STRETCHES = (
    Stretch(_IN_WORK & Q(urgent_at__isnull=False), "urgent_at", False),
    Stretch(Q(not_told_at__isnull=False), "not_told_at", False),
    Stretch(_NOT_URGENT & _RUNS, "reply_due_at", False),
    Stretch(_STANDS & Q(next_action_on__isnull=False), "next_action_on", False),
    Stretch(_STANDS & Q(next_action_on__isnull=True), "received_at", True),
    Stretch(
        Q(state__in=(InquiryState.ENROLLED, *ENDS), not_told_at__isnull=True), "received_at", True
    ),
)


@dataclass(frozen=True)
class Place:
    """Behind which row a page begins; its text stands in the address."""

    stretch: int
    key: date | datetime
    pk: uuid.UUID

    def __str__(self) -> str:
        return f"{self.stretch}_{self.key.isoformat()}_{self.pk}"


def read_place(text: str) -> Place | None:
    """Return the place that a text names, None for one that we did not write."""
    number, _line, rest = text.partition("_")
    written, _line, pk = rest.partition("_")
    if number not in {str(n) for n in range(len(STRETCHES))}:
        return None
    stretch = STRETCHES[int(number)]
    try:
        is_date = stretch.field == "next_action_on"
        key = parse_date(written) if is_date else parse_datetime(written)
        place = Place(int(number), key, uuid.UUID(pk)) if key else None
    except (ValueError, OverflowError):
        return None
    if isinstance(key, datetime) and key.tzinfo is None:
        return None
    return place


@dataclass(frozen=True)
class QueuePage:
    """Some inquiries in the order of work, and where the next page begins; None on the last."""

    inquiries: list[Inquiry]
    next_place: Place | None


def queue_page(
    inquiries: InquiryQuerySet,
    *,
    size: int,
    after: Place | None = None,
    has_ended: bool = True,
) -> QueuePage:
    """Return the first ``size`` inquiries in the order of work behind a place, for a list.

    Say when no ended inquiry can be among them: Postgres would look for one through all of them.
    """
    rows = _rows(inquiries, size + 1, after, STRETCHES if has_ended else STRETCHES[:-1])
    listed, more = rows[:size], rows[size:]
    trials = Prefetch("trials", Trial.objects.only(*_SHOWN_OF_A_TRIAL))
    prefetch_related_objects(listed, trials, "pauses")
    return QueuePage(listed, _place_of(listed[-1]) if more else None)


def _rows(
    inquiries: InquiryQuerySet, number: int, after: Place | None, stretches: Sequence[Stretch]
) -> list[Inquiry]:
    """Return what follows a place in its stretch and the later ones, in one query, sorted here."""
    first = after.stretch if after else 0
    if first >= len(stretches):
        return []
    here = stretches[first].rows(inquiries, after)[:number].values("pk")
    later = [s.rows(inquiries, None)[:number].values("pk") for s in stretches[first + 1 :]]
    ids = here.union(*later, all=True)
    found: list[Inquiry] = list(
        inquiries.model.objects.filter(pk__in=ids).select_related("assignee")
    )
    rows = []
    for stretch in stretches[first:]:
        in_it = [inquiry for inquiry in found if _stretch_of(inquiry) is stretch]
        rows += sorted(in_it, key=stretch.key, reverse=stretch.is_newest_first)
    return rows[:number]


def _stretch_of(inquiry: Inquiry) -> Stretch:
    """Return the stretch in which an inquiry stands: the conditions above, for one row."""
    urgent, not_told, running, dated, undated, closed = STRETCHES
    if not inquiry.is_open:
        return not_told if inquiry.not_told_at else closed
    if inquiry.urgent_at:
        return urgent
    if inquiry.awaits_attempt and inquiry.clock_paused_at is None:
        return running
    return dated if inquiry.next_action_on else undated


def _place_of(inquiry: Inquiry) -> Place:
    stretch = _stretch_of(inquiry)
    return Place(STRETCHES.index(stretch), *stretch.key(inquiry))
