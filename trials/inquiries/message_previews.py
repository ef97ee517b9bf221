"""What would go out to a sender, shown to staff before they do something."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from trials.inquiries.enums import CLOSINGS, Closing, InquiryState
from trials.inquiries.message_keys import KEYS_OF_ENDS, MessageKey
from trials.inquiries.models import Inquiry
from trials.inquiries.sender_texts import FilledIn, preview_of


@dataclass(frozen=True)
class MessageOut:
    """A message with the step that sends it; no text where the step sends none."""

    title: str | Promise
    text: FilledIn | None = None
    why_none: str | Promise = ""


def messages_out(
    inquiry: Inquiry, ends: Sequence[InquiryState], *, has_address: bool
) -> dict[str, Any]:
    """Return the messages of the next steps: ``tried``, ``next_step``, and those of the ``ends``.

    Nothing of it is written by hand: no words about a person can get into a mail.
    """
    keys = [KEYS_OF_ENDS[end] for end in ends if end in KEYS_OF_ENDS] if has_address else []
    if inquiry.is_open and has_address:
        keys += [MessageKey.TRIED, MessageKey.NEXT_STEP]
    texts = preview_of(inquiry, keys) if keys else {}
    return {
        "tried": MessageOut(MessageKey.TRIED.label, texts.get(MessageKey.TRIED)),
        "next_step": MessageOut(MessageKey.NEXT_STEP.label, texts.get(MessageKey.NEXT_STEP)),
        "ends": [_of_end(end, texts) for end in ends],
    }


def _of_end(end: InquiryState, texts: dict[MessageKey, FilledIn]) -> MessageOut:
    key = KEYS_OF_ENDS.get(end)
    if key is None:
        return MessageOut(end.label, why_none=Closing(CLOSINGS[end][0]).label)
    if key not in texts:
        return MessageOut(
            end.label, why_none=_("No message by e-mail: tell the sender by phone or letter.")
        )
    return MessageOut(end.label, texts[key])
