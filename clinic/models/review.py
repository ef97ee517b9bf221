"""Clinical review: who checked a text, when, and the workflow task that asks for it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, TaskState


class ClinicallyReviewedMixin(models.Model):
    """A text that a named clinician checks before it goes live and again when due."""

    reviewed_by = models.ForeignKey(
        "clinic.Person",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    next_review_due = models.DateField(_("next review due"), null=True, blank=True)
    is_demo_content = models.BooleanField(
        _("demo content"),
        default=False,
        help_text=_("Says to readers that no clinician has reviewed this text yet."),
    )

    class Meta:
        abstract = True


class ClinicalReviewState(TaskState):
    """One request for review, with the hash of the content that was approved."""

    content_sha256 = models.CharField(max_length=64, blank=True)
    whole_page = models.BooleanField(default=False)
    reviewer = models.ForeignKey(
        "clinic.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )


class ClinicalReviewTask(AbstractGroupApprovalTask):
    """A clinician approves; nobody approves their own change."""

    task_state_class = ClinicalReviewState

    class Meta:
        verbose_name = _("clinical review task")
        verbose_name_plural = _("clinical review tasks")
