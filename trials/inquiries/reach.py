"""When staff may say that somebody could not be reached, and what is missing until then."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from trials.inquiries.enums import Channel, Outcome

ATTEMPTS_NEEDED = 3
TIME_NEEDED = timedelta(weeks=2)


@dataclass(frozen=True)
class Missing:
    """What the clinic's rule still asks for; false when it asks for nothing."""

    attempts: int
    channels: frozenset[str]
    # The first moment at which two weeks have passed, None when they have or none has begun.
    not_before: datetime | None

    def __bool__(self) -> bool:
        return bool(self.attempts or self.channels or self.not_before)


def mail_address(answers: Mapping[str, Any]) -> str:
    """Return the address to which we may write, "" for none.

    Who fills in the form gives the address for that. Of somebody whose call or letter was entered
    we may know an address that they do not want used: others may read what comes there.
    """
    return str(answers["email"]) if answers.get("may_email", True) else ""


def given_channels(email: str, phone: str, address: str = "") -> set[Channel]:
    """Return the channels that the sender's contact data allow.

    A letter counts for who gave nothing else: nobody has to write to a person they can call.
    """
    given = ({Channel.EMAIL} if email else set()) | ({Channel.PHONE} if phone else set())
    return given or ({Channel.LETTER} if address else set())


def missing_attempts(
    *,
    attempts: Sequence[tuple[str, str, datetime]],
    given: Collection[str],
    now: datetime,
) -> Missing:
    """Return what is missing before the end "could not reach" (design, vocabulary).

    The rule: three attempts over every channel the sender gave, two channels where two were given,
    and two weeks since the first. ``attempts`` are (channel, outcome, time). A text message counts
    as the phone. A talk with the sender is no failed attempt: counting starts anew after it.
    """
    talks = [at for _channel, outcome, at in attempts if outcome == Outcome.SPOKE]
    since = max(talks, default=None)
    failed = [
        (Channel.PHONE if channel == Channel.TEXT else channel, at)
        for channel, outcome, at in attempts
        if outcome != Outcome.SPOKE and (since is None or at > since)
    ]
    channels = frozenset(given) - {channel for channel, _at in failed}
    end = min((at for _channel, at in failed), default=now) + TIME_NEEDED
    return Missing(
        # Each channel that was not tried needs an attempt of its own.
        attempts=max(ATTEMPTS_NEEDED - len(failed), len(channels)),
        channels=channels,
        not_before=end if end > now else None,
    )
