from django.db import models
from django.utils.translation import gettext_lazy as _


class Failure(models.TextChoices):
    """Where a synthetic inquiry got stuck."""

    FORM = "form", _("the form did not answer as it should")
    REFUSED = "refused", _("the form was not accepted")
    RECEIPT = "receipt", _("the private page did not open")
    LOST = "lost", _("what was accepted is not in the database")
    QUARANTINED = "quarantined", _("it was taken for spam")
    KEYS = "keys", _("no private key opens what the public door sealed")
    MAIL = "mail", _("its message did not go out")
    INTERRUPTED = "interrupted", _("the worker ended before it was sent")


class SyntheticRun(models.Model):
    """One synthetic inquiry: all that is left of it, times and the number it had."""

    # None while no form was opened.
    inquiry_id = models.UUIDField(null=True, unique=True, editable=False)
    started_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    # When everything else of it was gone.
    finished_at = models.DateTimeField(null=True)
    # Which key the public door sealed it for.
    sealed_for = models.CharField(max_length=32, blank=True)
    failure = models.CharField(max_length=20, choices=Failure, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["-started_at"], name="synthetic_run_newest")]

    def __str__(self) -> str:
        return self.started_at.isoformat()
