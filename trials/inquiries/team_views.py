"""Who is on which trial's team: for leads."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from trials.inquiries import services
from trials.inquiries.enums import TeamRole
from trials.inquiries.models import TrialTeamMember
from trials.inquiries.permissions import user_may_edit_teams
from trials.inquiries.staff_forms import TeamMemberForm
from trials.inquiries.staff_views import StaffRequest

TEAMS = reverse_lazy("trial_teams:index")


class LeadsOnlyMixin(View):
    request: StaffRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer leads; raises PermissionDenied for others."""
        if not user_may_edit_teams(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class TeamsView(LeadsOnlyMixin, WagtailAdminTemplateMixin, TemplateView):
    """All teams, and a form to put somebody on one."""

    request: StaffRequest
    template_name = "inquiries/admin/teams.html"
    page_title = gettext_lazy("Trial teams")
    header_icon = "group"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the members by trial and the form."""
        members = TrialTeamMember.objects.select_related("trial", "user")
        return super().get_context_data(members=members, **{"form": TeamMemberForm(), **kwargs})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Put a person on a team."""
        form = TeamMemberForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        services.join_team(
            trial=form.cleaned_data["trial"],
            user=form.cleaned_data["user"],
            role=TeamRole(form.cleaned_data["role"]),
            actor=self.request.user,
            request=request,
        )
        messages.success(request, _("The team is changed."))
        return HttpResponseRedirect(TEAMS)


class LeaveTeamView(LeadsOnlyMixin):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a person off a team."""
        member = get_object_or_404(TrialTeamMember, pk=pk)
        services.leave_team(member=member, actor=self.request.user, request=request)
        messages.success(request, _("The team is changed."))
        return HttpResponseRedirect(TEAMS)
