"""Accepting an inquiry: all of it or nothing, under a role that can read none of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from clinic.models.outbox import Audience
from clinic.outbox import enqueue
from clinic.site_facts import clinic_settings
from trials.inquiries.enums import Origin, QuarantineReason, ReceiptStep, Source
from trials.inquiries.inserts import insert_once
from trials.inquiries.models import Inquiry, InquiryTrial, ReceiptStatus, Submission
from trials.inquiries.promise import reply_due
from trials.inquiries.services.telling import tell_of_correction, tell_of_new
from trials.inquiries.tokens import receipt_hash, receipt_token, reference_for, submission_id
from trials.models import Trial

RECEIPT_LIFE = timedelta(days=180)


@dataclass(frozen=True)
class Accepted:
    """What the sender gets back."""

    reference: str
    receipt_token: str


@sensitive_variables("answers")
def accept(
    *,
    inquiry_id: uuid.UUID,
    answers: dict[str, Any],
    trial: Trial | None,
    language: str,
    origin: Origin,
    consent_version: str,
    quarantine_reasons: Sequence[QuarantineReason] = (),
    source: Source = Source.WEB,
    request: HttpRequest | None = None,
) -> Accepted:
    """Store an inquiry and all that must follow from it; return its reference and private link.

    The same answers sent again change nothing; other answers are kept beside the first ones.
    Raises TooManyCorrectionsError when that goes on and on.
    """
    clinic, now = clinic_settings(request), timezone.now()
    inquiry = Inquiry(
        id=inquiry_id,
        reference=reference_for(inquiry_id),
        language=language,
        source=source,
        origin=origin,
        # The team of an open trial shares its inquiries; all others have an owner at once.
        assignee_id=clinic.default_assignee_id
        if origin != Origin.TRIAL or quarantine_reasons
        else None,
        received_at=now,
        reply_due_at=reply_due(clinic, now),
        is_quarantined=bool(quarantine_reasons),
        quarantine_reasons=list(quarantine_reasons),
        consent_version=consent_version,
        other_trials_consent=answers["other_trials_consent"],
    )
    answered = answers | {"trial": trial.nct_id if trial else ""}
    submission = Submission(
        id=submission_id(inquiry_id, answered), inquiry=inquiry, received_at=now, is_first=True
    )
    submission.seal_in(answered)
    token = receipt_token(inquiry_id, inquiry.receipt_renewal)
    with transaction.atomic(durable=True):
        submission.is_first = insert_once(inquiry)
        is_new_submission = insert_once(submission)
        if submission.is_first:
            _store_what_follows(inquiry, trial, token, answers, request)
        elif is_new_submission:
            tell_of_correction(inquiry, request)
    return Accepted(inquiry.reference, token)


def _store_what_follows(
    inquiry: Inquiry,
    trial: Trial | None,
    token: str,
    answers: dict[str, Any],
    request: HttpRequest | None,
) -> None:
    if trial:
        insert_once(InquiryTrial(inquiry=inquiry, trial=trial))
    insert_once(
        ReceiptStatus(
            token_hash=receipt_hash(token),
            reference=inquiry.reference,
            step=ReceiptStep.RECEIVED,
            language=inquiry.language,
            received_at=inquiry.received_at,
            reply_due_at=inquiry.reply_due_at,
            step_at=inquiry.received_at,
            expires_at=inquiry.received_at + RECEIPT_LIFE,
        )
    )
    tell_of_new(inquiry, request)
    # A quarantined one is confirmed on release: spam must not make us write to strangers.
    if answers["email"] and not inquiry.is_quarantined:
        confirm_by_mail(inquiry)


def confirm_by_mail(inquiry: Inquiry) -> None:
    """Queue the confirmation to the sender, who gave an e-mail address."""
    enqueue(
        template="inquiry_received",
        subject_type="inquiry",
        subject_id=inquiry.pk,
        audience=Audience.SENDER,
        language=inquiry.language,
    )
