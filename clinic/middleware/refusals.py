"""Writes down what the admin refuses to somebody who is logged in, guessed addresses included."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.messages import ERROR
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve, reverse

from clinic.audit import record_event, was_recorded

STAFF_PREFIX = "/admin/"
_REFUSALS = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
# What may be typed into an address is kept only where it looks like the key of a row.
_KEY = re.compile(r"[0-9a-f-]{1,36}", re.IGNORECASE)
_LONGEST_NAME = 40


class RefusalMiddleware:
    """Adds an event for each refusal that no view wrote down in words of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the inner layers' answer."""
        response = self.get_response(request)
        if (
            request.path_info.startswith(STAFF_PREFIX)
            and request.user.is_authenticated
            and _is_refusal(request, response)
            and not was_recorded(request, ".refused")
            and (match := _screen(request))
        ):
            record_event(
                action="access.refused",
                actor=request.user,
                object_type=match.view_name[:_LONGEST_NAME],
                object_id=_key_in(match.kwargs),
                request=request,
            )
        return response


def _screen(request: HttpRequest) -> ResolverMatch | None:
    """Return the screen of an address, also where a middleware answered; None for none of ours."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    return match if match.url_name else None


def _is_refusal(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether an answer refuses; Wagtail does so by an error on its front page."""
    if response.status_code in _REFUSALS:
        return True
    if response.get("Location") != reverse("wagtailadmin_home"):
        return False
    shown = getattr(request, "_messages", None)
    queued = getattr(shown, "_queued_messages", [])
    return any(message.level == ERROR for message in queued)


def _key_in(arguments: dict[str, Any]) -> str:
    keys = [str(value) for value in arguments.values()]
    return next((key for key in reversed(keys) if _KEY.fullmatch(key)), "")
