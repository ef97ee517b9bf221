"""What keeps a shared computer from showing the next person what the last one typed."""

import secrets

from django.conf import settings
from django.http import HttpResponse

COOKIE = "sent"
_SECONDS = 60


def forget_on_going_back(response: HttpResponse) -> HttpResponse:
    """Return the answer with a cookie that changes, and means nothing.

    Browsers keep a page whole for the way back, even one that is marked ``no-store``, but drop it
    when a cookie changes (developer.chrome.com/docs/web-platform/bfcache-ccns): "Back" then asks
    for an empty form, also where no script runs.
    """
    response.set_cookie(
        COOKIE,
        secrets.token_hex(4),
        max_age=_SECONDS,
        secure=settings.CSRF_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response
