"""The form's token, the sender's private link and the codes made from them.

All are computed, never looked up: the public process reads no inquiries.
"""

import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.conf import settings
from django.core import signing

# Crockford's base 32: no letters that are mistaken for digits on the phone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SALT = "inquiries.form"


def _keyed(purpose: str, *parts: str) -> bytes:
    message = "\x00".join((f"inquiries.{purpose}/v1", *parts)).encode()
    return hmac.new(settings.RECEIPT_KEY.encode(), message, hashlib.sha256).digest()


@dataclass(frozen=True)
class FormToken:
    """What a form carries from the moment it is shown: the id of the inquiry it may become."""

    inquiry_id: uuid.UUID
    shown_at: datetime
    consent_version: str

    def signed(self) -> str:
        """Return the token as the form's hidden field holds it."""
        shown_at = int(self.shown_at.timestamp())
        value = f"{self.inquiry_id.hex}.{shown_at}.{self.consent_version}"
        return signing.Signer(salt=_SALT).sign(value)

    def for_another_inquiry(self) -> "FormToken":
        """Return the token of the same form under an id that nobody else knows."""
        return replace(self, inquiry_id=uuid.uuid4())


def new_form_token(now: datetime, consent_version: str) -> FormToken:
    """Return the token of a form that is shown for the first time."""
    return FormToken(uuid.uuid4(), now, consent_version)


def read_form_token(text: str) -> FormToken | None:
    """Return the token of a sent form, or None when we did not make it."""
    try:
        value = signing.Signer(salt=_SALT).unsign(text)
    except signing.BadSignature:
        return None
    inquiry_id, shown_at, consent_version = value.split(".")
    return FormToken(
        uuid.UUID(inquiry_id), datetime.fromtimestamp(int(shown_at), UTC), consent_version
    )


def _canonical(answers: dict[str, object]) -> str:
    return json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def inquiry_id_without_token(answers: dict[str, object]) -> uuid.UUID:
    """Return the id for answers that came without a token; the same answers give the same id."""
    return uuid.UUID(bytes=_keyed("untokened", _canonical(answers))[:16])


def submission_id(inquiry_id: uuid.UUID, answers: dict[str, object]) -> uuid.UUID:
    """Return the id of a submission: the same answers to the same form give the same id."""
    return uuid.UUID(bytes=_keyed("submission", inquiry_id.hex, _canonical(answers))[:16])


def reference_for(inquiry_id: uuid.UUID) -> str:
    """Return the code by which people speak of an inquiry, such as ``7K3M-Q2XA``."""
    number = int.from_bytes(_keyed("reference", inquiry_id.hex)[:5], "big")
    letters = "".join(_ALPHABET[(number >> shift) & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


def receipt_token(inquiry_id: uuid.UUID, renewal: int) -> str:
    """Return the unguessable part of the sender's private link."""
    return _keyed("receipt", inquiry_id.hex, str(renewal)).hex()[:40]


def receipt_hash(token: str) -> str:
    """Return what the database knows of a private link."""
    return hashlib.sha256(token.encode()).hexdigest()
