import uuid
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from trials.inquiries.enums import (
    CLOSINGS,
    ENDS,
    OPEN,
    REASONS,
    TOLD_IN_ATTEMPTS,
    Closing,
    EndReason,
    InquiryState,
    Origin,
    QuarantineReason,
    Source,
)
from trials.inquiries.querysets import InquiryManager, InquiryQuerySet

if TYPE_CHECKING:
    from trials.inquiries.models.submission import Submission

_IN_WORK = [state for state in OPEN if state != InquiryState.NEW]
# No reply clock runs: somebody was tried, or we wait for the sender.
CLOCK_STANDS = Q(first_attempt_at__isnull=False) | Q(clock_paused_at__isnull=False)
_ENDED_WITH_A_REASON = reduce(
    or_,
    (
        Q(state=state, end_reason__in=[*reasons, EndReason.NOT_RECORDED])
        for state, reasons in REASONS.items()
    ),
)

_CLOSING_FITS = reduce(
    or_, (Q(state=state, closing__in=list(closings)) for state, closings in CLOSINGS.items())
)


class Inquiry(models.Model):
    """One person's request about one or more trials, or for help to find one.

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
        "trials.Trial",
        through="inquiries.InquiryTrial",
        through_fields=("inquiry", "trial"),
        related_name="inquiries",
    )
    state = models.CharField(
        _("state"), max_length=30, choices=InquiryState, default=InquiryState.NEW
    )
    closing = models.CharField(
        _("how the sender learns"), max_length=30, choices=Closing, blank=True
    )
    # The recorded call or letter that was the closing message.
    closing_attempt = models.ForeignKey(
        "inquiries.Attempt", on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    end_reason = models.CharField(_("reason"), max_length=30, choices=EndReason, blank=True)
    # The inquiry that goes on for both; nothing moves there, it is read together with it.
    merged_into = models.ForeignKey(
        "self", on_delete=models.RESTRICT, null=True, blank=True, related_name="merged"
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
    # When the pre-screen was passed first; it stays true whatever comes after.
    pre_screened_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The same of the other steps, for the reports.
    reached_at = models.DateTimeField(null=True, blank=True, editable=False)
    visit_booked_at = models.DateTimeField(null=True, blank=True, editable=False)
    enrolled_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Words of an emergency were in the text, and no person has dealt with them yet.
    urgent_at = models.DateTimeField(_("urgent words"), null=True, blank=True)
    # The reply clock stands still: since the first of the pauses that have not ended.
    clock_paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    # A person decided to erase it: nobody sees what was told any more, the worker does the rest.
    erasure_decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)
    # The last mail to the address in use came back; a new address takes this away.
    email_failed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The closing message did not arrive, and nobody has told the sender otherwise.
    not_told_at = models.DateTimeField(_("not told"), null=True, blank=True, editable=False)
    next_action_on = models.DateField(_("next action"), null=True, blank=True)
    is_quarantined = models.BooleanField(_("in quarantine"), default=False)
    quarantine_reasons = ArrayField(
        models.CharField(max_length=20, choices=QuarantineReason), default=list, blank=True
    )
    needs_interpreter = models.BooleanField(_("needs an interpreter"), default=False)
    consent_version = models.CharField(_("version of the consent text"), max_length=80)
    other_trials_consent = models.BooleanField(_("may be told of other trials"), default=False)
    receipt_renewal = models.PositiveSmallIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    # Sent by the site itself (see ``synthetic``); no person, and nobody sees it.
    is_synthetic = models.BooleanField(default=False, editable=False)

    objects = InquiryManager()
    with_synthetic = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        default_permissions = ()
        permissions = [
            ("view_reports", "Can see the reports"),
            ("export_inquiries", "Can export inquiries without what tells who somebody is"),
            ("export_contacts", "Can export names and contact data"),
        ]
        indexes = [
            # One index for each stretch of the queue (see inquiries.queue), in its order.
            models.Index(
                fields=["reply_due_at", "id"],
                name="inquiry_awaits_attempt",
                condition=Q(first_attempt_at__isnull=True, closed_at__isnull=True),
            ),
            models.Index(
                fields=["next_action_on", "id"],
                name="inquiry_has_next_action",
                condition=CLOCK_STANDS & Q(closed_at__isnull=True, next_action_on__isnull=False),
            ),
            models.Index(
                fields=["-received_at", "-id"],
                name="inquiry_without_date",
                condition=CLOCK_STANDS & Q(closed_at__isnull=True, next_action_on__isnull=True),
            ),
            models.Index(
                fields=["reply_due_at"],
                name="inquiry_unassigned",
                condition=Q(assignee__isnull=True, closed_at__isnull=True),
            ),
            models.Index(
                fields=["reply_due_at"],
                name="inquiry_in_quarantine",
                condition=Q(is_quarantined=True),
            ),
            models.Index(fields=["assignee", "state"], name="inquiry_of_assignee"),
            models.Index(fields=["-received_at"], name="inquiry_newest"),
            models.Index(
                fields=["received_at"],
                name="inquiry_synthetic",
                condition=Q(is_synthetic=True),
            ),
            models.Index(
                fields=["closed_at", "id"],
                name="inquiry_kept_for_its_time",
                condition=Q(closed_at__isnull=False, erased_at__isnull=True),
            ),
            models.Index(
                fields=["erasure_decided_at"],
                name="inquiry_to_erase",
                condition=Q(erasure_decided_at__isnull=False, erased_at__isnull=True),
            ),
            models.Index(
                fields=["not_told_at"],
                name="inquiry_not_told",
                condition=Q(not_told_at__isnull=False),
            ),
            models.Index(
                fields=["urgent_at"],
                name="inquiry_urgent",
                condition=Q(urgent_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="inquiry_closing_fits_its_end", condition=_CLOSING_FITS | ~Q(state__in=ENDS)
            ),
            models.CheckConstraint(
                name="inquiry_not_told_of_an_end",
                condition=Q(not_told_at__isnull=True) | Q(state__in=ENDS, closing=Closing.MESSAGE),
            ),
            models.CheckConstraint(
                name="inquiry_state_is_known", condition=Q(state__in=InquiryState.values)
            ),
            models.CheckConstraint(
                name="inquiry_does_not_end_in_silence",
                condition=(Q(state__in=ENDS) & ~Q(closing="") & Q(closed_at__isnull=False))
                | (~Q(state__in=ENDS) & Q(closing="") & Q(closed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="inquiry_end_has_its_reason",
                condition=(~Q(state__in=list(REASONS)) & Q(end_reason="")) | _ENDED_WITH_A_REASON,
            ),
            models.CheckConstraint(
                name="inquiry_told_in_an_attempt",
                condition=Q(closing__in=list(TOLD_IN_ATTEMPTS), closing_attempt__isnull=False)
                | (~Q(closing__in=list(TOLD_IN_ATTEMPTS)) & Q(closing_attempt__isnull=True)),
            ),
            models.CheckConstraint(
                name="inquiry_merged_is_a_duplicate",
                condition=Q(merged_into__isnull=True)
                | (Q(state=InquiryState.DUPLICATE) & ~Q(merged_into=F("id"))),
            ),
            models.CheckConstraint(
                name="inquiry_in_work_has_assignee",
                condition=~Q(state__in=_IN_WORK) | Q(assignee__isnull=False),
            ),
            models.CheckConstraint(
                name="inquiry_erased_is_closed",
                condition=Q(erased_at__isnull=True) | ~Q(state__in=OPEN),
            ),
            models.CheckConstraint(
                name="inquiry_to_erase_is_closed",
                condition=Q(erasure_decided_at__isnull=True) | ~Q(state__in=OPEN),
            ),
            models.CheckConstraint(
                name="inquiry_quarantine_has_reason",
                condition=Q(is_quarantined=False) | Q(quarantine_reasons__len__gt=0),
            ),
            models.CheckConstraint(
                name="inquiry_synthetic_is_nobodys_work",
                condition=Q(is_synthetic=False)
                | Q(state=InquiryState.NEW, assignee__isnull=True, first_opened_at__isnull=True),
            ),
            models.CheckConstraint(
                name="inquiry_is_due_after_receipt",
                condition=Q(reply_due_at__gt=F("received_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def state_in_words(self) -> str:
        """Return the state's label; ``get_state_display`` hashes all lazy labels for every row."""
        return str(InquiryState(self.state).label)

    @property
    def is_open(self) -> bool:
        """Return whether somebody still has to do something."""
        return self.state in OPEN

    @property
    def awaits_attempt(self) -> bool:
        """Return whether the reply clock still runs."""
        return self.is_open and self.first_attempt_at is None

    @property
    def is_gone(self) -> bool:
        """Return whether what was told is erased, or will be as soon as the worker comes to it."""
        return bool(self.erased_at or self.erasure_decided_at)

    def family(self) -> list[uuid.UUID]:
        """Return the ids that are read as this inquiry: its own and those merged into it."""
        return [self.pk, *self.merged.order_by("received_at").values_list("pk", flat=True)]

    def was_pre_screened(self) -> bool:
        """Return whether the pre-screen was ever passed, also before a merge."""
        return bool(self.pre_screened_at) or self.merged.exclude(pre_screened_at=None).exists()

    def references(self) -> list[str]:
        """Return by what its senders know it: its own reference and those merged into it."""
        return [self.reference, *self.merged.values_list("reference", flat=True)]

    def open_answers(self) -> dict[str, Any]:
        """Return what the sender wrote last, in plain text; callers write the audit event."""
        return self.newest_submission().unsealed()

    def newest_submission(self) -> "Submission":
        """Return what the sender sent last, whichever of the merged inquiries that was for."""
        family = (self.merged_into or self).family()
        submissions = self.submissions.model.objects.filter(inquiry__in=family)
        newest: Submission = submissions.latest("received_at")
        return newest


class InquiryTrial(models.Model):
    """A trial that an inquiry names."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="trial_links")
    trial = models.ForeignKey("trials.Trial", on_delete=models.PROTECT, related_name="+")
    # Named by an inquiry that was merged into this one; goes away when the merge is undone.
    by_merge_of = models.ForeignKey(
        Inquiry, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "trial"], name="inquiry_names_trial_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)
