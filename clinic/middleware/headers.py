"""Headers that every answer carries."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware

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


class SecurityHeadersMiddleware(SecurityMiddleware):
    """Adds Django's security headers and ours, and keeps staff pages out of caches and referrers.

    Django's own middleware stands further in: the way to https and the refusal of a foreign Host
    are its answers, and carry the same headers as all others.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Leave everything to the inner layers."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Return the inner layers' answer with the headers."""
        response = super().process_response(request, response)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        is_usual = response.headers["Referrer-Policy"] == settings.SECURE_REFERRER_POLICY
        if request.path_info.startswith(STAFF_PREFIX):
            response.headers.setdefault("Cache-Control", "no-store, private")
        elif request.META.get("QUERY_STRING") and is_usual:
            # A search may hold a diagnosis: no link may carry it away.
            response.headers["Referrer-Policy"] = "no-referrer"
        return response
