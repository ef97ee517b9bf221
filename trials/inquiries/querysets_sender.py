"""Reads of what senders asked for."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from trials.inquiries.sender_enums import ANSWERS, STOPPING, RequestKind, RequestOutcome

if TYPE_CHECKING:
    from trials.inquiries.models import Inquiry

# The last undo may be on its way into the database when its time is over.
GRACE = timedelta(minutes=1)
# What the public role may read of a request: nothing that was written, no way to the inquiry.
PUBLIC_FIELDS = (
    "id",
    "receipt_id",
    "kind",
    "about_id",
    "asked_at",
    "undo_until",
    "settled_at",
    "outcome",
    "keep_reason",
)


class SenderRequestQuerySet(models.QuerySet[Any]):
    """Requests of senders."""

    def _undone(self) -> Exists:
        undo = self.model.objects.filter(kind=RequestKind.UNDO, about=OuterRef("pk"))
        return Exists(undo.values("id"))

    def about(self, inquiry: "Inquiry") -> "SenderRequestQuerySet":
        """Return what was asked about an inquiry or one that was merged into it."""
        return self.filter(receipt__reference__in=inquiry.references())

    def standing(self) -> "SenderRequestQuerySet":
        """Return what was asked, is not taken back and waits for its time or for a decision."""
        return self.exclude(kind__in=ANSWERS).filter(~self._undone(), settled_at__isnull=True)

    def stopping(self) -> "SenderRequestQuerySet":
        """Return the wishes to withdraw or to be erased that stand."""
        return self.standing().filter(kind__in=STOPPING)

    def to_work_off(self, now: datetime) -> "SenderRequestQuerySet":
        """Return what the worker has to do: new requests, and those whose days to undo are over."""
        is_due = Q(kind__in=STOPPING, outcome="", undo_until__lte=now - GRACE)
        return self.filter(Q(noticed_at__isnull=True) | Q(is_due, settled_at__isnull=True))

    def for_decision(self) -> "SenderRequestQuerySet":
        """Return the wishes to be erased that a lead has to decide about."""
        return self.stopping().filter(outcome=RequestOutcome.FOR_DECISION)
