"""Drafts that a page keeps by itself, and access in an emergency."""

import uuid
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from clinic.models import User
from clinic.sealing import SealingError
from trials.inquiries import services
from trials.inquiries.enums import DraftKind, EmergencyReason
from trials.inquiries.lookup import index_submissions
from trials.inquiries.models import EmergencyAccess, Inquiry
from trials.inquiries.permissions import user_is_lead, user_may_open_in_emergency
from trials.inquiries.staff_forms import LONGEST_NOTE, EmergencyForm
from trials.inquiries.staff_views import InboxAccessMixin, InquiryPageMixin, StaffRequest

MOST_LISTED = 200


class DraftView(InquiryPageMixin):
    """Keeps what is being typed. The page sends it by itself, so it is no sign of a person."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Keep the text, or drop it for the button that says so."""
        found = Inquiry.objects.readable_by(self.request.user)
        get_object_or_404(found, pk=pk, erased_at=None, erasure_decided_at=None)
        kind = request.POST.get("kind", "")
        if kind not in DraftKind.values:
            return HttpResponse(status=HTTPStatus.BAD_REQUEST)
        text = "" if "discard" in request.POST else request.POST.get("text", "")[:LONGEST_NOTE]
        services.save_draft(inquiry_id=pk, kind=DraftKind(kind), text=text, user=self.request.user)
        if "discard" in request.POST:
            messages.success(request, _("The draft is deleted."))
            return HttpResponseRedirect(reverse("inbox:inquiry", args=[pk]))
        return HttpResponse(status=HTTPStatus.NO_CONTENT)


class EmergencyView(InboxAccessMixin, WagtailAdminTemplateMixin, TemplateView):
    """Opens one inquiry that is not one's own, for a stated reason."""

    request: StaffRequest
    template_name = "inquiries/admin/emergency.html"
    page_title = gettext_lazy("Open an inquiry in an emergency")
    header_icon = "warning"

    def may_enter(self, user: User, **kwargs: Any) -> bool:
        """Return whether the user has the right."""
        return user_may_open_in_emergency(user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form, and what is open to this person just now."""
        running = EmergencyAccess.objects.running().filter(user=self.request.user)
        return super().get_context_data(
            running=running.select_related("inquiry"), **{"form": EmergencyForm(), **kwargs}
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Open it, or say that exactly one was not found."""
        form = EmergencyForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        with suppress(SealingError):  # the worker says so, when it runs the same as a job
            index_submissions()
        try:
            access = services.open_in_emergency(
                query=form.cleaned_data["q"],
                reason=EmergencyReason(form.cleaned_data["reason"]),
                case_number=form.cleaned_data["case_number"],
                actor=self.request.user,
                request=request,
            )
        except services.RefusedError as refusal:
            form.add_error("q", str(refusal))
            return self.render_to_response(self.get_context_data(form=form))
        if access is None:
            form.add_error("q", _("This does not find exactly one inquiry. Your try is recorded."))
            return self.render_to_response(self.get_context_data(form=form))
        messages.warning(
            request, _("Open for four hours. The leads are told, and every look is recorded.")
        )
        return HttpResponseRedirect(reverse("inbox:inquiry", args=[access.inquiry_id]))


class EmergenciesView(InboxAccessMixin, WagtailAdminTemplateMixin, TemplateView):
    """Who used access in an emergency, for leads."""

    request: StaffRequest
    template_name = "inquiries/admin/emergencies.html"
    page_title = gettext_lazy("Access in emergencies")
    header_icon = "warning"

    def may_enter(self, user: User, **kwargs: Any) -> bool:
        """Return whether the user is a lead."""
        return user_is_lead(user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the accesses, the newest first; cut off."""
        accesses = EmergencyAccess.objects.select_related("inquiry", "user")[:MOST_LISTED]
        return super().get_context_data(accesses=accesses, **kwargs)
