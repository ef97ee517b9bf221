"""Who agreed to be told of other trials later."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from trials.inquiries.later_enums import AgreedBy, LaterEnd
from trials.inquiries.models.inquiry import Inquiry


class LaterConsentQuerySet(models.QuerySet[Any]):
    """Consents to be told later."""

    def running(self, today: date | None = None) -> "LaterConsentQuerySet":
        """Return those that hold today."""
        return self.filter(until__gte=today or timezone.localdate(), ended_at__isnull=True)


class LaterConsent(models.Model):
    """A person agreed that their ended inquiry is kept until a day, to be told of other trials.

    It is a consent of its own, apart from that of the form, and ends by itself. Rows are only
    added and ended: who agreed to what, and until when, stays.
    """

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="later_consents")
    agreed_on = models.DateField(_("agreed on"))
    agreed_by = models.CharField(_("agreed"), max_length=20, choices=AgreedBy)
    consent_version = models.CharField(_("version of the consent text"), max_length=80)
    until = models.DateField(_("until"))
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    # None where the person did it, or the worker.
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    end_reason = models.CharField(max_length=20, choices=LaterEnd, blank=True)

    objects = LaterConsentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["until", "pk"]
        indexes = [
            models.Index(
                fields=["until"], name="later_not_ended", condition=Q(ended_at__isnull=True)
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["inquiry"],
                name="later_once_at_a_time",
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="later_has_its_time", condition=Q(until__gt=F("agreed_on"))
            ),
            models.CheckConstraint(
                name="later_ends_for_a_reason",
                condition=Q(ended_at__isnull=True, end_reason="")
                | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
