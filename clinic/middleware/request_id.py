"""Gives each request an id, so that audit events of one request can be put together."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase


class RequestIdMiddleware:
    """Sets ``request.request_id``; what a client sends under that name means nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the inner layers' answer."""
        request.request_id = str(uuid.uuid4())  # type: ignore[attr-defined]
        return self.get_response(request)
