"""What a new installation starts from in this room: the messages to senders, as drafts."""

from typing import Any

from trials.inquiries.message_seeds import add_missing


def set_up(context: Any) -> None:
    """Add the messages that are missing; overwrite nothing."""
    context.say(f"Messages to senders: {add_missing()} drafts added.")
