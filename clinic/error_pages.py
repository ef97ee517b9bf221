"""What people see when something goes wrong."""

from django.http import HttpRequest, HttpResponse


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the answer to a form whose CSRF token is missing or wrong."""
    return HttpResponse("", status=403)
