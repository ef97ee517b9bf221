"""What the reviewer's dialog says of a translation."""

from typing import Any

from django import template

from clinic.models.translation import Translation, draft_sha256
from clinic.translation_panel import translation_url

register = template.Library()


@register.simple_tag
def translation_of(text: Any) -> dict[str, Any] | None:
    """Return who signed a translation and whether that covers its draft; None for originals."""
    record = Translation.of(text)
    if record is None:
        return None
    return {
        "name": record.translator_name,
        "is_signed": record.is_signed(draft_sha256(text)),
        "is_behind": record.is_behind,
        "url": translation_url(text),
    }
