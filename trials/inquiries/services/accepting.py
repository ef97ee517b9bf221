"""Accepting an inquiry: all of it or nothing, under a role that can read none of it."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from clinic.models import User
from clinic.models.outbox import Audience
from clinic.outbox import enqueue
from clinic.site_facts import clinic_settings
from trials.inquiries.enums import Origin, QuarantineReason, ReceiptStep, Source
from trials.inquiries.inserts import insert_once
from trials.inquiries.models import Inquiry, InquiryTrial, ReceiptStatus, Submission
from trials.inquiries.promise import reply_due
from trials.inquiries.reach import mail_address
from trials.inquiries.services.telling import tell_of_correction, tell_of_entered, tell_of_new
from trials.inquiries.synthetic import queue_message
from trials.inquiries.tokens import receipt_hash, receipt_token, reference_for, submission_id
from trials.models import Trial

RECEIPT_LIFE = timedelta(days=180)


@dataclass(frozen=True)
class Accepted:
    """What the sender gets back."""

    reference: str
    receipt_token: str
    # What the sender gets back is the same for the same form sent again.
    is_new: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class Arrival:
    """What is known of an inquiry that did not come by the form: when it came, who looks after it.

    ``is_told`` says whether its people get word of it.
    """

    received_at: datetime
    entered_by: User
    assignee: User | None
    is_told: bool


@sensitive_variables("answers")
def accept(
    *,
    inquiry_id: uuid.UUID,
    answers: dict[str, Any],
    trial: Trial | None,
    language: str,
    origin: Origin,
    consent_version: str,
    more_trials: Sequence[Trial] = (),
    quarantine_reasons: Sequence[QuarantineReason] = (),
    source: Source = Source.WEB,
    is_urgent: bool = False,
    is_synthetic: bool = False,
    arrival: Arrival | None = None,
    and_then: Callable[[], None] | None = None,
    request: HttpRequest | None = None,
) -> Accepted:
    """Store an inquiry and all that must follow from it; return its reference and private link.

    The same answers sent again change nothing; other answers are kept beside the first ones.
    ``and_then`` stores what else belongs to a new one, in the same transaction. Raises
    TooManyCorrectionsError when corrections go on and on.
    """
    clinic, now = clinic_settings(request), timezone.now()
    received_at = arrival.received_at if arrival else now
    trials = [trial, *more_trials] if trial else list(more_trials)
    inquiry = Inquiry(
        id=inquiry_id,
        reference=reference_for(inquiry_id),
        language=language,
        source=source,
        origin=origin,
        received_at=received_at,
        reply_due_at=reply_due(clinic, received_at),
        is_quarantined=bool(quarantine_reasons),
        quarantine_reasons=list(quarantine_reasons),
        urgent_at=now if is_urgent else None,
        needs_interpreter=bool(answers.get("needs_interpreter")),
        consent_version=consent_version,
        other_trials_consent=answers["other_trials_consent"],
        is_synthetic=is_synthetic,
    )
    if arrival:
        inquiry.assignee = arrival.assignee
    elif not is_synthetic and (origin != Origin.TRIAL or quarantine_reasons):
        # The team of an open trial shares its inquiries; all others have an owner at once.
        inquiry.assignee_id = clinic.default_assignee_id
    answered = answers | {"trial": trial.nct_id if trial else ""}
    if more_trials:
        answered |= {"more_trials": [other.nct_id for other in more_trials]}
    submission = Submission(
        id=submission_id(inquiry_id, answered),
        inquiry=inquiry,
        received_at=received_at,
        is_first=True,
        is_urgent=is_urgent,
    )
    submission.seal_in(answered)
    token = receipt_token(inquiry_id, inquiry.receipt_renewal)
    with transaction.atomic(durable=True):
        submission.is_first = insert_once(inquiry)
        if not submission.is_first:
            submission.received_at = now
        is_new_submission = insert_once(submission)
        if submission.is_first:
            _store_what_follows(inquiry, trials, token, answers, arrival, request)
            if and_then:
                and_then()
        elif is_new_submission:
            tell_of_correction(inquiry, request)
    return Accepted(inquiry.reference, token, is_new=submission.is_first)


def _store_what_follows(
    inquiry: Inquiry,
    trials: Sequence[Trial],
    token: str,
    answers: dict[str, Any],
    arrival: Arrival | None,
    request: HttpRequest | None,
) -> None:
    for trial in trials:
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
            expires_at=timezone.now() + RECEIPT_LIFE,
        )
    )
    if inquiry.is_synthetic:
        queue_message(inquiry)
        return
    if arrival:
        tell_of_entered(inquiry, arrival.entered_by, is_told=arrival.is_told, request=request)
    else:
        tell_of_new(inquiry, request)
    # A quarantined one is confirmed on release: spam must not make us write to strangers.
    if mail_address(answers) and not inquiry.is_quarantined:
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
