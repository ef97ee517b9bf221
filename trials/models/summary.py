from typing import TYPE_CHECKING, Any

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
from clinic.models import ClinicallyReviewedMixin, Person, Translation
from clinic.models.review import authors_of
from clinic.models.translation import draft_sha256, join_translations, source_of
from clinic.reading_panel import reading_panel
from clinic.translation_panel import TranslationPanel
from trials.enums import Known
from trials.models.trial import Trial
from trials.querysets import PlainSummaryQuerySet
from trials.team_panel import TeamSignaturePanel

if TYPE_CHECKING:
    from trials.models.signature import TeamSignature


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
    reads_by_field = True

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

    objects = PlainSummaryQuerySet.as_manager()

    panels = [
        TranslationPanel(),
        TeamSignaturePanel(),
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

    def clean(self) -> None:
        """Keep line ends as they were: browsers send others, and no word has changed by that."""
        super().clean()
        for entry in self._meta.get_fields():
            if isinstance(entry, models.TextField):
                words = getattr(self, entry.name)
                setattr(self, entry.name, words.replace("\r\n", "\n"))

    def publication_problems(self) -> list[str]:
        """Return what the ethics board has not settled (21 CFR 56.109: before people see it)."""
        if not (self.irb_reference and self.irb_approved_on and self.irb_expires_on):
            return [gettext("Enter the IRB reference and the days of its approval and its end.")]
        if self.irb_expires_on < timezone.localdate():
            return [gettext("The approval of the IRB has ended.")]
        return []

    def serializable_data(self) -> dict[str, Any]:
        """Return what a revision keeps; when it was compared is no part of the text."""
        data: dict[str, Any] = super().serializable_data()
        data.pop("registry_compared_at", None)
        return data

    def team_signature(self, sha256: str) -> "TeamSignature | None":
        """Return the newest word of the trial's team for this content, or None.

        The team signs the English text. A translation stands on the signature under the English
        version that it says, for its translator vouches that both say the same.
        """
        text, signed = self, sha256
        if record := Translation.of(self):
            text, signed = source_of(self), record.source_sha256
        signatures = text.team_signatures.filter(content_sha256=signed)
        if taken_down_at := text.approvals_count_from():
            signatures = signatures.filter(signed_at__gt=taken_down_at)
        return signatures.first()

    def signature_problem(self, sha256: str, user: Any, person: Any) -> str:
        """Return why this user may not approve it: the trial's team signs first, and another."""
        signature = self.team_signature(sha256)
        if signature is None:
            return gettext(
                "The trial’s team has not signed this text as it is now. "
                "Its members do that under “My trials”."
            )
        same_person = Person.objects.filter(
            user=signature.signed_by_id, translation_key=person.translation_key
        )
        if signature.signed_by_id == user.pk or same_person.exists():
            return gettext(
                "You signed this text for the trial’s team. Another reviewer has to approve it."
            )
        if signature.signed_by_id in authors_of(self):
            return gettext(
                "Who signed for the trial’s team also wrote or submitted this text. "
                "Another member of the team has to sign it."
            )
        return ""

    def has_signed(self, user: Any) -> bool:
        """Return whether a user signed the newest draft for the trial's team."""
        signature = self.team_signature(draft_sha256(self))
        return signature is not None and signature.signed_by_id == user.pk

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
