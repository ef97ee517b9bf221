from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trials.inquiries.models.inquiry import Inquiry
from trials.inquiries.models.sealed import SealedRow
from trials.inquiries.models.submission import ReceiptStatus
from trials.inquiries.querysets_sender import SenderRequestQuerySet
from trials.inquiries.sender_enums import (
    ANSWERS,
    STOPPING,
    KeepReason,
    PauseReason,
    RequestKind,
    RequestOutcome,
)


class SenderRequest(SealedRow):
    """Something the sender asked for on the private page; what they wrote is sealed.

    The public role adds rows and reads only what the page shows (kind, times, outcome). Neither it
    nor the row knows the inquiry: the worker finds that through the receipt's reference.
    """

    purpose = "request"
    shape = {}

    receipt = models.ForeignKey(ReceiptStatus, on_delete=models.CASCADE, related_name="requests")
    kind = models.CharField(max_length=10, choices=RequestKind)
    # The earlier request that this one undoes or confirms.
    about = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, related_name="answered_by"
    )
    asked_at = models.DateTimeField()
    undo_until = models.DateTimeField(null=True)
    is_urgent = models.BooleanField(default=False)
    noticed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, choices=RequestOutcome, blank=True)
    keep_reason = models.CharField(max_length=20, choices=KeepReason, blank=True)

    objects = SenderRequestQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["asked_at"]
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="sender_request_unnoticed",
                condition=Q(noticed_at__isnull=True),
            ),
            models.Index(
                fields=["undo_until"],
                name="sender_request_to_do",
                condition=Q(kind__in=STOPPING, settled_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="sender_request_kind_is_known", condition=Q(kind__in=RequestKind.values)
            ),
            models.CheckConstraint(
                name="sender_request_answers_another",
                condition=Q(kind__in=ANSWERS, about__isnull=False)
                | (~Q(kind__in=ANSWERS) & Q(about__isnull=True)),
            ),
            models.CheckConstraint(
                name="sender_request_stops_after_days_to_undo",
                condition=~Q(kind__in=STOPPING) | Q(undo_until__isnull=False),
            ),
            models.CheckConstraint(
                name="sender_request_kept_for_a_reason",
                condition=Q(outcome=RequestOutcome.KEPT, kind=RequestKind.ERASE)
                & ~Q(keep_reason="")
                | (~Q(outcome=RequestOutcome.KEPT) & Q(keep_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def unsealed(self) -> dict[str, Any]:
        """Return what the sender wrote; nothing where the row was emptied by an erasure."""
        return super().unsealed() if self.blob else {}


class LinkRequest(SealedRow):
    """Somebody gave an e-mail address and wants the private link of their inquiries again.

    The public role only adds; the worker looks the address up, mails and deletes the row.
    """

    purpose = "link"
    shape = {"email": str}

    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return str(self.pk)


class Pause(models.Model):
    """A time in which the reply clock of an inquiry stands still: we wait for the sender."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="pauses")
    reason = models.CharField(_("reason"), max_length=20, choices=PauseReason)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        default_permissions = ()
        ordering = ["started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["inquiry", "reason"],
                name="pause_once_at_a_time",
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="pause_ends_after_its_start",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("started_at")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ReplyFigures(models.Model):
    """How the promise to reply was kept; one row that everyone may read, absent with too few."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    # Absent when more than half of the senders are still waiting.
    median_hours = models.PositiveIntegerField(null=True)
    kept_percent = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="reply_figures_one_row", condition=Q(id=1)),
            models.CheckConstraint(
                name="reply_figures_percent", condition=Q(kept_percent__lte=100)
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
