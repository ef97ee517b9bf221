"""What the sender asks for on the private page: one sealed row, under a role that reads none."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from clinic.audit import record_event
from clinic.rate_limit import hit
from trials.inquiries.inserts import insert_once
from trials.inquiries.models import LinkRequest, ReceiptStatus, SenderRequest
from trials.inquiries.sender_enums import CAN_BE_UNDONE, RequestKind
from trials.inquiries.tokens import request_id

TIME_TO_UNDO = timedelta(days=7)
# Far more than a person needs; the table must not fill up.
MOST_A_DAY = 20


class TooManyRequestsError(Exception):
    """One private page asked for very much today; this was not stored."""


@sensitive_variables("answers")
def ask(
    *,
    receipt: ReceiptStatus,
    kind: RequestKind,
    answers: dict[str, Any] | None = None,
    about: uuid.UUID | None = None,
    once: str = "",
    is_urgent: bool = False,
    request: HttpRequest | None = None,
) -> bool:
    """Store what the sender asks for; return False when the same was stored before.

    ``once`` tells two wishes with the same words apart: it stands in the form. Raises
    TooManyRequestsError beyond the day's limit.
    """
    now = timezone.now()
    parts = {"kind": kind, "about": str(about or ""), "once": once, "answers": answers or {}}
    row = SenderRequest(
        id=request_id(receipt.token_hash, parts),
        receipt_id=receipt.token_hash,
        kind=kind,
        about_id=about,
        asked_at=now,
        undo_until=now + TIME_TO_UNDO if kind in CAN_BE_UNDONE else None,
        is_urgent=is_urgent,
    )
    row.seal_in(answers or {})
    with transaction.atomic(durable=True):
        is_new = insert_once(row)
        if is_new:
            if hit("sender-request", receipt.token_hash, MOST_A_DAY, timedelta(days=1)):
                raise TooManyRequestsError
            record_event(
                action="receipt.asked",
                object_type="receipt",
                object_id=receipt.token_hash,
                data={"kind": kind},
                request=request,
            )
    return is_new


@sensitive_variables("email")
def ask_for_link(*, email: str, language: str, request: HttpRequest | None = None) -> None:
    """Store an address whose owner wants the private link again; nothing says if it is known."""
    row = LinkRequest(id=uuid.uuid4(), language=language, asked_at=timezone.now())
    row.seal_in({"email": email})
    with transaction.atomic(durable=True):
        insert_once(row)
        record_event(
            action="receipt.link_asked",
            object_type="link_request",
            object_id=row.pk,
            request=request,
        )
