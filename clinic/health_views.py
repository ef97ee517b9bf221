"""The operator's questions: is the process there, can it do its work, and what are the numbers?"""

import hmac
from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clinic.client_address import parse_address
from clinic.health import problems, warnings
from clinic.measurements import EXPOSITION_TYPE, exposition

_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer without asking anybody."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200, or 503 with a sentence for everything that is wrong; warnings change nothing.

    Who comes through a proxy, without the token, learns what is wrong and not how much of it.
    """
    with override("en"):
        found, minor = problems(), warnings()
    if not (is_this_machine(request) or may_read_numbers(request)):
        found, minor = dict.fromkeys(found, ""), dict.fromkeys(minor, "")
    status = HTTPStatus.SERVICE_UNAVAILABLE if found else HTTPStatus.OK
    return JsonResponse({"ready": not found, "problems": found, "warnings": minor}, status=status)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with the measurements for a monitoring system; nobody else learns of the address."""
    if not may_read_numbers(request):
        raise Http404
    return HttpResponse(exposition(), content_type=EXPOSITION_TYPE)


def may_read_numbers(request: HttpRequest) -> bool:
    """Return whether METRICS_TOKEN came along; without one, whether this machine itself asks."""
    token = settings.OPERATING.metrics_token
    if token:
        sent = request.headers.get("Authorization", "")
        return hmac.compare_digest(sent.encode(), f"Bearer {token}".encode())
    return is_this_machine(request)


def is_this_machine(request: HttpRequest) -> bool:
    """Return whether this machine itself asks.

    A request that a proxy passed on is never this machine's own, however many are trusted.
    """
    if any(name in request.META for name in _FORWARDED):
        return False
    address = parse_address(request.META.get("REMOTE_ADDR", ""))
    return address is not None and address.is_loopback
