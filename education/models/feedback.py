"""What readers say of a page. Nobody can be found in it: a day, no time, no address, no name."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PageAnswer(models.Model):
    """One answer of a reader, on one day. The public role adds rows and reads none."""

    # Made here: a role that may not read cannot be told the number of its row.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    page = models.ForeignKey(
        "wagtailcore.Page", on_delete=models.CASCADE, related_name="+", verbose_name=_("page")
    )
    day = models.DateField(_("day"), default=timezone.localdate)
    is_helpful = models.BooleanField(_("helpful"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class HelpfulVote(PageAnswer):
    """An answer to “Was this page helpful?”."""

    class Meta:
        indexes = [models.Index(fields=["page", "day"], name="helpful_votes_of_page")]
        verbose_name = _("answer about a page")
        verbose_name_plural = _("answers about pages")


class PageComment(PageAnswer):
    """What a reader wrote about a page, without anything to reach or know them by."""

    text = models.TextField(_("comment"))

    class Meta:
        indexes = [models.Index(fields=["page", "day"], name="comments_of_page")]
        verbose_name = _("comment about a page")
        verbose_name_plural = _("comments about pages")
