"""How the site does, for administrators: what /readyz and /metrics say, in words."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from wagtail.admin.menu import MenuItem

from clinic.alarms import KEEP
from clinic.health import hours_and_minutes, problems, warnings
from clinic.measurements import all_measurements
from clinic.models import Alarm, User

# What administrators alone hold; permissions are read once for each request.
SEES_STATE = "clinic.change_clinicsettings"


def user_may_see_state(user: User | AnonymousUser) -> bool:
    """Return whether a user is an administrator."""
    return user.is_active and user.has_perm(SEES_STATE)


def in_words(value: float | datetime | timedelta | None) -> str:
    """Return a measured value as a person reads it."""
    if value is None:
        return _("never")
    if isinstance(value, datetime):
        return str(naturaltime(value))
    if isinstance(value, timedelta):
        minutes = value >= timedelta(minutes=1)
        return hours_and_minutes(value) if minutes else f"{int(value.total_seconds())} s"
    return f"{value:g}"


class StateView(View):
    """Problems, warnings, measurements and the alarms of the last weeks."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not user_may_see_state(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the page."""
        context = {
            "problems": problems(),
            "warnings": warnings(),
            "measurements": [(one.label, in_words(one.value)) for one in all_measurements()],
            "alarms": Alarm.objects.filter(began_at__gt=timezone.now() - KEEP).order_by(
                "-began_at"
            )[:20],
        }
        return TemplateResponse(request, "wagtailadmin/clinic/state.html", context)


class StateMenuItem(MenuItem):
    """The way to the page, for administrators."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether this user is one."""
        return user_may_see_state(request.user)
