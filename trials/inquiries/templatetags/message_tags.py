"""A message to senders as the editor's preview shows it."""

from django import template

from trials.inquiries.message_keys import PLACEHOLDERS, MessageKey
from trials.inquiries.message_rules import in_braces
from trials.inquiries.models import MessageTemplate
from trials.inquiries.sender_texts import (
    LANGUAGES,
    FilledIn,
    MessageText,
    preview_with_invented_values,
    shipped_texts,
)

register = template.Library()


@register.simple_tag
def in_all_languages(message: MessageTemplate) -> list[FilledIn]:
    """Return a message with invented values in each language; of the others the newest draft."""
    if message.key not in MessageKey.values:
        return []
    key, own = MessageKey(message.key), message.locale.language_code
    texts = {language: shipped_texts()[key, language] for language in LANGUAGES}
    others = MessageTemplate.objects.filter(key=key).exclude(locale=message.locale)
    for other in others.select_related("locale", "latest_revision"):
        newest = other.get_latest_revision_as_object()
        texts[other.locale.language_code] = MessageText(newest.subject, newest.body)
    texts[own] = MessageText(message.subject, message.body)
    return [preview_with_invented_values(texts[language], key, language) for language in LANGUAGES]


@register.simple_tag
def placeholders_by_occasion() -> list[tuple[str, str, str]]:
    """Return occasion, what may be put into its text and what must."""
    return [
        (str(key.label), in_braces(sorted(rule.allowed)), in_braces(sorted(rule.required)))
        for key, rule in sorted(PLACEHOLDERS.items())
    ]
