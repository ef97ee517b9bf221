"""The screen on which a member of the trial's team reads a plain summary and signs it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from clinic.models import Translation
from clinic.models.review import authors_of
from clinic.models.translation import draft_sha256
from clinic.page_owner_views import name_of
from clinic.plain_parts import plain_parts
from clinic.review import ReviewRefused
from clinic.text_changes import text_changes
from trials.inquiries.services import may_sign, sign_summary
from trials.inquiries.staff_views import StaffRequest
from trials.models import PlainSummary


class SignSummaryView(WagtailAdminTemplateMixin, TemplateView):
    """Shows the newest draft (GET); signs it for the team (POST)."""

    request: StaffRequest
    template_name = "inquiries/admin/sign_summary.html"
    page_title = gettext_lazy("Sign for the trial’s team")
    header_icon = "check"
    summary: PlainSummary

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the team of the trial; raises PermissionDenied for others."""
        self.summary = get_object_or_404(
            PlainSummary.objects.select_related("trial", "locale"), pk=kwargs["pk"]
        )
        if not may_sign(request.user, self.summary):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        my_trials = {"url": reverse("my_trials:index"), "label": _("My trials")}
        return [*self.breadcrumbs_items, my_trials, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the draft in plain parts, what changed in it, and who signed it."""
        summary = self.summary
        draft = summary.get_latest_revision_as_object() if summary.latest_revision_id else summary
        sha256 = draft_sha256(summary)
        return super().get_context_data(
            summary=summary,
            draft=draft,
            parts=[part for part in plain_parts(draft) if part.words],
            changes=text_changes(summary, draft) if summary.live else [],
            seen=sha256,
            signature=summary.team_signature(sha256),
            is_translation=Translation.of(summary) is not None,
            is_author=self.request.user.pk in authors_of(summary),
            signer=name_of(self.request.user),
            **kwargs,
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Sign what was read, and come back to it."""
        seen = request.POST.get("seen", "")
        try:
            sign_summary(self.summary, user=self.request.user, seen=seen, request=request)
        except ReviewRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("You signed the text. A clinical reviewer can approve it."))
        return HttpResponseRedirect(reverse("my_trials:summary", args=[pk]))
