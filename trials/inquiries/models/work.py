from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from trials.inquiries.enums import Channel, Outcome, TeamRole, Visibility
from trials.inquiries.models.inquiry import Inquiry
from trials.inquiries.models.sealed import SealedRow
from trials.inquiries.querysets import NoteQuerySet


class Attempt(models.Model):
    """One try to reach the sender."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="attempts")
    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )

    class Meta:
        default_permissions = ()
        ordering = ["at"]

    def __str__(self) -> str:
        return str(self.pk)


class Note(SealedRow):
    """Something staff wrote down about an inquiry or about an attempt."""

    purpose = "note"
    shape = {"text": str}

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="notes")
    attempt = models.OneToOneField(
        Attempt, on_delete=models.CASCADE, null=True, blank=True, related_name="note"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    visibility = models.CharField(_("who may read it"), max_length=20, choices=Visibility)

    objects = NoteQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["written_at"]

    def __str__(self) -> str:
        return str(self.pk)


class TrialTeamMember(models.Model):
    """A person whose trial it is: sees the inquiries that name the trial."""

    trial = models.ForeignKey(
        "trials.Trial", on_delete=models.CASCADE, related_name="team", verbose_name=_("trial")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="trial_teams",
        verbose_name=_("person"),
    )
    role = models.CharField(
        _("role"), max_length=20, choices=TeamRole, default=TeamRole.COORDINATOR
    )

    class Meta:
        verbose_name = _("trial team member")
        verbose_name_plural = _("trial teams")
        default_permissions = ()
        ordering = ["trial__nct_id", "user__email"]
        constraints = [
            models.UniqueConstraint(fields=["trial", "user"], name="team_member_once_per_trial")
        ]

    def __str__(self) -> str:
        return f"{self.trial.nct_id} {self.user.email}"
