"""The list for later: who is on it, and putting a person there or taking them off."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from clinic.audit import record_event
from trials.inquiries import services
from trials.inquiries.later_enums import AgreedBy, LaterEnd
from trials.inquiries.later_forms import LaterForm, OffListForm
from trials.inquiries.later_list import listed, named_trials, open_now
from trials.inquiries.models import Inquiry
from trials.inquiries.staff_actions import InquiryActionView
from trials.inquiries.staff_views import INBOX, InboxAccessMixin, StaffRequest

PER_PAGE = 50


class ListForLaterView(InquiryActionView):
    """Records that a person agreed to be told of other trials."""

    done = gettext_lazy("On the list for later.")
    form_name = "later_form"

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return LaterForm(self.request.POST, auto_id="later_%s")

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Put the person on the list."""
        services.list_for_later(
            inquiry_id=inquiry.pk,
            agreed_by=AgreedBy(data["agreed_by"]),
            agreed_on=data["agreed_on"],
            months=data["months"],
            actor=self.request.user,
            version=data["version"],
            request=self.request,
        )


class TakeOffListView(InquiryActionView):
    """Ends such a consent."""

    done = gettext_lazy("Off the list for later.")

    def get_form(self, inquiry: Inquiry) -> forms.Form:
        """Return the bound form."""
        return OffListForm(self.request.POST)

    def act(self, inquiry: Inquiry, data: dict[str, Any]) -> None:
        """Take the person off the list."""
        services.take_off_list(
            inquiry_id=inquiry.pk,
            end=LaterEnd(data["end"]),
            actor=self.request.user,
            version=data["version"],
            request=self.request,
        )


class ForLaterView(InboxAccessMixin, WagtailAdminTemplateMixin, TemplateView):
    """Who agreed to be told of other trials, by reference, and what is open here for them now."""

    request: StaffRequest
    template_name = "inquiries/admin/later.html"
    page_title = gettext_lazy("List for later")
    header_icon = "history"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [
            *self.breadcrumbs_items,
            {"url": INBOX, "label": gettext_lazy("Inquiries")},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return a page of the list; that it was looked at is recorded."""
        user = self.request.user
        trials = named_trials(user)
        chosen = self.request.GET.get("trial", "")
        chosen = chosen if chosen in dict(trials) else ""
        page = Paginator(listed(user, chosen), PER_PAGE).get_page(self.request.GET.get("page"))
        consents = list(page.object_list)
        found = open_now(consent.inquiry for consent in consents)
        record_event(
            action="inquiry.later_listed",
            actor=user,
            object_type="inquiry",
            data={"trial": chosen, "count": len(consents)},
            request=self.request,
        )
        return super().get_context_data(
            page=page,
            rows=[(consent, found[consent.inquiry.pk]) for consent in consents],
            trials=trials,
            chosen=chosen,
            **kwargs,
        )
