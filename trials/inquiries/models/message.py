from typing import Any

from django.contrib.admin import display
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.models import (
    DraftStateMixin,
    PreviewableMixin,
    RevisionMixin,
    TranslatableMixin,
    WorkflowMixin,
)

from clinic.models import ClinicallyReviewedMixin
from clinic.models.translation import join_translations
from clinic.reading_panel import reading_panel
from clinic.translation_panel import TranslationPanel
from trials.inquiries.message_keys import MessageKey, key_choices
from trials.inquiries.message_rules import body_problems, subject_problems

LONGEST_BODY = 3000


class MessageTemplate(
    WorkflowMixin,
    DraftStateMixin,
    RevisionMixin,
    PreviewableMixin,
    TranslatableMixin,
    ClinicallyReviewedMixin,
    models.Model,
):
    """What senders are written on one occasion, one row for each occasion and language.

    Only what is live is sent; without that the text that comes with the product.
    """

    Key = MessageKey

    key = models.CharField(_("occasion"), max_length=40, choices=key_choices)
    subject = models.CharField(
        _("subject"),
        max_length=100,
        help_text=_("Everybody near the screen can read it: nothing about health or trials."),
    )
    body = models.TextField(_("text"), max_length=LONGEST_BODY)

    panels = [
        TranslationPanel(),
        FieldPanel("key"),
        HelpPanel(template="inquiries/admin/message_help.html", heading=_("What you can put in")),
        FieldPanel("subject"),
        FieldPanel("body"),
        reading_panel(),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("message to senders")
        verbose_name_plural = _("messages to senders")
        constraints = [
            models.UniqueConstraint(
                fields=["key", "locale"], name="message_template_once_per_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_key_display()} ({self.locale.language_code})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the texts of one occasion are translations of each other."""
        join_translations(self, key=self.key)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Raise ValidationError for what must not go out; line ends become those we send."""
        super().clean()
        self.body = self.body.replace("\r\n", "\n").replace("\r", "\n")
        if self.key not in MessageKey.values:
            return  # the field says so itself
        key = MessageKey(self.key)
        problems = {
            "subject": subject_problems(self.subject),
            "body": body_problems(key, self.body),
        }
        if found := {name: sentences for name, sentences in problems.items() if sentences}:
            raise ValidationError(found)

    @display(description=_("occasion"), ordering="key")
    def occasion(self) -> str:
        """Return on which occasion it is sent, in words."""
        return str(self.get_key_display())

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        """Return the template of the preview in the editor."""
        return "inquiries/message_preview.html"
