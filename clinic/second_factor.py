"""The admin only for sessions that passed a second factor, where one is required."""

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

ADMIN = "/admin/"
LOGIN = "/admin/auth/"
DEVICES = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def session_has_second_factor(request: HttpRequest) -> bool:
    """Return whether this very session was authenticated with a second factor or a passkey.

    That a device exists says nothing about the session: it may be older than the device.
    """
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


def count_first_device(
    request: HttpRequest, user: Any, authenticator: Authenticator, **_kwargs: Any
) -> None:
    """Receive ``authenticator_added``: who just showed their first device has passed it.

    Never a second device: a session that has not passed the first one must not get in by adding.
    """
    devices = Authenticator.objects.filter(user_id=user.pk, type__in=DEVICES)
    if authenticator.type in DEVICES and devices.count() == 1:
        post_authentication(request, authenticator)


def connect() -> None:
    """Connect the receiver."""
    authenticator_added.connect(count_first_device, dispatch_uid="clinic.second_factor")


class SecondFactorMiddleware:
    """Sends staff without a second factor to set one up, or to use the one they have."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.is_missing(request):
            if request.headers.get("x-requested-with") == "XMLHttpRequest":
                return HttpResponseForbidden()
            return self.lead_to_it(request)
        return self.get_response(request)

    def is_missing(self, request: HttpRequest) -> bool:
        """Return whether this request needs a second factor that its session lacks."""
        return (
            settings.MFA_REQUIRED
            and request.path.startswith(ADMIN)
            and not request.path.startswith(LOGIN)
            and request.user.is_authenticated
            and not session_has_second_factor(request)
        )

    def lead_to_it(self, request: HttpRequest) -> HttpResponse:
        """Return a redirect: to the device, or to the screen that adds the first one."""
        types = Authenticator.objects.filter(user_id=request.user.pk, type__in=DEVICES)
        held = set(types.values_list("type", flat=True))
        if not held:
            messages.info(request, _("First set up a second factor: it protects this account."))
            return redirect("mfa_index")
        has_code = Authenticator.Type.TOTP in held
        name = "mfa_reauthenticate" if has_code else "mfa_reauthenticate_webauthn"
        return redirect(f"{reverse(name)}?{urlencode({'next': request.get_full_path()})}")
