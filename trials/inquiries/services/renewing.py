"""A new private link: asked for with an e-mail address, or given by staff after a verified call."""

import logging
import uuid
from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation

from clinic.audit import record_event
from clinic.models import User
from clinic.models.outbox import Audience
from clinic.outbox import enqueue
from clinic.rate_limit import hit
from clinic.sealing import SealingError
from trials.inquiries.enums import SILENCING, InquiryState, LookupKind
from trials.inquiries.lookup import digest, normal_email
from trials.inquiries.models import Inquiry, LinkRequest, LookupToken, ReceiptStatus, SenderRequest
from trials.inquiries.reach import mail_address
from trials.inquiries.sender_enums import IdentityCheck
from trials.inquiries.services.accepting import RECEIPT_LIFE
from trials.inquiries.services.changing import locked, record, save
from trials.inquiries.tokens import receipt_hash, receipt_token

logger = logging.getLogger(__name__)

MOST_MAILS_A_DAY = 3
MOST_INQUIRIES = 5
# Nobody writes to these people by themselves.
_SILENT = (*SILENCING, InquiryState.SPAM)


def link_to(inquiry: Inquiry) -> str:
    """Return the full address of the sender's private page, in the language of the inquiry."""
    with translation.override(inquiry.language):
        token = receipt_token(inquiry.pk, inquiry.receipt_renewal)
        return urljoin(settings.SITE_URL, reverse("inquiries:receipt", args=[token]))


@transaction.atomic
def renew_link(
    *,
    inquiry_id: uuid.UUID,
    identity: IdentityCheck,
    actor: User,
    version: int,
    request: HttpRequest | None = None,
) -> tuple[Inquiry, bool]:
    """Give a sender whom staff verified a new link; the old one stops working at once.

    Returns the inquiry, and whether the link is mailed too.
    """
    inquiry = locked(inquiry_id, actor, version)
    _renew(inquiry, timezone.now())
    record("inquiry.link_renewed", inquiry, actor, request, identity=identity)
    answers = inquiry.newest_submission().unsealed_or_none()
    is_mailed = bool(answers and mail_address(answers)) and inquiry.state not in _SILENT
    if is_mailed:
        _mail_link(inquiry, inquiry.language, once=f"{inquiry.pk}/{inquiry.receipt_renewal}")
    return inquiry, is_mailed


def _mail_link(inquiry: Inquiry, language: str, *, once: str) -> None:
    enqueue(
        template="inquiry_link",
        subject_type="inquiry",
        subject_id=inquiry.pk,
        audience=Audience.SENDER,
        language=language,
        once=once,
    )


def current_receipt(inquiry: Inquiry) -> ReceiptStatus:
    """Return the receipt of a locked inquiry's newest link, made anew where it is missing."""
    if (receipt := _receipt(inquiry)) is None:
        _renew(inquiry, timezone.now())
        receipt = _receipt(inquiry)
    if receipt is None:
        raise ReceiptStatus.DoesNotExist
    return receipt


def _renew(inquiry: Inquiry, now: datetime) -> None:
    """Move a locked inquiry's receipt, and what was asked on it, to the next link."""
    old = _receipt(inquiry)
    inquiry.receipt_renewal += 1
    new = ReceiptStatus(
        token_hash=receipt_hash(receipt_token(inquiry.pk, inquiry.receipt_renewal)),
        reference=inquiry.reference,
        language=inquiry.language,
        received_at=inquiry.received_at,
        reply_due_at=inquiry.reply_due_at,
        step_at=old.step_at if old else now,
        step=old.step if old else ReceiptStatus._meta.get_field("step").default,
        read_at=old.read_at if old else None,
        expires_at=now + RECEIPT_LIFE,
    )
    new.save(force_insert=True)
    if old:
        SenderRequest.objects.filter(receipt=old).update(receipt=new)
        ReceiptStatus.objects.filter(pk=old.pk, expires_at__gt=now).update(expires_at=now)
    save(inquiry)


def _receipt(inquiry: Inquiry) -> ReceiptStatus | None:
    token_hash = receipt_hash(receipt_token(inquiry.pk, inquiry.receipt_renewal))
    return ReceiptStatus.objects.filter(token_hash=token_hash).first()


def answer_link_requests(now: datetime | None = None) -> int:
    """Mail the link to those who asked and are known by that address; return how many mails.

    Raises SealingError, after the others are answered, when some cannot be read.
    """
    now, mails, unreadable = now or timezone.now(), 0, 0
    for pk in LinkRequest.objects.filter(failed_at=None).values_list("pk", flat=True):
        with transaction.atomic():
            asked = LinkRequest.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if asked is None:
                continue
            try:
                email = normal_email(asked.unsealed()["email"])
            except SealingError as error:
                logger.error("The link request %s cannot be read: %s", pk, type(error).__name__)
                unreadable += 1
                LinkRequest.objects.filter(pk=pk).update(failed_at=now)
                continue
            mails += _answer(asked, email, now)
            asked.delete()
    if unreadable:
        raise SealingError(f"{unreadable} requests for a link cannot be read with our keys.")
    return mails


def _answer(asked: LinkRequest, email: str, now: datetime) -> int:
    """Mail the links of an address; a link that still works goes on working, so that nobody who
    merely knows an address can break it."""
    known = LookupToken.objects.filter(
        kind=LookupKind.EMAIL, digest=digest(LookupKind.EMAIL, email)
    )
    inquiries = (
        Inquiry.objects.filter(
            pk__in=known.values("inquiry"), erased_at=None, erasure_decided_at=None
        )
        .filter(is_quarantined=False)
        .exclude(state__in=_SILENT)
        .order_by("-received_at")
        .select_for_update()
    )
    mails = 0
    for inquiry in inquiries[:MOST_INQUIRIES]:
        if _is_address_of(inquiry, email) and not _has_enough_mails(inquiry):
            _make_valid(inquiry, now)
            _mail_link(inquiry, asked.language, once=f"{inquiry.pk}/{asked.pk}")
            mails += 1
    return mails


def _is_address_of(inquiry: Inquiry, email: str) -> bool:
    """Return whether this is the address we use now; one that was replaced opens nothing."""
    record_event(action="inquiry.address_read", object_type="inquiry", object_id=inquiry.pk)
    answers = inquiry.newest_submission().unsealed_or_none() or {}
    return normal_email(answers.get("email", "")) == email


def _has_enough_mails(inquiry: Inquiry) -> bool:
    return hit("link-mail", inquiry.pk.hex, MOST_MAILS_A_DAY, timedelta(days=1))


def _make_valid(inquiry: Inquiry, now: datetime) -> None:
    receipt = _receipt(inquiry)
    if receipt is None or receipt.expires_at <= now:
        _renew(inquiry, now)
        record_event(
            action="inquiry.link_renewed",
            object_type="inquiry",
            object_id=inquiry.pk,
            data={"identity": "address"},
        )
    else:
        receipt.expires_at = now + RECEIPT_LIFE
        receipt.save(update_fields=["expires_at"])
