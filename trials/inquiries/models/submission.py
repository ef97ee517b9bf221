from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from trials.inquiries.enums import LookupKind, ReceiptStep
from trials.inquiries.models.inquiry import Inquiry
from trials.inquiries.models.sealed import SealedRow


class Submission(SealedRow):
    """What the sender wrote, as sent; corrected answers are a second row.

    The id is made from the inquiry and the answers, so that the same answers sent again are the
    same row.
    """

    purpose = "submission"
    shape = {"name": str, "email": str, "phone": str}

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="submissions")
    received_at = models.DateTimeField()
    is_first = models.BooleanField()
    # When the worker computed the lookup tokens, which the public role cannot.
    indexed_at = models.DateTimeField(null=True, blank=True)
    is_urgent = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        ordering = ["received_at"]
        indexes = [
            models.Index(
                fields=["received_at"],
                name="submission_to_index",
                condition=models.Q(indexed_at__isnull=True),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["inquiry"], name="submission_one_first", condition=models.Q(is_first=True)
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class LookupToken(models.Model):
    """A keyed hash of an e-mail address, phone number or part of a name, to find inquiries by."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="lookup_tokens")
    kind = models.CharField(max_length=10, choices=LookupKind)
    digest = models.BinaryField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["kind", "digest"], name="lookup_by_digest")]
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "kind", "digest"], name="lookup_token_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ReceiptStatus(models.Model):
    """What the sender's private page shows; holds no key to the inquiry."""

    token_hash = models.CharField(max_length=64, primary_key=True)
    reference = models.CharField(max_length=12, db_index=True)
    step = models.CharField(max_length=20, choices=ReceiptStep, default=ReceiptStep.RECEIVED)
    language = models.CharField(max_length=10)
    received_at = models.DateTimeField()
    reply_due_at = models.DateTimeField()
    step_at = models.DateTimeField(_("step reached"))
    expires_at = models.DateTimeField(db_index=True)
    read_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # From then on a person decides about an erasure, by the rules of retention.
    is_pre_screened = models.BooleanField(default=False)
    needs_contact = models.BooleanField(default=False)
    # The sender agreed to be told of other trials until then.
    listed_until = models.DateField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.reference

    @property
    def is_listed(self) -> bool:
        """Return whether the sender is on the list for later today."""
        return self.listed_until is not None and self.listed_until >= timezone.localdate()
