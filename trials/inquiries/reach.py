"""When staff may say that somebody could not be reached."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from trials.inquiries.enums import Channel

ATTEMPTS_NEEDED = 3
TIME_NEEDED = timedelta(weeks=2)


def given_channels(email: str, phone: str) -> set[Channel]:
    """Return the channels that the sender's contact data allow."""
    return ({Channel.EMAIL} if email else set()) | ({Channel.PHONE} if phone else set())


def tried_enough(
    *, attempts: Sequence[tuple[str, datetime]], given: Collection[str], now: datetime
) -> bool:
    """Return whether the attempts (channel, time) reach the clinic's rule (design, vocabulary).

    Three attempts, every channel the sender gave, and two weeks since the first. A text message
    counts as the phone.
    """
    if len(attempts) < ATTEMPTS_NEEDED:
        return False
    used = {Channel.PHONE if channel == Channel.TEXT else channel for channel, _ in attempts}
    return set(given) <= used and now - min(at for _, at in attempts) >= TIME_NEEDED
