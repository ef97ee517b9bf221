"""Reads delivery status notifications (RFC 3464): which message did not arrive, and for how long.

Pure: bytes in, plain values out. What comes in was written by strangers, so nothing of it is
trusted beyond a message's id, an action and a code.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser, HeaderParser

# A report quotes the message it is about; the parts that count stand before that.
MOST_BYTES = 1_000_000
MOST_TOKENS = 10
_UUID = re.compile(
    r"(?<![0-9a-f-])[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}(?![0-9a-f-])",
    re.IGNORECASE,
)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_OF_THE_REPORT = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "In-Reply-To", "References")
_FAILED, _DELAYED = "failed", "delayed"


@dataclass(frozen=True)
class Report:
    """What a mail server says of a message: not delivered for good, or not yet.

    ``tokens`` are ids that the report names, the surest first; ``status`` is "" when it gives none.
    """

    tokens: tuple[uuid.UUID, ...]
    is_final: bool
    status: str

    @property
    def is_permanent(self) -> bool:
        """Return whether trying again is in vain, by the code's class (RFC 3463)."""
        return self.is_final and not self.status.startswith("4.")


def read_report(raw: bytes) -> Report | None:
    """Return what a message reports; None for one that reports no failure and no delay."""
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(raw[:MOST_BYTES])
        parts = list(message.walk())
    except RecursionError:  # parts within parts within parts
        return None
    blocks = [block for part in parts for block in _status_blocks(part)]
    said = [(_word(block, "Action"), _code(block)) for block in blocks]
    for action in (_FAILED, _DELAYED):
        codes = [code for one, code in said if one == action]
        if codes:
            return Report(tuple(_tokens(message, parts, blocks)), action == _FAILED, codes[0])
    return None


def _status_blocks(part: Message) -> list[Message]:
    if part.get_content_type() != "message/delivery-status":
        return []
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if _is_list(payload) else []


def _is_list(payload: object) -> bool:
    return isinstance(payload, list)


def _text(message: Message, name: str) -> str:
    return " ".join(str(value) for value in message.get_all(name, []))


def _word(block: Message, name: str) -> str:
    return next(iter(_text(block, name).lower().split()), "")


def _code(block: Message) -> str:
    found = _STATUS.match(_text(block, "Status").strip())
    return found[0] if found else ""


def _tokens(message: Message, parts: list[Message], blocks: list[Message]) -> list[uuid.UUID]:
    texts = [_text(message, name) for name in _OF_THE_REPORT]
    texts += [_text(block, "Original-Envelope-Id") for block in blocks]
    # The message itself comes after its report, as a part of its own.
    texts += [_text(part, "Message-ID") for part in _returned(parts)]
    found = dict.fromkeys(uuid.UUID(match[0]) for text in texts for match in _UUID.finditer(text))
    return list(found)[:MOST_TOKENS]


def _returned(parts: list[Message]) -> Iterator[Message]:
    for part in parts:
        if part.get_content_type() == "message/rfc822" and _is_list(part.get_payload()):
            yield from (one for one in part.get_payload() if isinstance(one, Message))
        elif part.get_content_type() in {"text/rfc822-headers", "message/rfc822-headers"}:
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield HeaderParser(policy=policy.compat32).parsestr(
                    payload.decode("utf-8", "replace")
                )
