"""The screens that show where somebody is logged in, and log out there."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, ngettext
from django.views import View
from wagtail.admin import messages

from clinic.audit import record_event
from clinic.models import StaffMember, User
from clinic.sessions import end_sessions, sessions_of


class OwnSessionsView(View):
    """One's own: a POST ends one of them, or all but the one at hand."""

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.person: User = request.user

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Return the screen."""
        context = {
            "sessions": sessions_of(self.person, request.session.session_key),
            "person": self.person,
            "is_own": self.person.pk == request.user.pk,
        }
        return TemplateResponse(request, "wagtailadmin/clinic/sessions.html", context)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Log out there and come back."""
        handle = request.POST.get("end", "")
        ended = end_sessions(self.person, keep=request.session.session_key, handle=handle)
        record_event(
            action="session.revoked",
            actor=request.user,
            object_type="user",
            object_id=self.person.pk,
            data={"ended": ended},
            request=request,
        )
        words = ngettext("Logged out in one place.", "Logged out in %(count)d places.", ended)
        nothing = gettext("That login was over already.")
        messages.success(request, words % {"count": ended} if ended else nothing)
        return HttpResponseRedirect(request.path)


@method_decorator(
    permission_required("clinic.change_staffmember", raise_exception=True), name="dispatch"
)
class StaffSessionsView(OwnSessionsView):
    """A colleague's, for who manages staff."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.person = get_object_or_404(StaffMember, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)
