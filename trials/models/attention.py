"""What staff have to look at in the mirror, and what they confirmed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trials.enums import AlertKind
from trials.models.trial import Trial
from trials.querysets import RegistryAlertQuerySet


class RegistryAlert(models.Model):
    """A trial that somebody has to look at: closed, stopped, missing, or rewritten."""

    trial = models.ForeignKey(
        Trial, on_delete=models.CASCADE, related_name="alerts", verbose_name=_("trial")
    )
    kind = models.CharField(_("what happened"), max_length=20, choices=AlertKind)
    raised_at = models.DateTimeField(_("raised"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )

    objects = RegistryAlertQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at", "trial__nct_id"]
        verbose_name = _("registry alert")
        verbose_name_plural = _("registry alerts")
        default_permissions = ("view",)
        permissions = [("settle_registryalert", "Can settle registry alerts")]
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "kind"],
                condition=Q(settled_at__isnull=True),
                name="registry_alert_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.trial_id} {self.kind}"


class SiteConfirmation(models.Model):
    """One word of our team that our site is open for a trial."""

    trial = models.ForeignKey(
        Trial, on_delete=models.CASCADE, related_name="confirmations", verbose_name=_("trial")
    )
    confirmed_at = models.DateTimeField(_("confirmed"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("confirmed by"),
    )

    class Meta:
        ordering = ["-confirmed_at"]
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["trial", "-confirmed_at"], name="confirmation_newest")]

    def __str__(self) -> str:
        return f"{self.trial_id} {self.confirmed_at:%Y-%m-%d}"
