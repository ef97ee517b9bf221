"""The worker's side of the private page: takes notice of what senders asked for, and does it.

Each request is one transaction under the inquiry's lock; its own columns say how far it has come.
A worker killed at any point leaves it as it was, and one that cannot be read holds up no other.
"""

import logging
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from clinic.audit import record_event
from clinic.models.outbox import Audience
from clinic.outbox import enqueue
from clinic.rate_limit import hit
from clinic.sealing import SealingError
from trials.inquiries.enums import WITHDRAWABLE, Closing, InquiryState
from trials.inquiries.later_enums import LaterEnd
from trials.inquiries.models import Hold, Inquiry, SenderRequest, Submission
from trials.inquiries.reach import mail_address
from trials.inquiries.receipts import lock_inquiry_of
from trials.inquiries.sender_enums import (
    APPLIED_AT_ONCE,
    STOPPING,
    PauseReason,
    RequestKind,
    RequestOutcome,
)
from trials.inquiries.services.changing import save
from trials.inquiries.services.clocks import end_pause, start_pause
from trials.inquiries.services.erasing import erase
from trials.inquiries.services.listing import end_listing
from trials.inquiries.services.writing import queue_closing_message
from trials.inquiries.tokens import submission_id

logger = logging.getLogger(__name__)

MOST_CONFIRMATIONS_A_DAY = 3
Outcome = RequestOutcome


class RequestsFailedError(Exception):
    """Some requests could not be worked off; the others were."""


def work_off_requests(now: datetime | None = None) -> int:
    """Do what is new or due; return how many requests.

    Raises RequestsFailedError, after all others are done, when some failed: the job's failure is
    shown to the operators, and staff see the request itself.
    """
    now = now or timezone.now()
    waiting = SenderRequest.objects.to_work_off(now).order_by("asked_at")
    done = failed = 0
    for pk in waiting.values_list("pk", flat=True):
        try:
            with transaction.atomic():
                done += _work_off(pk, now)
        except Exception as error:  # noqa: BLE001 - one broken request must not hold up others
            logger.error("The request %s failed: %s", pk, type(error).__name__)
            failed += 1
    if failed:
        raise RequestsFailedError(f"{failed} requests of senders could not be worked off.")
    return done


def _work_off(pk: uuid.UUID, now: datetime) -> bool:
    receipt = SenderRequest.objects.select_related("receipt").get(pk=pk).receipt
    # The inquiry is locked first, as everywhere, and then the request.
    inquiry = lock_inquiry_of(receipt)
    row = (
        SenderRequest.objects.to_work_off(now)
        .select_for_update(of=("self",), skip_locked=True)
        .filter(pk=pk)
        .first()
    )
    if row is None:
        return False
    if inquiry is None:
        logger.error("The request %s belongs to no inquiry: was RECEIPT_KEY changed?", pk)
        _settle(row, Outcome.UNREADABLE, now)
    elif inquiry.is_gone:
        _settle(row, Outcome.NOT_NEEDED, now)
    elif row.noticed_at is None:
        _notice(inquiry, row, now)
    else:
        _carry_out(inquiry, row, now)
    row.save()
    return True


def _settle(row: SenderRequest, outcome: RequestOutcome, now: datetime) -> None:
    row.outcome, row.settled_at, row.noticed_at = outcome, now, row.noticed_at or now


def _notice(inquiry: Inquiry, row: SenderRequest, now: datetime) -> None:
    """Take a new request in: staff learn of it, and what needs no waiting is done."""
    row.noticed_at = now
    try:
        with transaction.atomic():
            _TAKEN_IN[RequestKind(row.kind)](inquiry, row, now)
    except SealingError as error:
        logger.error("The sealed request %s cannot be read: %s", row.pk, type(error).__name__)
        _settle(row, Outcome.UNREADABLE, now)
    if row.is_urgent:
        inquiry.urgent_at = now
    save(inquiry)
    _record(inquiry, row)
    _tell_staff(inquiry, row, now)


def _take_undo(inquiry: Inquiry, row: SenderRequest, now: datetime) -> None:
    undone = _about(row)
    was_late = undone.undo_until is None or row.asked_at > undone.undo_until
    was_applied = undone.kind in APPLIED_AT_ONCE and undone.outcome == Outcome.APPLIED
    if was_late or (undone.settled_at and not was_applied):
        return _settle(row, Outcome.NOT_NEEDED, now)
    if was_applied and undone.kind != RequestKind.NOTE:
        is_back = _change_back(inquiry, undone, row, now)
        if not is_back:
            return _settle(row, Outcome.NOT_NEEDED, now)
    _settle(undone, Outcome.UNDONE, now)
    undone.save()
    _settle(row, Outcome.APPLIED, now)
    stops = SenderRequest.objects.about(inquiry).stopping()
    if undone.kind in STOPPING and not stops.exists():
        end_pause(inquiry, PauseReason.ASKED_TO_STOP, row.asked_at)


