"""What a sender asked for, in plain text; called where the opening of the inquiry is recorded."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from trials.inquiries.models import Inquiry, SenderRequest
from trials.inquiries.sender_enums import ANSWERS, RequestKind, RequestOutcome


@dataclass(frozen=True)
class OpenRequest:
    """One request with what was written; None stands for what cannot be read."""

    row: SenderRequest
    answers: dict[str, Any] | None
    stands: bool

    @property
    def is_taken_back(self) -> bool:
        """Return whether the sender does not want it any more."""
        return not self.stands and self.row.outcome in ("", RequestOutcome.UNDONE)

    @property
    def is_unconfirmed_contact(self) -> bool:
        """Return whether this holds contact data that nobody has confirmed yet."""
        return self.stands and self.row.kind == RequestKind.CONTACT

    @property
    def can_be_taken_back(self) -> bool:
        """Return whether the days to undo are not over."""
        until = self.row.undo_until
        return self.stands and until is not None and timezone.now() < until

    @property
    def awaits_decision(self) -> bool:
        """Return whether a lead has to decide now."""
        return self.stands and self.row.outcome == RequestOutcome.FOR_DECISION


def open_requests(inquiry: Inquiry) -> list[OpenRequest]:
    """Return what the sender of an inquiry asked for, oldest first; taken-back text stays shut.

    What was asked for by the link of an inquiry that was merged into this one is among it.
    """
    rows = SenderRequest.objects.about(inquiry)
    standing = set(rows.standing().values_list("pk", flat=True))
    undone = set(rows.filter(kind=RequestKind.UNDO).values_list("about_id", flat=True))
    return [
        OpenRequest(
            row=row,
            answers={} if row.pk in undone else row.unsealed_or_none(),
            stands=row.pk in standing,
        )
        for row in rows.exclude(kind__in=ANSWERS).select_related("receipt")
    ]
