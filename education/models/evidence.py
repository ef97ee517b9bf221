"""The record of evidence: which source of a page was opened, when, by whom, and what it said.

NHS content standards ask for such a record of every health page. Rows are added and never changed;
they go when their page is deleted.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EvidenceCheck(models.Model):
    """One look at one source, as the page cited it then."""

    class Outcome(models.TextChoices):
        HOLDS = "holds", _("It still says so")
        CHANGED = "changed", _("It says something else now")
        GONE = "gone", _("It is gone")
        REPLACED = "replaced", _("A newer source takes its place")

    page = models.ForeignKey(
        "education.EducationPage",
        on_delete=models.CASCADE,
        related_name="evidence_checks",
        verbose_name=_("page"),
    )
    title = models.CharField(_("title"), max_length=500)
    url = models.CharField(_("address"), max_length=2000)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    note = models.CharField(_("note"), max_length=500, blank=True)
    checked_at = models.DateTimeField(_("checked at"), default=timezone.now, editable=False)
    # Without a constraint and with the name: deleting a login must not change what it did.
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        verbose_name=_("checked by"),
    )
    checked_by_name = models.CharField(_("name"), max_length=200)

    class Meta:
        ordering = ["-checked_at", "-pk"]
        verbose_name = _("check of a source")
        verbose_name_plural = _("checks of sources")

    def __str__(self) -> str:
        return str(self.pk)
