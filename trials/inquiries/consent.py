"""The consent text as the sender reads it, and the version that is kept with the inquiry."""

import hashlib
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from clinic.models import PatientText
from clinic.site_facts import patient_texts


@dataclass(frozen=True)
class ConsentText:
    """A text to agree to, as rich text, and its version."""

    body: str
    version: str


def consent_text(request: HttpRequest | None = None) -> ConsentText:
    """Return the published consent text, or the one that comes with the product."""
    text = patient_texts(request).get(PatientText.Key.CONSENT)
    if text is None:
        return built_in_consent()
    return as_consent(text.body, text.locale.language_code, text.live_revision_id or 0)


def as_consent(body: str, language: str, revision: int) -> ConsentText:
    """Return a text with its version: language, revision and a hash of its words."""
    digest = hashlib.sha256(body.encode()).hexdigest()[:16]
    return ConsentText(body=body, version=f"{language}-{revision}-{digest}")


def later_consent(language: str) -> ConsentText:
    """Return what staff read to a person who wants to hear of other trials, in a language."""
    with override(language):
        body = format_html(
            "<p>{}</p>",
            _(
                "You agree that we keep your request and how to reach you until the day that we "
                "set together, so that we can tell you of other trials. You can take this back at "
                "any time, on your private page or by a call. Your care does not change."
            ),
        )
    return as_consent(body, language, 0)


def built_in_consent() -> ConsentText:
    """Return the text that comes with the product, in the active language."""
    body = format_html(
        "<p>{}</p>",
        _(
            "The study team may contact me about my request in the way I chose. Sending this form "
            "does not mean that I am in a study, and it does not change my care. I can stop at any "
            "time. Only staff who work on my request see my details."
        ),
    )
    return as_consent(body, get_language() or "en", 0)
