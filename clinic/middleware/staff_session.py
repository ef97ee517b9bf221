"""Ends a staff session after 15 minutes without a person at it, and after 12 hours anyway."""

import time
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from clinic.audit import record_event
from clinic.error_pages import error_page, typed_fields

ACTIVITY_PATH = "/admin/active/"
LOGIN_PREFIX = "/admin/auth/"
ACCESS = "wagtailadmin.access_admin"
STARTED, ACTIVE = "staff_started_at", "staff_active_at"


class StaffSessionMiddleware:
    """Counts navigations and forms as activity, never what a page sends by itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the inner layers' answer, or the way to the login."""
        if not request.path_info.startswith(settings.SESSION_COOKIE_PATH):
            return self.get_response(request)
        if not request.user.is_authenticated:
            # A page that noticed the end of the session has ended it before the person sent.
            if typed_fields(request):
                return error_page(request, HTTPStatus.UNAUTHORIZED)
            return self.get_response(request)
        now = int(time.time())
        session = request.session
        started = session.setdefault(STARTED, now)
        active = session.setdefault(ACTIVE, now)
        idle = now - active >= settings.STAFF_IDLE_LOGOUT.total_seconds()
        if idle or now - started >= settings.STAFF_SESSION_LIMIT.total_seconds():
            return self._end(request, "idle" if idle else "limit")
        if not is_background(request):
            session[ACTIVE] = now
        if not _may_enter(request):
            return error_page(request, HTTPStatus.FORBIDDEN)
        return self.get_response(request)

    def _end(self, request: HttpRequest, reason: str) -> HttpResponse:
        record_event(
            action="session.ended", actor=request.user, data={"reason": reason}, request=request
        )
        logout(request)
        response: HttpResponse
        if is_background(request):
            response = HttpResponse(status=HTTPStatus.UNAUTHORIZED)
        elif request.method == "GET":
            query = urlencode({"next": request.get_full_path()})
            response = HttpResponseRedirect(f"{settings.LOGIN_URL}?{query}")
        else:
            response = error_page(request, HTTPStatus.UNAUTHORIZED)
        response["Clear-Site-Data"] = '"cache", "storage"'
        response["Cache-Control"] = "no-store, private"
        return response


def _may_enter(request: HttpRequest) -> bool:
    """Return False for somebody without any role, whom the admin and the login would send around.

    The login's own addresses stay open, to leave by.
    """
    return request.path_info.startswith(LOGIN_PREFIX) or request.user.has_perm(ACCESS)


@require_POST
def staff_is_active(request: HttpRequest) -> HttpResponse:
    """Return nothing; the page asks for this while a person types or points."""
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def is_background(request: HttpRequest) -> bool:
    """Return whether a page sent this by itself: no navigation of a person.

    Browsers since 2023 say so (Fetch Metadata); older ones are recognised by Wagtail's own header.
    """
    if request.path_info == ACTIVITY_PATH:
        return False
    mode = request.headers.get("Sec-Fetch-Mode")
    if mode:
        return mode != "navigate"
    return request.headers.get("X-Requested-With") == "XMLHttpRequest" or (
        "/editing-sessions/" in request.path_info
        or request.headers.get("Accept", "").startswith("application/json")
    )
