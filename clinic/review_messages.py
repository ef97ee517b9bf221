"""A refused approval is a message on the page where it was tried, not an error page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from wagtail.admin import messages

from clinic.review import ReviewRefused


class ReviewRefusedMiddleware:
    """Answers ReviewRefused, whichever of Wagtail's views was publishing or approving."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return to where the person was, with the reason; a dialog is closed by its JSON."""
        if not isinstance(exception, ReviewRefused):
            return None
        messages.error(request, str(exception))
        url = request.META.get("HTTP_REFERER", "")
        if not url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure()):
            url = reverse("wagtailadmin_home")
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            return JsonResponse({"step": "success", "redirect": url})
        return redirect(url)