def _change_back(
    inquiry: Inquiry, undone: SenderRequest, row: SenderRequest, now: datetime
) -> bool:
    """Add a submission in which what was changed is as before; what changed since stays.

    Return False when the change is not among the inquiry's any more, as after an undone merge.
    """
    family = inquiry.family()
    sent = Submission.objects.filter(inquiry__in=family)
    # It may have been made before a merge, for the other inquiry.
    changed = sent.filter(pk__in=[_corrected_id(pk, undone) for pk in family]).first()
    if changed is None:
        return False
    before = sent.filter(received_at__lt=changed.received_at).latest("received_at").unsealed()
    answers = inquiry.open_answers()
    for name, value in _changed_by(undone).items():
        if answers.get(name) != value:
            continue
        if name in before:
            answers[name] = before[name]
        else:
            del answers[name]
    _add_submission(inquiry, row, answers, now)
    return True


def _take_wishes(inquiry: Inquiry, row: SenderRequest, now: datetime) -> None:
    _correct(inquiry, row, now)
    _settle(row, Outcome.APPLIED, now)


def _take_contact(inquiry: Inquiry, row: SenderRequest, now: datetime) -> None:
    """Keep the new data beside the old, which go on being used until the new are confirmed."""
    email = row.unsealed().get("email")
    earlier = SenderRequest.objects.about(inquiry).filter(kind=RequestKind.CONTACT, settled_at=None)
    earlier.filter(asked_at__lt=row.asked_at).update(outcome=Outcome.SUPERSEDED, settled_at=now)
    if _may_mail(inquiry):
        if email:
            _mail_to_sender("inquiry_confirm_address", inquiry, about=row)
        _mail_to_sender("inquiry_contact_asked", inquiry, once=row.pk)
    end_pause(inquiry, PauseReason.CONTACT_UNUSABLE, row.asked_at)


def _may_mail(inquiry: Inquiry) -> bool:
    """Return whether we write to addresses that were typed on the page: spam must not make us."""
    if inquiry.is_quarantined or inquiry.state not in WITHDRAWABLE:
        return False
    return not hit("confirm-mail", inquiry.pk.hex, MOST_CONFIRMATIONS_A_DAY, timedelta(days=1))


def _take_note(inquiry: Inquiry, row: SenderRequest, now: datetime) -> None:
    row.unsealed()
    _settle(row, Outcome.APPLIED, now)


def _take_stop(inquiry: Inquiry, row: SenderRequest, now: datetime) -> None:
    if row.kind == RequestKind.WITHDRAW and inquiry.state not in WITHDRAWABLE:
        return _settle(row, Outcome.NOT_NEEDED, now)
    start_pause(inquiry, PauseReason.ASKED_TO_STOP, row.asked_at)


def _take_off_list(inquiry: Inquiry, row: SenderRequest, now: datetime) -> None:
    was_listed = end_listing(inquiry, LaterEnd.ON_PAGE)
    _settle(row, Outcome.APPLIED if was_listed else Outcome.NOT_NEEDED, now)


def _take_confirmation(inquiry: Inquiry, row: SenderRequest, now: datetime) -> None:
    contact = _about(row)
    is_applied = apply_contact(inquiry, contact, now)
    _settle(row, Outcome.APPLIED if is_applied else Outcome.NOT_NEEDED, now)


_TAKEN_IN = {
    RequestKind.UNDO: _take_undo,
    RequestKind.WISHES: _take_wishes,
    RequestKind.CONTACT: _take_contact,
    RequestKind.NOTE: _take_note,
    RequestKind.WITHDRAW: _take_stop,
    RequestKind.ERASE: _take_stop,
    RequestKind.UNLIST: _take_off_list,
    RequestKind.CONFIRM: _take_confirmation,
}


def apply_contact(inquiry: Inquiry, contact: SenderRequest, now: datetime) -> bool:
    """Use the new contact data from now on; return False when they do not stand any more.

    Raises SealingError. The caller locked the inquiry and both saves it and records the event.
    """
    if not SenderRequest.objects.standing().filter(pk=contact.pk).exists():
        return False
    _correct(inquiry, contact, now)
    _settle(contact, Outcome.APPLIED, now)
    contact.save()
    return True


