"""What every answer to a program keeps to: limits, other origins, conditional requests."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers

from clinic.client_address import client_address
from clinic.page_cache import generation
from clinic.rate_limit import hit

REQUESTS, WINDOW = 120, timedelta(minutes=1)
METHODS = "GET, HEAD, OPTIONS"
PREFLIGHT = {
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "If-None-Match, Prefer",
    "Access-Control-Max-Age": "86400",
}
EXPOSED = "ETag, Link, Retry-After"

View = Callable[..., HttpResponseBase]
Refuse = Callable[[int, str], HttpResponse]


def plain_refusal(status: int, sentence: str) -> HttpResponse:
    """Return an error as JSON."""
    return JsonResponse({"detail": sentence}, status=status)


def for_machines(view: View, refuse: Refuse = plain_refusal) -> View:
    """Wrap a view that reads: GET, HEAD and OPTIONS from any origin, limited, with an ETag."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = _answer(view, refuse, request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = EXPOSED
        return response

    # Only reads pass, so no token of ours is ever needed.
    wrapped.csrf_exempt = True  # type: ignore[attr-defined]
    return wrapped


def _answer(
    view: View, refuse: Refuse, request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=PREFLIGHT)
    if request.method not in {"GET", "HEAD"}:
        refusal = refuse(405, "These addresses only answer GET.")
        refusal["Allow"] = METHODS
        return refusal
    if hit("api", client_address(request), REQUESTS, WINDOW):
        refusal = refuse(429, f"At most {REQUESTS} requests a minute, please.")
        refusal["Retry-After"] = str(int(WINDOW.total_seconds()))
        return refusal
    etag = _etag(request)
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None and unchanged.status_code == 304:
        return _with_etag(unchanged, etag)
    is_head, request.method = request.method == "HEAD", "GET"
    response = view(request, *args, **kwargs)
    if response.status_code == 200:
        _with_etag(response, etag)
    if is_head and isinstance(response, HttpResponse):
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def _with_etag(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    """Say how the answer may be kept; "not modified" says the same (RFC 9110 §15.4.5)."""
    response["ETag"] = etag
    patch_cache_control(response, public=True, no_cache=True)
    patch_vary_headers(response, ["Prefer"])
    return response


def _etag(request: HttpRequest) -> str:
    """Return what changes with the address, how we are called, and anything that we show."""
    said = f"{generation()} {request.build_absolute_uri()} {request.headers.get('Prefer', '')}"
    return f'W/"{hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32]}"'
