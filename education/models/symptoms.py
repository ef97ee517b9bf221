"""Words for signs of illness: who searches for one is first shown whom to call."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SymptomWord(models.Model):
    """One word or phrase, as patients say it; its inflections are found by themselves."""

    term = models.CharField(_("word or phrase"), max_length=80)
    language = models.CharField(_("language"), max_length=2, choices=[("en", "en"), ("es", "es")])

    class Meta:
        ordering = ["term"]
        verbose_name = _("symptom")
        verbose_name_plural = _("symptoms")
        constraints = [
            models.UniqueConstraint(fields=["term", "language"], name="symptom_once_per_language"),
        ]

    def __str__(self) -> str:
        return self.term
