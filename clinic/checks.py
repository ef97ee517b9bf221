"""House rules as Django system checks."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.http.request import validate_host

_OWN_ADDRESS = {"public": "SITE_URL", "staff": "STAFF_URL"}


@register(deploy=True)
def door_answers_to_its_own_address(**_: Any) -> list[CheckMessage]:
    """Warn of a door that would refuse everybody who comes by its address."""
    name = _OWN_ADDRESS.get(settings.PROCESS)
    if name is None:
        return []
    host = urlsplit(getattr(settings, name)).hostname or ""
    if validate_host(host, settings.ALLOWED_HOSTS):
        return []
    message = f"ALLOWED_HOSTS does not hold {host!r}, the host of {name}: all requests get a 400."
    return [Warning(message, id="clinic.W001")]
