"""What belongs to one person at the desk: filters, drafts, and access in an emergency."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from trials.inquiries.enums import DraftKind, EmergencyReason
from trials.inquiries.models.inquiry import Inquiry
from trials.inquiries.models.sealed import SealedRow

EMERGENCY_LASTS = timedelta(hours=4)


class SavedFilter(models.Model):
    """A part of the inbox that somebody looks at often; holds no search text."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters"
    )
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=400)

    class Meta:
        default_permissions = ()
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="saved_filter_name_once"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class NoteDraft(SealedRow):
    """What somebody types about an inquiry and has not saved yet."""

    purpose = "draft"
    shape = {"text": str}

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="note_drafts"
    )
    kind = models.CharField(max_length=10, choices=DraftKind)
    saved_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["inquiry", "user", "kind"], name="draft_once_per_person_and_form"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class EmergencyQuerySet(models.QuerySet[Any]):
    """Accesses in an emergency."""

    def running(self, now: datetime | None = None) -> "EmergencyQuerySet":
        """Return those that open an inquiry now."""
        return self.filter(expires_at__gt=now or timezone.now())


class EmergencyAccess(models.Model):
    """Somebody opened an inquiry that is not theirs, for a stated reason and a few hours."""

    inquiry = models.ForeignKey(
        Inquiry, on_delete=models.CASCADE, related_name="emergency_accesses"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    reason = models.CharField(_("reason"), max_length=20, choices=EmergencyReason)
    case_number = models.CharField(_("case number"), max_length=30, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    expires_at = models.DateTimeField(_("ends"))

    objects = EmergencyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["user", "expires_at"], name="emergency_of_user")]
        constraints = [
            models.CheckConstraint(
                name="emergency_lasts_a_few_hours",
                condition=Q(expires_at__gt=F("opened_at"))
                & Q(expires_at__lte=F("opened_at") + EMERGENCY_LASTS),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
