"""Taking a live page or text off the site at once; a safe notice answers at a page's address."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.url_routing import RouteResult

from clinic.page_permissions import ReviewedPagePermissionTester


class TakeDown(models.Model):
    """A page that somebody took off the site at once, and why. Rows stay as a record."""

    page = models.ForeignKey(
        "wagtailcore.Page",
        on_delete=models.CASCADE,
        related_name="take_downs",
        verbose_name=_("page"),
    )
    reason = models.CharField(_("reason"), max_length=500)
    taken_down_at = models.DateTimeField(_("taken down at"), default=timezone.now)
    taken_down_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("taken down by"),
    )

    class Meta:
        ordering = ["-taken_down_at"]
        verbose_name = _("take-down")
        verbose_name_plural = _("take-downs")

    def __str__(self) -> str:
        return str(self.pk)


class TextTakeDown(models.Model):
    """A text other than a page that somebody took off the site at once. Rows stay as a record."""

    content_type = models.ForeignKey(
        "contenttypes.ContentType", on_delete=models.CASCADE, related_name="+"
    )
    object_id = models.CharField(max_length=64)
    reason = models.CharField(_("reason"), max_length=500)
    taken_down_at = models.DateTimeField(_("taken down at"), default=timezone.now)
    taken_down_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("taken down by"),
    )

    class Meta:
        default_permissions = ()
        ordering = ["-taken_down_at"]
        indexes = [
            models.Index(
                fields=["content_type", "object_id", "-taken_down_at"], name="text_taken_down"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def latest_of(cls, text: models.Model) -> "TextTakeDown | None":
        """Return the last time that a text was taken down."""
        kind = ContentType.objects.get_for_model(text)
        return cls.objects.filter(content_type=kind, object_id=str(text.pk)).first()


class CanBeTakenDownMixin(models.Model):
    """A page with a take-down button and no publish button."""

    class Meta:
        abstract = True

    @property
    def is_taken_down(self: Any) -> bool:
        """Return whether the page was taken down after it last went live."""
        moment = None if self.live else self.approvals_count_from()
        published = self.last_published_at
        return moment is not None and (published is None or moment >= published)

    def approvals_count_from(self: Any) -> datetime | None:
        """Return when the page was last taken down: earlier approvals cannot bring it back."""
        return self.take_downs.values_list("taken_down_at", flat=True).first()

    def permissions_for_user(self, user: Any) -> ReviewedPagePermissionTester:
        """Return what a user may do with this page; publishing is never part of it."""
        return ReviewedPagePermissionTester(user, self)

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Return this page also while it is taken down; `serve` then answers with the notice."""
        if not path_components and self.is_taken_down:
            return RouteResult(self)
        return super().route(request, path_components)  # type: ignore[misc]

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the page, or the notice (410) while it is taken down."""
        if getattr(request, "is_preview", False) or not self.is_taken_down:
            return super().serve(request, *args, **kwargs)  # type: ignore[misc]
        return render(request, "clinic/taken_down.html", {"self": self, "page": self}, status=410)
