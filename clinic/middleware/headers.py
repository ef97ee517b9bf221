"""Headers that every answer carries and for which Django has no setting."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

# Everything that a page of ours never asks a browser for.
_REFUSED_FEATURES = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
    "xr-spatial-tracking",
)
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in _REFUSED_FEATURES)
STAFF_PREFIX = "/admin/"


class SecurityHeadersMiddleware:
    """Adds Permissions-Policy and CORP, and keeps staff pages out of caches and referrers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the inner layers' answer with the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path_info.startswith(STAFF_PREFIX):
            response.headers.setdefault("Referrer-Policy", "same-origin")
            response.headers.setdefault("Cache-Control", "no-store, private")
        elif request.META.get("QUERY_STRING"):
            # A search may hold a diagnosis: no link may carry it away.
            response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response
