"""What a merge carries to the other inquiry: urgent words, and that we wait for the sender.

All else is read through the merge. These stand in columns of the inquiry that goes on, because the
order of work and the clock read them there.
"""

from datetime import datetime

from trials.inquiries.models import Inquiry, SenderRequest
from trials.inquiries.sender_enums import PauseReason
from trials.inquiries.services.clocks import end_pause, end_pauses, start_pause


def carry_over(kept: Inquiry, merged: Inquiry, now: datetime) -> None:
    """Let the one that goes on be as urgent as both were, and its clock stand still with either's.

    Both are locked, ``merged`` is still as it was, and the caller saves both.
    """
    if merged.is_open and merged.urgent_at:
        kept.urgent_at = min(kept.urgent_at or merged.urgent_at, merged.urgent_at)
    kept.needs_interpreter = kept.needs_interpreter or merged.needs_interpreter
    for pause in merged.pauses.filter(ended_at=None):
        start_pause(kept, PauseReason(pause.reason), now, pause.by)
    end_pauses(merged, now)


def give_back(kept: Inquiry, merged: Inquiry, now: datetime) -> None:
    """Let the clock of each stand still again where its own sender asked to stop.

    Called while both are locked and still one; the caller saves both. Urgent words, and contact
    data that cannot be used, stay with both until somebody has looked.
    """
    stops = SenderRequest.objects.about(kept).stopping()
    if stops.filter(receipt__reference=merged.reference).exists():
        start_pause(merged, PauseReason.ASKED_TO_STOP, now)
    if not stops.exclude(receipt__reference=merged.reference).exists():
        end_pause(kept, PauseReason.ASKED_TO_STOP, now)
