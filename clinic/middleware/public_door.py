"""The public door knows nobody."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponseBase
from wagtail.documents.models import AbstractDocument
from wagtail.models import Page


class PublicDoorMiddleware:
    """Sets ``request.user`` without sessions and without a query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the inner layers' answer."""
        request.user = AnonymousUser()
        return self.get_response(request)


def hide_restricted_page(page: Page, request: HttpRequest, *args: Any) -> None:
    """Raise Http404 for a restricted page (``before_serve_page``): nobody logs in at this door."""
    if settings.PROCESS == "public" and len(page.get_view_restrictions()):
        raise Http404


def hide_restricted_document(document: AbstractDocument, request: HttpRequest) -> None:
    """Raise Http404 for a document of a restricted collection (``before_serve_document``)."""
    if settings.PROCESS == "public" and document.collection.get_view_restrictions().exists():
        raise Http404
