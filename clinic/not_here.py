from typing import Any, NoReturn

from django.http import Http404, HttpRequest


def not_here(request: HttpRequest, *args: Any, **kwargs: Any) -> NoReturn:
    """Raise Http404: stands where a package would offer another way in."""
    raise Http404
