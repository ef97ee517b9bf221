"""Two forms of Wagtail that stumble over what no page of theirs sends: 400 and no error of ours."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import BadRequest
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def _is_signed(request: HttpRequest) -> bool:
    """Return whether the step before named the file of an import of redirects."""
    try:
        for name in ("import_file_name", "input_format"):
            Signer().unsign(request.POST.get(name, ""))
    except BadSignature:
        return False
    return True


def _names_an_address(request: HttpRequest) -> bool:
    return "external-link-chooser-url" in request.POST


# Address below /admin/, and what tells a form of that page from any other.
WATCHED: dict[str, Callable[[HttpRequest], bool]] = {
    "choose-external-link/": _names_an_address,
    "redirects/import/process/": _is_signed,
}


def only_its_own_forms(view: View, is_own: Callable[[HttpRequest], bool]) -> View:
    """Return the view, which answers 400 where it stumbled over a form that is not its own.

    The view decides first who may be here at all.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (AttributeError, KeyError) as error:
            if is_own(request):
                raise
            raise BadRequest("No page of ours sends this") from error

    return wrapped
