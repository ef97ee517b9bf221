"""What senders asked for, as staff read it."""

from typing import Any

from django import template

from trials.inquiries.presentation import answer_rows

register = template.Library()


@register.simple_tag
def sender_answers(answers: dict[str, Any]) -> list[tuple[str, str]]:
    """Return label and value of everything that was given."""
    return list(answer_rows(answers))
