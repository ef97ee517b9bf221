"""What pages show of how we keep our promise."""

from django import template

from trials.inquiries.models import ReplyFigures

register = template.Library()


@register.simple_tag
def reply_figures() -> ReplyFigures | None:
    """Return the figures of the last 90 days, None while there are too few inquiries."""
    return ReplyFigures.objects.first()
