from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import (
    DraftStateMixin,
    PreviewableMixin,
    RevisionMixin,
    TranslatableMixin,
    WorkflowMixin,
)

from clinic.enums import PatientTextKey, text_choices
from clinic.models.review import ClinicallyReviewedMixin
from clinic.models.translation import join_translations
from clinic.reading_panel import reading_panel
from clinic.translation_panel import TranslationPanel


class PatientText(
    WorkflowMixin,
    DraftStateMixin,
    RevisionMixin,
    PreviewableMixin,
    TranslatableMixin,
    ClinicallyReviewedMixin,
    models.Model,
):
    """A text for patients that stands in several places, one row per key and language."""

    Key = PatientTextKey

    key = models.CharField(_("place"), max_length=40, choices=text_choices)
    title = models.CharField(_("title"), max_length=160)
    body = RichTextField(_("text"), features=["h3", "bold", "italic", "ul", "ol", "link"])

    panels = [
        TranslationPanel(),
        FieldPanel("key"),
        FieldPanel("title"),
        FieldPanel("body"),
        reading_panel(),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("text for patients")
        verbose_name_plural = _("texts for patients")
        constraints = [
            models.UniqueConstraint(
                fields=["key", "locale"], name="patient_text_once_per_language"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the texts of one place are translations of each other."""
        join_translations(self, key=self.key)
        super().save(*args, **kwargs)

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        """Return the template that shows the text as readers see it."""
        return "clinic/patient_text_preview.html"
