"""The address a request came from: the one place that reads X-Forwarded-For."""

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d+)?|([\d.]+):\d+")


def parse_address(text: str) -> Address | None:
    """Return the address written in ``text`` (a port and brackets are dropped), or None."""
    text = text.strip()
    if match := _WITH_PORT.fullmatch(text):
        text = match[1] or match[2]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def client_address(request: HttpRequest) -> Address | None:
    """Return who speaks to us, or None when that is unknown (a Unix socket).

    With TRUSTED_PROXIES=n the n-th entry from the right of X-Forwarded-For was written by our own
    outermost proxy; what stands left of it was written by the client and means nothing.
    """
    hops = settings.TRUSTED_PROXIES
    if hops:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(forwarded) >= hops and (address := parse_address(forwarded[-hops])):
            return address
    return parse_address(request.META.get("REMOTE_ADDR", ""))


def _network(address: Address, bits: int) -> str:
    return str(ipaddress.ip_network((address, bits), strict=False))


def truncated(address: Address | None) -> str:
    """Return the network that logs and audit events may keep: IPv4 /24, IPv6 /48."""
    return _network(address, 24 if address.version == 4 else 48) if address else ""


def bucket(address: Address | None) -> str:
    """Return the network that one limit applies to: IPv4 /32, IPv6 /64."""
    return _network(address, 32 if address.version == 4 else 64) if address else "unknown"
