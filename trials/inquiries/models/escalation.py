"""That an inquiry waited too long and was passed up: whom to, and when."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from trials.inquiries.models.inquiry import Inquiry


class Escalation(models.Model):
    """One step up. Rows are added and never changed; they are how a step is done only once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="escalations")
    level = models.PositiveSmallIntegerField()
    # None: the leads.
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("passed up to"),
    )
    at = models.DateTimeField(_("passed up"))

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "level"], name="escalation_once_per_level"),
            models.CheckConstraint(
                condition=models.Q(level__in=(1, 2)), name="escalation_level_is_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
