"""Words that people searched for and that nothing on the site was found for."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class FailedSearch(models.Model):
    """One search that found nothing: the words and the day, nothing of who searched or when."""

    # Made here: the public role adds rows and may not be told their numbers.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    term = models.CharField(_("words"), max_length=80)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    day = models.DateField(_("day"), default=timezone.localdate)

    class Meta:
        indexes = [models.Index(fields=["language", "term", "day"], name="failed_searches")]
        verbose_name = _("search without a result")
        verbose_name_plural = _("searches without a result")

    def __str__(self) -> str:
        return str(self.pk)


class IgnoredTerm(models.Model):
    """Words that staff do not want to see in the list again."""

    term = models.CharField(_("words"), max_length=80)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "language"], name="ignored_term_once")
        ]
        verbose_name = _("ignored words")
        verbose_name_plural = _("ignored words")

    def __str__(self) -> str:
        return str(self.pk)
