"""What is not erased although its time is over: what is held, unread, undelivered, undecided.

All of it is asked of the database, so that a hundred thousand inquiries cost one query.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, CharField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.functions import Cast, Greatest
from django.utils import timezone

from clinic.models import AuditEvent, OutboxMessage
from clinic.models.outbox import Audience
from trials.inquiries.enums import Closing, InquiryState
from trials.inquiries.models import Hold, Inquiry, LaterConsent, SenderRequest, Submission
from trials.inquiries.querysets import InquiryQuerySet
from trials.inquiries.retention_enums import Obstacle
from trials.inquiries.sender_enums import RequestKind, RequestOutcome

# The page of an inquiry was opened, by whom does not matter; a row of a list is not read.
LOOK = "inquiry.opened"


def with_obstacles(inquiries: InquiryQuerySet, now: datetime | None = None) -> InquiryQuerySet:
    """Return inquiries, each with ``has_hold``, ``has_unread`` and so on, one for each obstacle.

    What stands against one that was merged stands against the one that goes on.
    """
    today = timezone.localdate(now)
    conditions = {
        Obstacle.HOLD: _of_any(lambda: Hold.objects.running(today).filter(inquiry=OuterRef("pk"))),
        Obstacle.LATER: _of_any(
            lambda: LaterConsent.objects.running(today).filter(inquiry=OuterRef("pk"))
        ),
        Obstacle.UNREAD: _unread(),
        Obstacle.REQUEST: _of_any(_waiting_requests),
        Obstacle.MESSAGE: _undelivered(),
        Obstacle.QUARANTINE: Q(is_quarantined=True) & ~Q(state=InquiryState.SPAM),
    }
    return inquiries.annotate(
        **{
            f"has_{obstacle}": ExpressionWrapper(condition, output_field=BooleanField())
            for obstacle, condition in conditions.items()
        }
    )


def without_obstacles(inquiries: InquiryQuerySet, now: datetime | None = None) -> InquiryQuerySet:
    """Return those of some inquiries that nothing keeps."""
    nothing = {f"has_{obstacle}": False for obstacle in Obstacle}
    return with_obstacles(inquiries, now).filter(**nothing)


def obstacles_of(inquiry: Inquiry) -> list[Obstacle]:
    """Return what keeps an inquiry that was read ``with_obstacles``."""
    return [obstacle for obstacle in Obstacle if getattr(inquiry, f"has_{obstacle}")]


def _of_any(rows: Callable[[], Any]) -> Any:
    """Return whether there is such a row of the inquiry or of one that was merged into it.

    ``rows`` speaks of the inquiry as ``OuterRef("pk")`` and ``OuterRef("reference")``. Two
    questions instead of one with OR: Postgres reads the whole table for that.
    """
    merged = Inquiry.objects.filter(Exists(rows()), merged_into=OuterRef("pk"))
    return Exists(rows()) | Exists(merged)


def _waiting_requests() -> Any:
    """Return what stands, and what the worker has not even taken notice of."""
    requests = SenderRequest.objects.filter(receipt__reference=OuterRef("reference"))
    standing = SenderRequest.objects.standing().values("pk")
    return requests.filter(Q(pk__in=standing) | Q(noticed_at__isnull=True))


def _unread() -> Any:
    """Return whether the sender wrote something after the last look at it.

    A look is the page of the inquiry itself or, from the merge on, of the one that it goes on in.
    """
    merged = Inquiry.objects.filter(merged_into=OuterRef("pk"))
    written = _unread_submissions()
    return (
        Exists(written.filter(inquiry=OuterRef("pk")))
        | Exists(written.filter(inquiry__merged_into=OuterRef("pk")))
        | Exists(_unread_notes("pk"))
        | Exists(merged.filter(Exists(_unread_notes("pk", "merged_into_id"))))
    )


def _unread_submissions() -> Any:
    since_merge = Greatest(OuterRef("received_at"), OuterRef("inquiry__closed_at"))
    return Submission.objects.filter(
        ~Exists(_look(OuterRef("inquiry_id"), OuterRef("received_at"))),
        ~Exists(_look(OuterRef("inquiry__merged_into_id"), since_merge)),
    )


def _unread_notes(*looks_at: str) -> Any:
    """Return the notes of an inquiry, said as OuterRef, after which no look came.

    ``looks_at`` names the columns of that inquiry with the ids whose looks count.
    """
    notes = SenderRequest.objects.filter(
        receipt__reference=OuterRef("reference"),
        kind=RequestKind.NOTE,
        outcome=RequestOutcome.APPLIED,
    )
    for column in looks_at:
        notes = notes.filter(~Exists(_look(OuterRef(OuterRef(column)), OuterRef("asked_at"))))
    return notes


def _look(inquiry: Any, since: Any) -> Any:
    return AuditEvent.objects.filter(
        action=LOOK,
        object_type="inquiry",
        object_id=Cast(inquiry, CharField()),
        at__gte=since,
    )


def _messages() -> Any:
    return OutboxMessage.objects.filter(
        subject_type="inquiry",
        subject_id=Cast(OuterRef("pk"), CharField()),
        audience=Audience.SENDER,
    )


def _undelivered() -> Any:
    """Return whether a message still waits or was given up, or the closing message did not arrive.

    It may never have left, or come back.
    """
    left = _messages().filter(sent_at__gte=OuterRef("closed_at"))
    untold = Inquiry.objects.filter(~Exists(left), pk=OuterRef("pk"), closing=Closing.MESSAGE)
    came_back = Q(not_told_at__isnull=False)
    return _of_any(lambda: _messages().unsent()) | Exists(untold) | came_back
