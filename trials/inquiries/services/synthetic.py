"""Sends synthetic inquiries, follows each one to its end and leaves nothing of it but times."""

import logging
import time
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from clinic.models import OutboxMessage
from clinic.sealing import SealingError
from trials.inquiries.models import Inquiry, Submission, SyntheticRun
from trials.inquiries.models.synthetic import Failure
from trials.inquiries.services.telling import tell_of_new
from trials.inquiries.suspicion import MINIMUM_FILL_TIME
from trials.inquiries.synthetic import TEMPLATE
from trials.inquiries.synthetic_visitor import StuckError, Visitor

logger = logging.getLogger(__name__)

# A message goes out within seconds; a mail server that greylists takes some minutes.
LONGEST_WAY = timedelta(minutes=10)
TRY_AGAIN_AFTER = timedelta(minutes=2)
KEEP_RUNS = timedelta(days=30)
_FILL_TIME = MINIMUM_FILL_TIME + timedelta(seconds=1)

# In the order of the references between them: the inquiry last.
_ROWS = (
    "DELETE FROM inquiries_submission WHERE inquiry_id = %s",
    "DELETE FROM inquiries_lookuptoken WHERE inquiry_id = %s",
    "DELETE FROM inquiries_receiptstatus WHERE reference ="
    " (SELECT reference FROM inquiries_inquiry WHERE id = %s AND is_synthetic)",
    "DELETE FROM inquiries_inquiry WHERE id = %s AND is_synthetic",
)


def send_when_due(now: datetime | None = None) -> None:
    """Begin a synthetic inquiry when the last one is old enough; after a failure sooner."""
    now, every = now or timezone.now(), settings.OPERATING.synthetic_every
    last = SyntheticRun.objects.order_by("-started_at").first()
    if not every or (last and now - last.started_at < _pause_after(last, every)):
        return
    SyntheticRun.objects.filter(started_at__lt=now - KEEP_RUNS).delete()
    send()


def _pause_after(run: SyntheticRun, every: timedelta) -> timedelta:
    return min(every, TRY_AGAIN_AFTER) if run.failure else every


def send() -> SyntheticRun:
    """Send one through the public form; return its run, which says how far it came."""
    run, visitor = SyntheticRun(started_at=timezone.now()), Visitor()
    try:
        run.inquiry_id = visitor.open_form()
        # Written before it is sent, so that nothing synthetic arrives that we do not know.
        run.save()
        visitor.send(run.inquiry_id, lambda: time.sleep(_FILL_TIME.total_seconds()))
    except StuckError as error:
        run.save()
        _end(run, error.failure)
        return run
    run.accepted_at = timezone.now()
    run.save(update_fields=["accepted_at"])
    return run


def follow_all(now: datetime | None = None) -> None:
    """Bring every run as far as it has come, and see to what bears the mark without a run."""
    now = now or timezone.now()
    for run in SyntheticRun.objects.filter(finished_at=None):
        _follow(run, now)
    for inquiry in Inquiry.with_synthetic.filter(is_synthetic=True):
        known = SyntheticRun.objects.filter(inquiry_id=inquiry.pk).first()
        if known is None:
            _make_ordinary(inquiry)
        elif known.finished_at:  # it came after we had given it up
            _forget(inquiry.pk)


def _follow(run: SyntheticRun, now: datetime) -> None:
    is_late = now - run.started_at > LONGEST_WAY
    if run.accepted_at is None:
        if is_late:
            _end(run, Failure.INTERRUPTED)
        return
    if run.opened_at is None and (failure := _open(run)):
        _end(run, failure)
        return
    message = OutboxMessage.objects.for_subject("inquiry", run.inquiry_id).first()
    run.sent_at = message.sent_at if message else None
    if run.sent_at:
        _end(run)
    elif is_late:
        _end(run, Failure.MAIL)


def _open(run: SyntheticRun) -> Failure | None:
    """Open what the public door sealed; return why that did not succeed."""
    submissions = Submission.objects.select_related("inquiry")
    submission = submissions.filter(inquiry=run.inquiry_id, inquiry__is_synthetic=True).first()
    if submission is None:
        return Failure.LOST
    if submission.inquiry.is_quarantined:
        return Failure.QUARANTINED
    run.sealed_for = submission.key_id
    try:
        submission.unsealed()
    except SealingError as error:
        kind = type(error).__name__
        logger.critical("What the public door seals cannot be opened here: %s", kind)
        return Failure.KEYS
    run.opened_at = timezone.now()
    run.save(update_fields=["opened_at", "sealed_for"])
    return None


def _end(run: SyntheticRun, failure: Failure | None = None) -> None:
    """Erase all but the run, and write how it ended."""
    if failure:
        run.failure = failure
        # One may fail while doors start; what lasts becomes an alarm.
        logger.warning("A synthetic inquiry got stuck: %s", failure)
    if run.inquiry_id:
        _forget(run.inquiry_id)
    run.finished_at = timezone.now()
    run.save()


@transaction.atomic
def _forget(inquiry_id: uuid.UUID) -> None:
    marked = Inquiry.with_synthetic.filter(pk=inquiry_id, is_synthetic=True)
    if not marked.select_for_update().exists():
        return
    OutboxMessage.objects.for_subject("inquiry", inquiry_id).delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('inquiries.forgets_synthetic', 'on', true)")
        # Django's own deletion would ask for the right to delete what staff write.
        for statement in _ROWS:
            cursor.execute(statement, [inquiry_id])


@transaction.atomic
def _make_ordinary(inquiry: Inquiry) -> None:
    """Let people see an inquiry that the worker did not send: the mark must not hide a person."""
    logger.error("An inquiry was marked as synthetic that the worker did not send.")
    OutboxMessage.objects.for_subject("inquiry", inquiry.pk).filter(template=TEMPLATE).delete()
    Inquiry.with_synthetic.filter(pk=inquiry.pk).update(is_synthetic=False)
    inquiry.is_synthetic = False
    tell_of_new(inquiry, None)
