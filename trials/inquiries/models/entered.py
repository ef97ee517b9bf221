"""Inquiries that came by phone, fax or letter, as staff entered them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from trials.inquiries.enums import ConsentGiven
from trials.inquiries.models.inquiry import Inquiry
from trials.inquiries.models.sealed import SealedRow


class Entry(models.Model):
    """Who entered an inquiry that no form brought, and how the person agreed to it.

    The version of the text they agreed to stands in the inquiry, as for every other one.
    """

    inquiry = models.OneToOneField(
        Inquiry, on_delete=models.CASCADE, primary_key=True, related_name="entry"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField()
    consent_given = models.CharField(max_length=10, choices=ConsentGiven)
    consent_taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    consent_at = models.DateTimeField(_("consent given"))

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="entry_consent_is_known", condition=Q(consent_given__in=ConsentGiven.values)
            ),
            models.CheckConstraint(
                name="entry_consent_came_before", condition=Q(consent_at__lte=F("entered_at"))
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class EntryDraft(SealedRow):
    """What somebody was entering when their session ended: offered to them alone, for a week."""

    purpose = "entry-draft"
    shape = {"fields": dict}

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="entry_draft"
    )
    saved_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)
