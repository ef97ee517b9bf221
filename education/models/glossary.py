"""The glossary: what a word means, how it sounds, where to read more."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import (
    DraftStateMixin,
    Orderable,
    PreviewableMixin,
    RevisionMixin,
    TranslatableMixin,
    WorkflowMixin,
)

from clinic.enums import ReviewCycle
from clinic.models import ClinicallyReviewedMixin
from clinic.reading_panel import reading_panel
from clinic.translation_panel import TranslationPanel
from education.readability import split_sentences

MAX_SENTENCES = 2


class GlossaryTerm(  # type: ignore[django-manager-missing]
    WorkflowMixin,
    DraftStateMixin,
    RevisionMixin,
    PreviewableMixin,
    TranslatableMixin,
    ClinicallyReviewedMixin,
    models.Model,
):
    """One word of one language; its translations share the key."""

    review_cycle = ReviewCycle.EDUCATION

    term = models.CharField(_("term"), max_length=80)
    slug = models.SlugField(
        _("address"), max_length=80, help_text=_("Stands in links to this word; keep it.")
    )
    forms = ArrayField(
        models.CharField(max_length=80),
        blank=True,
        default=list,
        verbose_name=_("other forms"),
        help_text=_("Plurals, abbreviations and other words for the same, between commas."),
    )
    pronunciation = models.CharField(
        _("how it sounds"),
        max_length=120,
        blank=True,
        help_text=_("In syllables, the stressed one in capitals: im-yoo-no-THAIR-uh-pee."),
    )
    definition = models.TextField(
        _("definition"), max_length=400, help_text=_("One or two short sentences.")
    )
    related_page = models.ForeignKey(
        "education.EducationPage",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("page to read more"),
    )
    is_marked_in_text = models.BooleanField(
        _("mark in texts"),
        default=True,
        help_text=_("Turn off for words that mean something else in everyday speech."),
    )

    panels = [
        TranslationPanel(),
        FieldPanel("term"),
        FieldPanel("definition"),
        reading_panel(),
        FieldPanel("pronunciation"),
        FieldPanel("forms"),
        FieldPanel("related_page"),
        FieldRowPanel([FieldPanel("slug"), FieldPanel("is_marked_in_text")]),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary terms")
        ordering = ["term"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "locale"], name="glossary_term_once_per_language"
            ),
        ]

    def __str__(self) -> str:
        return self.term

    def clean(self) -> None:
        """Raise ValidationError for a definition that is too long to be read in passing."""
        super().clean()
        if len(split_sentences(self.definition)) > MAX_SENTENCES:
            raise ValidationError(
                {"definition": _("Two sentences at most. Say more on the page it leads to.")}
            )

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        """Return the template that shows the term as readers see it."""
        return "education/glossary_term_preview.html"


class UnmarkedTerm(Orderable):
    """A word that one page does not mark, since the page itself explains it."""

    page = ParentalKey(
        "education.EducationPage", on_delete=models.CASCADE, related_name="unmarked_terms"
    )
    term = models.ForeignKey(
        GlossaryTerm,
        on_delete=models.CASCADE,
        related_name="unmarked_on_pages",
        verbose_name=_("term"),
    )

    panels = [FieldPanel("term")]

    class Meta(Orderable.Meta):
        verbose_name = _("word not to mark")
        verbose_name_plural = _("words not to mark")
        constraints = [
            models.UniqueConstraint(fields=["page", "term"], name="unmarked_term_once_per_page"),
        ]
