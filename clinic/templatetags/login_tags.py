"""What the login page shows beyond the form."""

from typing import Any

from django import template
from django.conf import settings

from clinic.demo_people import DEMO_PEOPLE

register = template.Library()


@register.simple_tag
def demo_logins() -> dict[str, Any] | None:
    """Return the demo's logins with their password, or None outside the demo."""
    if not settings.DEMO:
        return None
    logins = [{"email": email, "role": role} for email, (role, *_name) in DEMO_PEOPLE.items()]
    return {"password": settings.DEMO_PASSWORD, "logins": logins}
