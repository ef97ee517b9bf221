"""For how long what inquiries hold is kept, and what is kept longer."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from trials.inquiries.models.inquiry import Inquiry
from trials.inquiries.retention_enums import LEGAL_HOLDS, HoldReason

LONGEST_MONTHS = 600


class RetentionRule(models.Model):
    """A decision about one end of inquiries; the newest that is in force counts.

    Rows are only added: who decided what, and why, stays. Without a row the default counts.
    """

    key = models.CharField(max_length=30)
    # None: nothing is erased by itself.
    months = models.PositiveSmallIntegerField(
        _("months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_MONTHS)],
    )
    why = models.CharField(_("why"), max_length=200)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField()
    # Later than the decision where it shortens the time: a slip can be noticed.
    in_force_from = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["-decided_at"]
        constraints = [
            models.CheckConstraint(
                name="retention_rule_months",
                condition=Q(months__isnull=True) | Q(months__gte=1, months__lte=LONGEST_MONTHS),
            ),
            models.CheckConstraint(
                name="retention_rule_not_backdated",
                condition=Q(in_force_from__gte=F("decided_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class HoldQuerySet(models.QuerySet[Any]):
    """Holds."""

    def running(self, today: date | None = None) -> "HoldQuerySet":
        """Return those that keep their inquiry today."""
        return self.filter(
            Q(until__isnull=True) | Q(until__gte=today or timezone.localdate()),
            lifted_at__isnull=True,
        )

    def legal(self) -> "HoldQuerySet":
        """Return those that stand against a sender's own wish to be erased too."""
        return self.filter(reason__in=LEGAL_HOLDS)


class Hold(models.Model):
    """An inquiry is kept although its time is over, for a reason, by a person."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="holds")
    reason = models.CharField(_("reason"), max_length=20, choices=HoldReason)
    until = models.DateField(_("until"), null=True, blank=True)
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = HoldQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["placed_at"]
        constraints = [
            models.CheckConstraint(
                name="hold_lifted_by_somebody",
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="hold_postponed_to_a_day",
                condition=~Q(reason=HoldReason.POSTPONED) | Q(until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def runs(self, now: datetime | None = None) -> bool:
        """Return whether it keeps its inquiry."""
        today = timezone.localdate(now)
        return self.lifted_at is None and (self.until is None or self.until >= today)
