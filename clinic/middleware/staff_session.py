"""Ends a staff session after 15 minutes without a person at it, and after 12 hours anyway."""

import time
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import logout
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from clinic.audit import record_event
from clinic.error_pages import error_page, typed_fields
from clinic.late_posts import text_came_late
from clinic.sessions import ACTIVE, STARTED, note_where

ACTIVITY_PATH = "/admin/active/"
LOGIN_PREFIX = "/admin/auth/"
ACCESS = "wagtailadmin.access_admin"
NOTED_EVERY = 10  # seconds
# A shared computer keeps nothing of a session that is over, nor a page to go back to.
FORGET = '"cache", "storage"'


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
        if STARTED not in session:
            note_where(request)
        started = session.setdefault(STARTED, now)
        active = session.setdefault(ACTIVE, now)
        idle = now - active >= settings.STAFF_IDLE_LOGOUT.total_seconds()
        if idle or now - started >= settings.STAFF_SESSION_LIMIT.total_seconds():
            return self._end(request, "idle" if idle else "limit")
        # Not at every click, for each time is a write.
        if not is_background(request) and now - active >= NOTED_EVERY:
            session[ACTIVE] = now
        if not _may_enter(request):
            return error_page(request, HTTPStatus.FORBIDDEN)
        response = self.get_response(request)
        if not request.user.is_authenticated:  # logged out just now
            response["Clear-Site-Data"] = FORGET
        return response

    def _end(self, request: HttpRequest, reason: str) -> HttpResponse:
        record_event(
            action="session.ended", actor=request.user, data={"reason": reason}, request=request
        )
        if typed_fields(request):
            # Robust: whatever goes wrong with the draft, the page still shows the text.
            text_came_late.send_robust(sender=type(self), request=request)
        logout(request)
        response: HttpResponse
        if is_background(request):
            response = HttpResponse(status=HTTPStatus.UNAUTHORIZED)
        elif request.method == "GET":
            query = urlencode({"next": request.get_full_path()})
            response = HttpResponseRedirect(f"{settings.LOGIN_URL}?{query}")
        else:
            response = error_page(request, HTTPStatus.UNAUTHORIZED)
        response["Clear-Site-Data"] = FORGET
        response["Cache-Control"] = "no-store, private"
        return response


def _may_enter(request: HttpRequest) -> bool:
    """Return False for somebody without any role, whom the admin and the login would send around.

    The login's own addresses stay open, to leave by.
    """
    return request.path_info.startswith(LOGIN_PREFIX) or request.user.has_perm(ACCESS)


@require_http_methods(["GET", "POST"])
def staff_is_active(request: HttpRequest) -> HttpResponse:
    """Return how long the session still lasts.

    A page posts here while a person types or points, which counts as activity; it asks by GET,
    which does not count, before it warns of the end.
    """
    return JsonResponse(time_left(request))


def time_left(request: HttpRequest) -> dict[str, int | bool]:
    """Return the seconds until the session ends, and whether activity would put that off."""
    now, session = int(time.time()), request.session
    idle = session[ACTIVE] + int(settings.STAFF_IDLE_LOGOUT.total_seconds()) - now
    limit = session[STARTED] + int(settings.STAFF_SESSION_LIMIT.total_seconds()) - now
    return {"seconds": min(idle, limit), "can_stay": idle < limit}


def is_background(request: HttpRequest) -> bool:
    """Return whether a page sent this by itself: no navigation of a person.

    Browsers since 2023 say so (Fetch Metadata); older ones are recognised by Wagtail's own header.
    """
    if request.path_info == ACTIVITY_PATH:
        return request.method != "POST"
    mode = request.headers.get("Sec-Fetch-Mode")
    if mode:
        return mode != "navigate"
    return request.headers.get("X-Requested-With") == "XMLHttpRequest" or (
        "/editing-sessions/" in request.path_info
        or request.headers.get("Accept", "").startswith("application/json")
    )
