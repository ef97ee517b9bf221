"""Messages that did not arrive: staff learn of it, and whoever was not told of an end waits again.

The worker reads the news from the outbox, whose rows say themselves what was taken note of: a
worker killed at any point leaves the rest for the next one, and nothing is taken note of twice.
"""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.models import OutboxMessage, User
from clinic.models.outbox import LOST, Audience
from clinic.outbox import enqueue
from trials.inquiries.enums import CLOSINGS, ENDS, TOLD_BY, Closing, InquiryState
from trials.inquiries.models import Attempt, Inquiry, SenderRequest
from trials.inquiries.receipts import inquiry_of
from trials.inquiries.services.changing import RefusedError, locked, record, save
from trials.inquiries.services.writing import CLOSING_TEMPLATE, send_closing_message

MOST_AT_ONCE = 500


def note_undelivered(now: datetime | None = None) -> int:
    """Take note of what did not reach senders; return how many messages.

    Also takes the duty away again where a closing message went out after all.
    """
    now, noted = now or timezone.now(), 0
    news = OutboxMessage.objects.news().order_by("created_at")
    for pk in news.values_list("pk", flat=True)[:MOST_AT_ONCE]:
        with transaction.atomic():
            noted += _note(pk, now)
    for inquiry_id in list(Inquiry.objects.not_told().values_list("pk", flat=True)):
        with transaction.atomic():
            _settle_what_was_sent(inquiry_id)
    return noted


def _note(pk: uuid.UUID, now: datetime) -> bool:
    # The inquiry is locked before its message, as everywhere.
    inquiry = _lock_inquiry_of(OutboxMessage.objects.get(pk=pk))
    news = OutboxMessage.objects.news().select_for_update(skip_locked=True)
    message = news.filter(pk=pk).first()
    if message is None:
        return False
    if inquiry is not None and not inquiry.erased_at:
        _take_note(inquiry, message, now)
    OutboxMessage.objects.filter(pk=pk).update(noted_at=now)
    return True


def _lock_inquiry_of(message: OutboxMessage) -> Inquiry | None:
    """Return the inquiry that goes on for the one a message is about, locked; None for nobody's."""
    if message.subject_type == "sender_request":
        row = SenderRequest.objects.filter(pk=message.subject_id).first()
        about = inquiry_of(row.receipt) if row else None
    else:
        about = Inquiry.objects.filter(pk=message.subject_id).first()
    if about is None:
        return None
    goes_on = about.merged_into_id or about.pk
    return Inquiry.objects.select_for_update().filter(pk=goes_on).first()


def _take_note(inquiry: Inquiry, message: OutboxMessage, now: datetime) -> None:
    if message.failure:
        record(
            "inquiry.mail_not_delivered",
            inquiry,
            None,
            None,
            template=message.template,
            failure=message.failure,
            code=message.failure_code,
        )
    is_lost = message.failure in LOST or message.dead_at or message.cancelled_at
    is_address = message.failure in LOST and _went_to_address_in_use(inquiry, message)
    is_duty = is_lost and message.template == CLOSING_TEMPLATE and _was_to_tell(inquiry, message)
    if is_address:
        inquiry.email_failed_at = now
    if is_duty:
        _open_duty(inquiry, now)
    if is_address or is_duty:  # else nobody's page has become old
        save(inquiry)


def _went_to_address_in_use(inquiry: Inquiry, message: OutboxMessage) -> bool:
    """Return whether nobody has given other contact data since a message was written."""
    if message.subject_type != "inquiry":
        return False
    written = message.sent_at or message.first_attempted_at or message.created_at
    return inquiry.newest_submission().received_at <= written


def _was_to_tell(inquiry: Inquiry, message: OutboxMessage) -> bool:
    """Return whether the sender should have learned of the present end by this very message."""
    if inquiry.state not in ENDS or inquiry.closing != Closing.MESSAGE or inquiry.not_told_at:
        return False
    newest = OutboxMessage.objects.for_subject("inquiry", inquiry.pk)
    newest_closing = newest.filter(template=CLOSING_TEMPLATE).order_by("created_at").last()
    return newest_closing is not None and newest_closing.pk == message.pk


def _open_duty(inquiry: Inquiry, now: datetime) -> None:
    inquiry.not_told_at, inquiry.next_action_on = now, timezone.localdate(now)
    record("inquiry.not_told", inquiry, None, None)
    enqueue(
        template="inquiry_not_told",
        subject_type="inquiry",
        subject_id=inquiry.pk,
        audience=Audience.STAFF,
        language=settings.LANGUAGE_CODE,
    )


def _settle_what_was_sent(inquiry_id: uuid.UUID) -> None:
    """End the duty when a closing message, sent again from the list of given-up ones, went out."""
    inquiry = Inquiry.objects.select_for_update().get(pk=inquiry_id)
    if inquiry.not_told_at is None:
        return
    sent = OutboxMessage.objects.for_subject("inquiry", inquiry.pk).filter(
        template=CLOSING_TEMPLATE, sent_at__gt=inquiry.not_told_at
    )
    if sent.exclude(failure__in=LOST).exists():
        inquiry.not_told_at = inquiry.next_action_on = None
        save(inquiry)
        record("inquiry.told", inquiry, None, None, closing=Closing.MESSAGE)


@transaction.atomic
def tell_otherwise(
    *,
    inquiry_id: uuid.UUID,
    closing: str,
    actor: User,
    version: int,
    told_at: datetime | None = None,
    request: HttpRequest | None = None,
) -> Inquiry:
    """Say how the sender learned of an end whose closing message did not arrive, or why not.

    A call or letter is recorded as an attempt of ``told_at``. By message: it is sent once more, to
    the address as it is now. Raises RefusedError.
    """
    inquiry = locked(inquiry_id, actor, version)
    if inquiry.not_told_at is None:
        raise RefusedError(_("Nobody has to be told of this end any more."))
    if closing not in CLOSINGS[InquiryState(inquiry.state)]:
        raise RefusedError(_("Say how the sender learns of the end, or why not."))
    inquiry.not_told_at = inquiry.next_action_on = None
    inquiry.closing = closing
    if told_by := TOLD_BY.get(Closing(closing)):
        inquiry.closing_attempt = _attempt(inquiry, told_by, actor, told_at)
    elif closing == Closing.MESSAGE:
        send_closing_message(inquiry)
    save(inquiry)
    record("inquiry.told", inquiry, actor, request, closing=closing)
    return inquiry


def _attempt(
    inquiry: Inquiry, told_by: tuple[str, str], actor: User, told_at: datetime | None
) -> Attempt:
    """Return the call or letter, recorded; raises RefusedError for one from before the end."""
    now = timezone.now()
    told_at = told_at or now
    # Staff give the minute: a call in the minute of the end came after it.
    if not _minute(inquiry.closed_at or now) <= told_at <= now:
        raise RefusedError(_("Say when: between the end of the inquiry and now."))
    channel, outcome = told_by
    return Attempt.objects.create(
        inquiry=inquiry, channel=channel, outcome=outcome, at=told_at, by=actor
    )


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
