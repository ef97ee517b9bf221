"""The sender's private page: what it shows, and whose it is."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from trials.inquiries.enums import ReceiptStep
from trials.inquiries.models import Inquiry, ReceiptStatus, SenderRequest
from trials.inquiries.querysets_sender import PUBLIC_FIELDS
from trials.inquiries.sender_enums import (
    ANSWERS,
    APPLIED_AT_ONCE,
    CAN_BE_UNDONE,
    STOPPING,
    RequestKind,
    RequestOutcome,
)
from trials.inquiries.tokens import receipt_hash, receipt_token


def find_receipt(token: str, now: datetime) -> ReceiptStatus | None:
    """Return the receipt of a private link; None for one that expired or that nobody was given."""
    receipts = ReceiptStatus.objects.filter(token_hash=receipt_hash(token), expires_at__gt=now)
    return receipts.first()


def inquiry_of(receipt: ReceiptStatus) -> Inquiry | None:
    """Return the inquiry of a receipt, whichever of its links that was; staff and worker only."""
    for inquiry in Inquiry.objects.filter(reference=receipt.reference):
        links = (receipt_token(inquiry.pk, n) for n in range(inquiry.receipt_renewal, -1, -1))
        if any(receipt_hash(link) == receipt.token_hash for link in links):
            return inquiry
    return None


def lock_inquiry_of(receipt: ReceiptStatus) -> Inquiry | None:
    """Return the inquiry that a request of the sender is about, locked; after a merge the other.

    Only the one that goes on is locked, so nobody who locks both of a merge waits in a ring.
    """
    while inquiry := inquiry_of(receipt):
        locked = Inquiry.objects.select_for_update()
        goes_on: Inquiry = locked.get(pk=inquiry.merged_into_id or inquiry.pk)
        is_one_of_it = inquiry == goes_on or goes_on.merged.filter(pk=inquiry.pk).exists()
        if is_one_of_it and goes_on.merged_into_id is None:
            return goes_on
    return None


@dataclass(frozen=True)
class Asked:
    """One thing that was asked for, as the private page shows it."""

    id: uuid.UUID
    kind: str
    asked_at: datetime
    undo_until: datetime | None
    outcome: str
    keep_reason: str
    is_undone: bool
    can_be_undone: bool

    @property
    def stands(self) -> bool:
        """Return whether it waits for its time or for a decision."""
        return not self.is_undone and self.outcome in ("", RequestOutcome.FOR_DECISION)


def asked_on(receipt: ReceiptStatus, now: datetime) -> list[Asked]:
    """Return what was asked for on a receipt, oldest first; reads what the public role may."""
    rows = list(
        SenderRequest.objects.filter(receipt_id=receipt.token_hash)
        .order_by("asked_at")
        .values(*PUBLIC_FIELDS)
    )
    undone = {row["about_id"] for row in rows if row["kind"] == RequestKind.UNDO}
    return [_asked(row, row["id"] in undone, now) for row in rows if row["kind"] not in ANSWERS]


def _asked(row: dict[str, object], is_undone: bool, now: datetime) -> Asked:
    kind, until, outcome = str(row["kind"]), row["undo_until"], str(row["outcome"])
    was_applied = kind in APPLIED_AT_ONCE and outcome == RequestOutcome.APPLIED
    waits = outcome == "" or was_applied
    in_time = isinstance(until, datetime) and now < until
    return Asked(
        id=row["id"],  # type: ignore[arg-type]
        kind=kind,
        asked_at=row["asked_at"],  # type: ignore[arg-type]
        undo_until=until if isinstance(until, datetime) else None,
        outcome=outcome,
        keep_reason=str(row["keep_reason"]),
        is_undone=is_undone or outcome == RequestOutcome.UNDONE,
        can_be_undone=kind in CAN_BE_UNDONE and waits and in_time and not is_undone,
    )


def offered(receipt: ReceiptStatus, asked: list[Asked]) -> list[RequestKind]:
    """Return what can be asked for now: nothing twice, and little once the request is closed."""
    if receipt.step in (ReceiptStep.ERASING, ReceiptStep.ERASED):
        return []
    once = (*STOPPING, RequestKind.UNLIST)
    standing = {one.kind for one in asked if one.stands and one.kind in once}
    kinds = [RequestKind.NOTE, RequestKind.ERASE]
    if receipt.is_listed:
        kinds.insert(0, RequestKind.UNLIST)
    if receipt.step != ReceiptStep.CLOSED:
        kinds = [
            RequestKind.WISHES,
            RequestKind.CONTACT,
            RequestKind.NOTE,
            RequestKind.WITHDRAW,
            RequestKind.ERASE,
        ]
    return [kind for kind in kinds if kind not in standing]


@dataclass(frozen=True)
class Stage:
    """One step of the way, with its day once it was reached."""

    name: str
    at: datetime | None
    is_reached: bool
    is_now: bool


_WAY = (ReceiptStep.RECEIVED, ReceiptStep.READ, ReceiptStep.TRIED, ReceiptStep.IN_CONTACT)


def way(receipt: ReceiptStatus) -> list[Stage]:
    """Return the steps from receipt to end; what was never reached is left out of a closed one."""
    is_over = receipt.step in (ReceiptStep.CLOSED, ReceiptStep.ERASING, ReceiptStep.ERASED)
    times = {
        ReceiptStep.RECEIVED: receipt.received_at,
        ReceiptStep.READ: receipt.read_at,
        ReceiptStep.TRIED: receipt.tried_at,
        ReceiptStep.IN_CONTACT: receipt.step_at if receipt.step == ReceiptStep.IN_CONTACT else None,
    }
    reached = len(_WAY) if is_over else _WAY.index(ReceiptStep(receipt.step))
    stages = [
        Stage(
            name=step.value,
            at=times[step],
            is_reached=bool(times[step]) if is_over else number <= reached,
            is_now=step == receipt.step,
        )
        for number, step in enumerate(_WAY)
    ]
    if is_over:
        stages = [stage for stage in stages if stage.is_reached]
    last = receipt.step if is_over else ReceiptStep.CLOSED.value
    return [*stages, Stage(last, receipt.closed_at, is_over, is_over)]
