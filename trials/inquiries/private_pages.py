"""What every page has that belongs to one sender alone."""

from django.http import HttpRequest, HttpResponse

from clinic.error_pages import CSRF_FIELD


def private(response: HttpResponse, *, has_form: bool = True) -> HttpResponse:
    """Keep a page out of caches and search engines, and its address from every other site.

    Under ``no-referrer``, which pages with a query get, a browser sends a form with ``Origin:
    null``, and the check against forged posts refuses it. ``strict-origin`` tells no path either.
    """
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "strict-origin" if has_form else "no-referrer"
    return response


def typed_pairs(request: HttpRequest, *left_out: str) -> list[tuple[str, str]]:
    """Return all that was typed, for hidden fields of a page on the way to the same form."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in (CSRF_FIELD, *left_out)
        for value in values
    ]
