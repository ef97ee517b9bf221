import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from trials.inquiries.enums import (
    ENDS,
    OPEN,
    Closing,
    InquiryState,
    Origin,
    QuarantineReason,
    Source,
)
from trials.inquiries.querysets import InquiryQuerySet

_IN_WORK = [state for state in OPEN if state != InquiryState.NEW]


class Inquiry(models.Model):
    """One person's request about one trial, or for help to find one.

    Nothing here says who the person is or what they wrote: that is sealed in the submissions. The
    public role inserts rows and reads none, so every value is made in Python.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Not unique: an insert that ignores conflicts would lose an inquiry whose code is taken.
    reference = models.CharField(_("reference"), max_length=12, db_index=True, editable=False)
    language = models.CharField(_("language of the page"), max_length=10)
    source = models.CharField(_("source"), max_length=20, choices=Source)
    origin = models.CharField(_("written from"), max_length=20, choices=Origin)
    trials = models.ManyToManyField(
        "trials.Trial", through="inquiries.InquiryTrial", related_name="inquiries"
    )
    state = models.CharField(
        _("state"), max_length=30, choices=InquiryState, default=InquiryState.NEW
    )
    closing = models.CharField(
        _("how the sender learns"), max_length=30, choices=Closing, blank=True
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="inquiries",
        verbose_name=_("assignee"),
    )
    received_at = models.DateTimeField(_("received"))
    reply_due_at = models.DateTimeField(_("reply due"))
    first_attempt_at = models.DateTimeField(_("first attempt"), null=True, blank=True)
    first_opened_at = models.DateTimeField(_("first opened"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    next_action_on = models.DateField(_("next action"), null=True, blank=True)
    is_quarantined = models.BooleanField(_("in quarantine"), default=False)
    quarantine_reasons = ArrayField(
        models.CharField(max_length=20, choices=QuarantineReason), default=list, blank=True
    )
    consent_version = models.CharField(_("version of the consent text"), max_length=80)
    other_trials_consent = models.BooleanField(_("may be told of other trials"), default=False)
    receipt_renewal = models.PositiveSmallIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["reply_due_at"],
                name="inquiry_awaits_attempt",
                condition=Q(first_attempt_at__isnull=True, closed_at__isnull=True),
            ),
            models.Index(fields=["assignee", "state"], name="inquiry_of_assignee"),
            models.Index(fields=["-received_at"], name="inquiry_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                name="inquiry_state_is_known", condition=Q(state__in=InquiryState.values)
            ),
            models.CheckConstraint(
                name="inquiry_does_not_end_in_silence",
                condition=(Q(state__in=ENDS) & ~Q(closing="") & Q(closed_at__isnull=False))
                | (~Q(state__in=ENDS) & Q(closing="") & Q(closed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="inquiry_in_work_has_assignee",
                condition=~Q(state__in=_IN_WORK) | Q(assignee__isnull=False),
            ),
            models.CheckConstraint(
                name="inquiry_quarantine_has_reason",
                condition=Q(is_quarantined=False) | Q(quarantine_reasons__len__gt=0),
            ),
            models.CheckConstraint(
                name="inquiry_is_due_after_receipt",
                condition=Q(reply_due_at__gt=F("received_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Return whether somebody still has to do something."""
        return self.state in OPEN

    @property
    def awaits_attempt(self) -> bool:
        """Return whether the reply clock still runs."""
        return self.is_open and self.first_attempt_at is None

    def open_answers(self) -> dict[str, Any]:
        """Return what the sender wrote last, in plain text; callers write the audit event."""
        return self.submissions.latest("received_at").unsealed()


class InquiryTrial(models.Model):
    """A trial that an inquiry names."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="trial_links")
    trial = models.ForeignKey("trials.Trial", on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "trial"], name="inquiry_names_trial_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)
