"""Takes reports of mail servers into the outbox: which of our messages did not arrive."""

import logging
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from clinic.audit import record_event
from clinic.bounces import Report, read_report
from clinic.models import OutboxMessage
from clinic.models.outbox import DeliveryFailure

logger = logging.getLogger(__name__)

_RISING = ["", *DeliveryFailure.values]


class Taken(StrEnum):
    """What became of a report."""

    RECORDED = "recorded"
    KNOWN = "known already"
    UNKNOWN = "about no message of ours"
    NO_REPORT = "no report of a failure"


def failure_of(report: Report) -> DeliveryFailure:
    """Return what a report means for its message."""
    if not report.is_final:
        return DeliveryFailure.DELAYED
    return DeliveryFailure.BOUNCED if report.is_permanent else DeliveryFailure.EXPIRED


@transaction.atomic
def record_report(raw: bytes, *, now: datetime | None = None) -> Taken:
    """Note what a mail server reports of one of our messages; the same report again does nothing.

    Who is concerned takes note later, see ``OutboxQuerySet.news``: a report that comes while the
    worker is down is not lost. Logs never hold a word of the report but its code.
    """
    report = read_report(raw)
    if report is None:
        logger.info("A message to the bounce address reports no failure")
        return Taken.NO_REPORT
    ours = OutboxMessage.objects.select_for_update().filter(pk__in=report.tokens)
    found = {message.pk: message for message in ours}
    message = next((found[token] for token in report.tokens if token in found), None)
    if message is None:
        logger.warning("A delivery report is about no message of ours: %s", report.status or "?")
        return Taken.UNKNOWN
    failure = failure_of(report)
    if _RISING.index(failure) <= _RISING.index(message.failure):
        return Taken.KNOWN
    message.failure, message.failure_code = failure, report.status
    message.failed_at, message.noted_at = now or timezone.now(), None
    message.save(update_fields=["failure", "failure_code", "failed_at", "noted_at"])
    record_event(
        action="outbox.not_delivered",
        object_type="outbox",
        object_id=message.pk,
        data={"template": message.template, "failure": failure, "code": report.status},
    )
    return Taken.RECORDED
