"""Who logged in and what changed about a login, in the audit."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.signals import authentication_failed as second_factor_failed
from allauth.mfa.signals import (
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import Signal

from clinic.audit import record_event

ACTIONS: dict[str, Signal] = {
    "login.succeeded": user_logged_in,
    "login.ended": user_logged_out,
    "login.password_changed": password_changed,
    "login.password_reset": password_reset,
    "login.password_set": password_set,
    "login.second_factor_added": authenticator_added,
    "login.second_factor_removed": authenticator_removed,
    "login.second_factor_reset": authenticator_reset,
    "login.second_factor_used": authenticator_used,
    "login.second_factor_failed": second_factor_failed,
}


def connect() -> None:
    """Record one event for each of the packages' signals."""
    for action, signal in ACTIONS.items():
        signal.connect(_recorder(action), weak=False, dispatch_uid=f"clinic.{action}")


def _recorder(action: str) -> Any:
    def record(sender: Any, request: Any = None, user: Any = None, **kwargs: Any) -> None:
        authenticator = kwargs.get("authenticator")
        data = {"type": authenticator.type} if authenticator is not None else {}
        if user is not None and user.pk is not None:
            record_event(action=action, actor=user, data=data, request=request)

    return record
