from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from trials.models.summary import PlainSummary


class TeamSignature(models.Model):
    """The trial team's word that a plain summary is right for our site. Rows stay as a record.

    It stands under a hash of the content, as approvals do: a change of a word takes it away.
    """

    summary = models.ForeignKey(
        PlainSummary,
        on_delete=models.CASCADE,
        related_name="team_signatures",
        verbose_name=_("plain summary"),
    )
    content_sha256 = models.CharField(max_length=64)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("signed by"),
    )
    signer_name = models.CharField(_("name"), max_length=200)
    signed_at = models.DateTimeField(_("signed"))

    class Meta:
        default_permissions = ()
        ordering = ["-signed_at", "-pk"]
        verbose_name = _("signature of a trial team")
        verbose_name_plural = _("signatures of trial teams")
        indexes = [models.Index(fields=["summary", "-signed_at"], name="team_signature_newest")]
        constraints = [
            models.CheckConstraint(
                name="team_signature_is_named",
                condition=~models.Q(signer_name="") & ~models.Q(content_sha256=""),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
