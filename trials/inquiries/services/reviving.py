"""What somebody sends to us after their inquiry was erased, from a page that was still open."""

import logging

from django.db import transaction

from clinic.audit import record_event
from clinic.models import OutboxMessage
from clinic.sealing import SealingError
from trials.inquiries.enums import Origin, QuarantineReason, Source
from trials.inquiries.models import Submission
from trials.inquiries.services.accepting import accept
from trials.models import Trial

logger = logging.getLogger(__name__)


class RevivingFailedError(Exception):
    """Some of what was sent cannot be read, so nobody is told of it."""


def revive_late_sendings() -> int:
    """Make a new inquiry of what was sent for one that had been erased; return how many.

    The form carries the id of its inquiry, and the public process, which reads none, cannot know
    that it is erased: without this the words would lie where nobody looks. Erasing deletes all
    that was sent, so whatever hangs on a tombstone came later. Raises RevivingFailedError, after
    the others, when one cannot be read.
    """
    late = Submission.objects.filter(
        inquiry__erased_at__isnull=False, inquiry__is_synthetic=False
    ).select_related("inquiry")
    done = failed = 0
    for submission in late.order_by("received_at"):
        try:
            _revive(submission)
            done += 1
        except SealingError as error:
            logger.error(
                "The late submission %s cannot be read: %s", submission.pk, type(error).__name__
            )
            failed += 1
    if failed:
        raise RevivingFailedError(f"{failed} late submissions cannot be read.")
    return done


def _revive(submission: Submission) -> None:
    erased = submission.inquiry
    answers = submission.unsealed()
    named = [answers.pop("trial", ""), *answers.pop("more_trials", [])]
    trials = [trial for nct_id in named if (trial := Trial.objects.led_to(nct_id))]
    accept(
        # Ended by force before the old row is deleted, this finds the inquiry that it made.
        inquiry_id=submission.pk,
        answers=answers,
        trial=trials[0] if trials else None,
        more_trials=trials[1:],
        language=erased.language,
        origin=Origin(erased.origin),
        consent_version=erased.consent_version,
        source=Source(erased.source),
        # What looked like spam waits for a person again before we write to anybody.
        quarantine_reasons=[QuarantineReason(reason) for reason in erased.quarantine_reasons],
        is_urgent=submission.is_urgent,
    )
    _take_away(submission)


@transaction.atomic
def _take_away(submission: Submission) -> None:
    record_event(
        action="inquiry.revived",
        object_type="inquiry",
        object_id=submission.pk,
        data={"instead_of": str(submission.inquiry_id)},
    )
    submission.delete()
    # The public process told staff of a correction.
    OutboxMessage.objects.for_subject("inquiry", submission.inquiry_id).delete()
