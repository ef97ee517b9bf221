"""Registers this room's screens with the Wagtail admin."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.auth import require_admin_access
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from clinic.admin_menus import ReviewsMenuItem
from education.evidence_views import EvidenceView, SourcesButton
from education.feedback_reports import FeedbackReport, PageCommentsView
from education.viewsets import GlossaryTermViewSet, VocabularyViewSetGroup

register_snippet(GlossaryTermViewSet)


@hooks.register("register_admin_viewset")
def register_vocabularies() -> VocabularyViewSetGroup:
    """Return the menu of the vocabularies."""
    return VocabularyViewSetGroup()


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    """Return the addresses of this room's screens below /admin/."""
    return [
        path("reports/feedback/", FeedbackReport.as_view(), name="feedback_report"),
        path(
            "reports/feedback/results/",
            FeedbackReport.as_view(results_only=True),
            name="feedback_report_results",
        ),
        path(
            "pages/<int:page_id>/sources/",
            require_admin_access(EvidenceView.as_view()),
            name="page_evidence",
        ),
        path(
            "reports/feedback/<int:page_id>/",
            require_admin_access(PageCommentsView.as_view()),
            name="page_comments",
        ),
    ]


@hooks.register("register_reports_menu_item")
def register_feedback_report() -> ReviewsMenuItem:
    """Return the menu item of what readers said."""
    return ReviewsMenuItem(
        _("Was it helpful?"), reverse("feedback_report"), icon_name="comment", order=140
    )


@hooks.register("register_page_listing_more_buttons")
def listing_buttons(page: Page, user: Any, next_url: str | None = None) -> Iterator[SourcesButton]:
    """Yield the way to the sources of a row in the page explorer."""
    yield SourcesButton(page=page)


@hooks.register("register_page_header_buttons")
def header_buttons(
    page: Page, user: Any, view_name: str, next_url: str | None = None
) -> Iterator[SourcesButton]:
    """Yield the way to the sources from a page's own menu."""
    yield SourcesButton(page=page)
