"""What readers said of pages, for those who keep the pages true."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.models import Page

from clinic.page_owner_views import name_of
from clinic.page_permissions import TAKE_DOWN
from clinic.quality_reports import RowsReport
from education.feedback import Feedback, counted_from, feedback_of
from education.models import EducationPage, PageComment

MOST_COMMENTS = 200


@dataclass(frozen=True)
class PageFeedback:
    """One page and the answers about it."""

    page: Page
    answers: Feedback

    @property
    def title(self) -> str:
        return str(self.page.title)

    @property
    def url(self) -> str:
        return reverse("page_comments", args=[self.page.pk])

    @property
    def language(self) -> str:
        return str(self.page.locale)

    @property
    def owner(self) -> str:
        return name_of(self.page.owner) if self.page.owner else ""


def pages_with_feedback() -> list[PageFeedback]:
    """Return the live pages with answers, those that helped the fewest readers first."""
    pages = {
        page.pk: page
        for page in EducationPage.objects.live()
        .select_related("locale", "owner")
        .defer_streamfields()
    }
    found = [
        PageFeedback(pages[page_id], answers)
        for page_id, answers in feedback_of(pages.keys()).items()
    ]
    return sorted(
        found,
        key=lambda row: (100 if row.answers.share is None else row.answers.share, row.title),
    )


class FeedbackReport(RowsReport):
    """Answers of the last 90 days by page."""

    page_title = _("Was it helpful?")
    header_icon = "comment"
    index_url_name = "feedback_report"
    index_results_url_name = "feedback_report_results"
    columns = [
        TitleColumn("title", label=_("Page"), get_url=lambda row: row.url),
        Column("language", label=_("Language")),
        Column("owner", label=_("Owner")),
        Column("answers.yes", label=_("Yes")),
        Column("answers.no", label=_("No")),
        Column("answers.share", label=_("Helpful, in percent")),
        Column("answers.comments", label=_("Comments")),
    ]
    list_export = [column.name for column in columns]
    export_headings = {column.name: column.label for column in columns}

    def get_queryset(self) -> list[PageFeedback]:
        """Return the pages with answers."""
        return pages_with_feedback()


class PageCommentsView(View):
    """The comments of the last 90 days about one page."""

    def get(self, request: HttpRequest, page_id: int) -> HttpResponse:
        """Return the screen; raises PermissionDenied for those who do not work on pages."""
        if not request.user.has_perm(TAKE_DOWN):
            raise PermissionDenied
        page = get_object_or_404(EducationPage, pk=page_id)
        recent = PageComment.objects.filter(page=page.pk, day__gte=counted_from())
        context: dict[str, Any] = {
            "page_title": page.get_admin_display_title(),
            "edit_url": reverse("wagtailadmin_pages:edit", args=[page.pk]),
            "answers": feedback_of([page.pk]).get(page.pk, Feedback()),
            "comments": recent.order_by("-day", "pk")[:MOST_COMMENTS],
        }
        return TemplateResponse(request, "wagtailadmin/education/page_comments.html", context)
