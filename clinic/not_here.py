"""Answers where another site would have a way in."""

from typing import Any, NoReturn

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseRedirect


def not_here(request: HttpRequest, *args: Any, **kwargs: Any) -> NoReturn:
    """Raise Http404: stands where a package would offer another way in."""
    raise Http404


def to_staff_door(request: HttpRequest) -> HttpResponseRedirect:
    """Redirect to the staff door's front page; raises Http404 where its address is not set."""
    if not settings.STAFF_URL:
        raise Http404
    return HttpResponseRedirect(f"{settings.STAFF_URL}/admin/")
