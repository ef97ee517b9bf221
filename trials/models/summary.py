from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import (
    DraftStateMixin,
    PreviewableMixin,
    RevisionMixin,
    TranslatableMixin,
    WorkflowMixin,
)

from clinic.enums import ReviewCycle
from clinic.models import ClinicallyReviewedMixin
from clinic.models.translation import join_translations
from clinic.reading_panel import reading_panel
from clinic.translation_panel import TranslationPanel
from trials.enums import Known
from trials.models.trial import Trial


class PlainSummary(
    WorkflowMixin,
    DraftStateMixin,
    RevisionMixin,
    PreviewableMixin,
    TranslatableMixin,
    ClinicallyReviewedMixin,
    models.Model,
):
    """Our readable text about a trial, one per language. The sync never touches it."""

    review_cycle = ReviewCycle.EDUCATION

    trial = models.ForeignKey(
        Trial, on_delete=models.PROTECT, related_name="plain_summaries", verbose_name=_("trial")
    )
    title = models.CharField(_("plain title"), max_length=200)
    what_is_it_about = models.TextField(_("What is this trial about?"))
    who_can_join = models.TextField(_("Who can join?"), blank=True)
    what_happens = models.TextField(_("What happens if I join?"), blank=True)
    possible_benefits = models.TextField(_("What could be good about it?"), blank=True)
    possible_risks = models.TextField(_("What are the risks?"), blank=True)
    costs = models.TextField(_("What does it cost, and what is paid?"), blank=True)
    near_home = models.TextField(_("What can be done near home or by video?"), blank=True)
    lodging = models.TextField(_("Where can I stay?"), blank=True)
    afterwards = models.TextField(_("What happens after the trial?"), blank=True)
    questions = models.TextField(_("Questions to ask"), blank=True)
    visits_per_month = models.PositiveSmallIntegerField(
        _("visits per month"), null=True, blank=True, help_text=_("Empty: not known.")
    )
    overnight_stays = models.CharField(
        _("overnight stays"), max_length=7, choices=Known, default=Known.UNKNOWN
    )
    biopsies = models.CharField(_("biopsies"), max_length=7, choices=Known, default=Known.UNKNOWN)
    placebo_possible = models.CharField(
        _("placebo possible"), max_length=7, choices=Known, default=Known.UNKNOWN
    )
    travel_help = models.CharField(
        _("help with travel"), max_length=7, choices=Known, default=Known.UNKNOWN
    )

    languages = models.CharField(
        _("languages that the team speaks"),
        max_length=200,
        blank=True,
        help_text=_("Separated by commas. Empty: not known."),
    )
    irb_reference = models.CharField(
        _("IRB reference"),
        max_length=80,
        blank=True,
        help_text=_("Without it the text cannot go live, and “Could this fit me?” stays off."),
    )
    irb_approved_on = models.DateField(_("approved by the IRB on"), null=True, blank=True)
    irb_expires_on = models.DateField(
        _("approval ends on"),
        null=True,
        blank=True,
        help_text=_("After this day the text is not shown any more."),
    )
    registry_compared_at = models.DateTimeField(
        _("compared with the registry"), null=True, blank=True, editable=False
    )

    panels = [
        TranslationPanel(),
        FieldPanel("trial"),
        FieldPanel("title"),
        FieldPanel("what_is_it_about"),
        FieldPanel("who_can_join"),
        FieldPanel("what_happens"),
        FieldPanel("possible_benefits"),
        FieldPanel("possible_risks"),
        FieldPanel("costs"),
        FieldPanel("near_home"),
        FieldPanel("lodging"),
        FieldPanel("afterwards"),
        FieldPanel("questions"),
        reading_panel(),
        MultiFieldPanel(
            [
                FieldPanel("visits_per_month"),
                FieldPanel("overnight_stays"),
                FieldPanel("biopsies"),
                FieldPanel("placebo_possible"),
                FieldPanel("travel_help"),
                FieldPanel("languages"),
            ],
            heading=_("What it asks of people"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("irb_reference"),
                FieldRowPanel([FieldPanel("irb_approved_on"), FieldPanel("irb_expires_on")]),
            ],
            heading=_("Ethics board (IRB)"),
        ),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("plain summary")
        verbose_name_plural = _("plain summaries")
        constraints = [
            models.UniqueConstraint(fields=["trial", "locale"], name="plain_summary_once"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the summaries of one trial are translations of each other."""
        join_translations(self, trial=self.trial_id)
        if self._state.adding and self.registry_compared_at is None:
            self.registry_compared_at = timezone.now()
        super().save(*args, **kwargs)

    def publication_problems(self) -> list[str]:
        """Return what the ethics board has not settled (21 CFR 56.109: before people see it)."""
        if not (self.irb_reference and self.irb_approved_on and self.irb_expires_on):
            return [gettext("Enter the IRB reference and the days of its approval and its end.")]
        if self.irb_expires_on < timezone.localdate():
            return [gettext("The approval of the IRB has ended.")]
        return []

    def with_content_json(self, content: dict[str, Any]) -> "PlainSummary":
        """Return the text of a revision; when it was compared is no part of any revision."""
        summary: PlainSummary = super().with_content_json(content)
        summary.registry_compared_at = self.registry_compared_at
        return summary

    @property
    def is_older_than_record(self) -> bool:
        """Return whether what we explain was changed in the registry since somebody compared."""
        changed_at = self.trial.review_changed_at
        if changed_at is None:
            return False
        return self.registry_compared_at is None or self.registry_compared_at < changed_at

    def get_preview_template(self, request: object, mode_name: str) -> str:
        """Return the template of the preview in the editor."""
        return "trials/plain_summary_preview.html"