def _about(row: SenderRequest) -> SenderRequest:
    return SenderRequest.objects.select_for_update().get(answered_by=row)


def _correct(inquiry: Inquiry, row: SenderRequest, now: datetime) -> None:
    """Add a submission with what the sender changed; the earlier one stays beside it."""
    _add_submission(inquiry, row, inquiry.open_answers() | _changed_by(row), now)


def _changed_by(row: SenderRequest) -> dict[str, Any]:
    """Return what a request changes in the answers."""
    changed = {name: value for name, value in row.unsealed().items() if value}
    # Who gives an address on the private page wants it used.
    return changed | ({"may_email": True} if changed.get("email") else {})


def _add_submission(
    inquiry: Inquiry, row: SenderRequest, answers: dict[str, Any], now: datetime
) -> None:
    newest = inquiry.newest_submission()
    if answers["email"] != newest.unsealed()["email"]:
        inquiry.email_failed_at = None
    submission = Submission(
        id=_corrected_id(inquiry.pk, row),
        inquiry=inquiry,
        # The newest counts, also of two in the same run of the worker.
        received_at=max(now, newest.received_at + timedelta(microseconds=1)),
        is_first=False,
    )
    submission.seal_in(answers)
    submission.save(force_insert=True)


def _corrected_id(inquiry_id: uuid.UUID, row: SenderRequest) -> uuid.UUID:
    """Return the id of the submission that a request makes."""
    return submission_id(inquiry_id, {"request": str(row.pk)})


def _carry_out(inquiry: Inquiry, row: SenderRequest, now: datetime) -> None:
    """Do what waited for the end of the days to undo; an undo that came in time goes first."""
    if not SenderRequest.objects.stopping().filter(pk=row.pk).exists():
        return
    if row.kind == RequestKind.ERASE:
        if inquiry.was_pre_screened() or _is_held(inquiry):
            row.outcome = Outcome.FOR_DECISION
            _tell_staff(inquiry, row, now, "inquiry_erasure")
        else:
            erase(inquiry_id=inquiry.pk, why="sender")
            row.refresh_from_db()
    else:
        _settle(row, Outcome.APPLIED if _withdraw(inquiry, now) else Outcome.NOT_NEEDED, now)
    _record(inquiry, row)


def _is_held(inquiry: Inquiry) -> bool:
    return Hold.objects.running().legal().filter(inquiry__in=inquiry.family()).exists()


def _withdraw(inquiry: Inquiry, now: datetime) -> bool:
    if inquiry.state not in WITHDRAWABLE:
        return False
    answers = inquiry.newest_submission().unsealed_or_none()
    inquiry.state, inquiry.closed_at = InquiryState.WITHDRAWN, now
    is_mailed = answers and mail_address(answers) and not inquiry.is_quarantined
    inquiry.closing = Closing.MESSAGE if is_mailed else Closing.BY_SENDER
    if inquiry.closing == Closing.MESSAGE:
        queue_closing_message(inquiry)
    save(inquiry)
    return True


def _record(inquiry: Inquiry, row: SenderRequest) -> None:
    record_event(
        action="inquiry.sender_asked",
        object_type="inquiry",
        object_id=inquiry.pk,
        data={"request": str(row.pk), "kind": row.kind, "outcome": row.outcome},
    )


def _mail_to_sender(
    template: str, inquiry: Inquiry, *, about: SenderRequest | None = None, once: Any = ""
) -> None:
    enqueue(
        template=template,
        subject_type="sender_request" if about else "inquiry",
        subject_id=about.pk if about else inquiry.pk,
        audience=Audience.SENDER,
        language=inquiry.language,
        once=str(once or (about.pk if about else "")),
    )


def _tell_staff(
    inquiry: Inquiry, row: SenderRequest, now: datetime, template: str = "inquiry_sender_asked"
) -> None:
    """Queue a word to staff: one an hour for each kind of request, urgent words each time."""
    if row.is_urgent:
        template = "inquiry_urgent"
    enqueue(
        template=template,
        subject_type="inquiry",
        subject_id=inquiry.pk,
        audience=Audience.STAFF,
        language=settings.LANGUAGE_CODE,
        once=str(row.pk) if row.is_urgent else f"{inquiry.pk}/{row.kind}/{now:%FT%H}",
    )
