"""What staff do with what senders ask for on the private page."""

import uuid
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from clinic.models import User
from clinic.site_facts import clinic_settings
from trials.inquiries import services
from trials.inquiries.models import Inquiry
from trials.inquiries.permissions import user_may_answer_persons
from trials.inquiries.sender_enums import IdentityCheck
from trials.inquiries.sender_forms import (
    ERASE,
    ConfirmContactForm,
    DecideErasureForm,
    IdentityForm,
)
from trials.inquiries.staff_actions import InquiryActionView
from trials.inquiries.staff_forms import ReleaseForm, ToldForm, VersionedForm
from trials.inquiries.staff_views import InboxAccessMixin, StaffRequest


class _SenderActionView(InquiryActionView):
    form_class: type[VersionedForm] = ReleaseForm

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return self.form_class(self.request.POST)

    def common(self, inquiry: Inquiry, data: dict[str, Any]) -> dict[str, Any]:
        """Return what every service wants to know."""
        return {
            "inquiry_id": inquiry.pk,
            "actor": self.request.user,
            "version": data["version"],
            "request": self.request,
        }


class AskForContactView(_SenderActionView):
    done = gettext_lazy("The clock stands still, and the private page asks for other contact data.")

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Ask."""
        services.ask_for_contact(**self.common(inquiry, data))


class ToldView(_SenderActionView):
    """Says how the sender learned of an end whose closing message came back."""

    done = gettext_lazy("Noted how the sender learns of the end.")
    form_name = "told_form"

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return ToldForm(self.request.POST, inquiry=inquiry, auto_id="told_%s")

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Note it, or send the message once more."""
        services.tell_otherwise(
            closing=data["closing"], told_at=data["told_at"], **self.common(inquiry, data)
        )


class GoOnView(_SenderActionView):
    done = gettext_lazy("The clock runs again.")

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Let the clock run."""
        services.go_on(**self.common(inquiry, data))


class UrgencyView(_SenderActionView):
    done = gettext_lazy("The mark of urgent words is gone.")

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Take the mark away."""
        services.handle_urgency(**self.common(inquiry, data))


class ConfirmContactView(_SenderActionView):
    done = gettext_lazy("The new contact data are used from now on.")
    form_class = ConfirmContactForm

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Use them."""
        services.confirm_contact(
            sender_request=data["sender_request"],
            identity=IdentityCheck(data["identity"]),
            **self.common(inquiry, data),
        )


class DecideErasureView(_SenderActionView):
    done = gettext_lazy("Decided. The private page tells the sender.")
    form_class = DecideErasureForm

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Erase or keep."""
        keep_reason = "" if data["keep_reason"] == ERASE else data["keep_reason"]
        services.decide_erasure(
            sender_request=data["sender_request"],
            keep_reason=keep_reason,
            **self.common(inquiry, data),
        )


class TakeBackView(_SenderActionView):
    """Takes a wish to stop back for a sender whom a lead identified."""

    done = gettext_lazy("Taken back. The private page tells the sender.")
    form_class = ConfirmContactForm

    def may_enter(self, user: User, **kwargs: Any) -> bool:
        """Return whether the user is a lead."""
        return user_may_answer_persons(user)

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Take it back."""
        services.take_back(
            sender_request=data["sender_request"],
            identity=IdentityCheck(data["identity"]),
            **self.common(inquiry, data),
        )


class RenewLinkView(InboxAccessMixin, WagtailAdminTemplateMixin, TemplateView):
    """Gives a new link to a sender whom staff verified, and shows it this once."""

    request: StaffRequest
    http_method_names = ["post"]
    template_name = "inquiries/admin/sender_link.html"
    header_icon = "mail"

    def post(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Renew, or say why not."""
        inquiry = get_object_or_404(Inquiry.objects.visible_to(self.request.user), pk=pk)
        form = IdentityForm(request.POST)
        if not form.is_valid():
            messages.error(request, str(next(iter(form.errors.values()))[0]))
            return self._back(inquiry)
        try:
            renewed, is_mailed = services.renew_link(
                inquiry_id=inquiry.pk,
                identity=IdentityCheck(form.cleaned_data["identity"]),
                actor=self.request.user,
                version=form.cleaned_data["version"],
                request=request,
            )
        except services.RefusedError as refusal:
            messages.error(request, str(refusal))
            return self._back(inquiry)
        self.page_title = renewed.reference
        context = self.get_context_data(
            inquiry=renewed,
            link=services.link_to(renewed),
            is_mailed=is_mailed,
            clinic=clinic_settings(request),
        )
        return self.render_to_response(context, status=HTTPStatus.OK)

    def _back(self, inquiry: Inquiry) -> HttpResponse:
        return HttpResponseRedirect(reverse("inbox:inquiry", args=[inquiry.pk]))
