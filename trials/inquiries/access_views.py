"""Shows leads who saw an inquiry."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from clinic.audit import record_event
from trials.inquiries.access_log import accesses, events_about
from trials.inquiries.models import Inquiry
from trials.inquiries.permissions import user_may_see_accesses
from trials.inquiries.staff_views import INBOX, InboxAccessMixin, StaffRequest

PER_PAGE = 100


class AccessView(InboxAccessMixin, WagtailAdminTemplateMixin, TemplateView):
    """Who saw one inquiry, newest first; looking is written down like any other look."""

    request: StaffRequest
    template_name = "inquiries/admin/access.html"
    page_title = gettext_lazy("Who saw this inquiry")
    header_icon = "view"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [
            *self.breadcrumbs_items,
            {"url": INBOX, "label": _("Inquiries")},
            {
                "url": reverse("inbox:inquiry", args=[self.inquiry.pk]),
                "label": self.inquiry.reference,
            },
            {"url": "", "label": self.page_title},
        ]

    @method_decorator(transaction.atomic)
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the list; raises PermissionDenied for all but leads."""
        user = self.request.user
        if not user_may_see_accesses(user):
            raise PermissionDenied
        self.inquiry = get_object_or_404(Inquiry.objects.visible_to(user), pk=kwargs["pk"])
        record_event(
            action="inquiry.access_shown",
            actor=user,
            object_type="inquiry",
            object_id=self.inquiry.pk,
            request=request,
        )
        page = Paginator(events_about(self.inquiry), PER_PAGE).get_page(request.GET.get("page"))
        context = self.get_context_data(
            inquiry=self.inquiry, page=page, accesses=accesses(page.object_list)
        )
        return self.render_to_response(context)
