"""My trials: one click says that our site is open, for one trial or for all."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from clinic.site_facts import clinic_settings
from trials.confirmations import confirm
from trials.inquiries.permissions import user_may_use_inbox
from trials.inquiries.reminders import open_trials_of
from trials.inquiries.services import summaries_to_sign
from trials.inquiries.staff_views import StaffRequest

ALL = "all"


class MyTrialsView(WagtailAdminTemplateMixin, TemplateView):
    """The open trials that a coordinator answers for (GET), and confirming them (POST)."""

    request: StaffRequest
    template_name = "inquiries/admin/my_trials.html"
    page_title = gettext_lazy("My trials")
    header_icon = "check"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer those who use the inbox; raises PermissionDenied for others."""
        if not user_may_use_inbox(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the trials, those to confirm first."""
        return super().get_context_data(
            rows=open_trials_of(self.request.user),
            days=clinic_settings(self.request).confirmation_days,
            to_sign=summaries_to_sign(self.request.user),
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Confirm the trial of the button, or all; what is not one's own stays as it is."""
        wanted = request.POST.get("trial", "")
        trials = [row.trial for row in open_trials_of(self.request.user)]
        chosen = [trial for trial in trials if wanted in (ALL, trial.nct_id)]
        number = confirm(chosen, actor=self.request.user, request=request)
        said = ngettext("%(number)d trial confirmed.", "%(number)d trials confirmed.", number)
        messages.success(request, said % {"number": number})
        return HttpResponseRedirect(reverse("my_trials:index"))
