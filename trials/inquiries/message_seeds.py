"""The texts of the product as rows that a clinic can edit."""

import uuid

from wagtail.models import Locale

from clinic.review import publishing_without_review
from clinic.translation_work import record_versions
from trials.inquiries.models import MessageTemplate
from trials.inquiries.sender_texts import shipped_texts

_NAMESPACE = uuid.UUID("6d0f6a52-3d0e-4f7c-9a0b-6c9b7b1f0c44")


def add_missing(*, publish_as_demo: bool = False) -> int:
    """Add the texts that are missing as drafts, or live as demo content; return how many.

    A draft changes nothing: the same words are sent until somebody approves others.
    """
    known = set(MessageTemplate.objects.values_list("key", "locale__language_code"))
    locales = {locale.language_code: locale for locale in Locale.objects.all()}
    missing = {
        (key, language): text
        for (key, language), text in shipped_texts().items()
        if (key.value, language) not in known and language in locales
    }
    for (key, language), text in missing.items():
        row = MessageTemplate(
            key=key,
            locale=locales[language],
            translation_key=uuid.uuid5(_NAMESPACE, key),
            subject=text.subject,
            body=text.body,
            is_demo_content=publish_as_demo,
            live=False,
        )
        row.save()
        revision = row.save_revision()
        if publish_as_demo:
            with publishing_without_review():
                revision.publish()
    record_versions(MessageTemplate)
    return len(missing)
