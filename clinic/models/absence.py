"""While somebody who keeps pages true is away, and who does it for them."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Absences by day."""

    def on(self, day: date) -> "AbsenceQuerySet":
        """Return the absences of that day that nobody has ended."""
        return self.filter(first_day__lte=day, last_day__gte=day, ended_at=None)

    def to_come(self, today: date) -> "AbsenceQuerySet":
        """Return the absences of today and later that nobody has ended."""
        return self.filter(last_day__gte=today, ended_at=None)


class Absence(models.Model):
    """Days on which a deputy looks after somebody's pages too. Rows stay as a record."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="absences",
        verbose_name=_("who is away"),
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("deputy"),
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    ended_at = models.DateTimeField(_("ended early at"), null=True, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="absence_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(user=F("deputy")), name="absence_has_another_as_deputy"
            ),
        ]
        verbose_name = _("absence")
        verbose_name_plural = _("absences")

    def __str__(self) -> str:
        return str(self.pk)
