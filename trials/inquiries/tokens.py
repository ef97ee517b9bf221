"""The form's token, the sender's private link and the codes made from them.

All are computed, never looked up: the public process reads no inquiries.
"""

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
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

    def signed(self, purpose: str = "") -> str:
        """Return the token as the hidden field of a form holds it.

        A form that is not the public one names its ``purpose``: its token is good for it alone.
        """
        shown_at = int(self.shown_at.timestamp())
        value = f"{self.inquiry_id.hex}.{shown_at}.{self.consent_version}"
        return signing.Signer(salt=_SALT + purpose).sign(value)

    def for_another_inquiry(self) -> "FormToken":
        """Return the token of the same form under an id that nobody else knows."""
        return replace(self, inquiry_id=uuid.uuid4())


def new_form_token(now: datetime, consent_version: str) -> FormToken:
    """Return the token of a form that is shown for the first time."""
    return FormToken(uuid.uuid4(), now, consent_version)


def read_form_token(text: str, purpose: str = "") -> FormToken | None:
    """Return the token of a sent form, or None when we did not make it for this purpose."""
    try:
        value = signing.Signer(salt=_SALT + purpose).unsign(text)
    except signing.BadSignature:
        return None
    inquiry_id, shown_at, consent_version = value.split(".")
    return FormToken(
        uuid.UUID(inquiry_id), datetime.fromtimestamp(int(shown_at), UTC), consent_version
    )


def _canonical(answers: Mapping[str, object]) -> str:
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


def synthetic_pass(inquiry_id: uuid.UUID) -> str:
    """Return what marks the inquiry of this id as one of our own (see ``synthetic``)."""
    return _keyed("synthetic", inquiry_id.hex).hex()


def request_id(token_hash: str, parts: Mapping[str, object]) -> uuid.UUID:
    """Return the id of what a sender asks for: the same thing asked twice is one request."""
    return uuid.UUID(bytes=_keyed("request", token_hash, _canonical(parts))[:16])


def address_token(request: uuid.UUID) -> str:
    """Return what the link holds by which the owner of a new address confirms it."""
    return request.hex + _keyed("address", request.hex).hex()[:32]


def read_address_token(token: str) -> uuid.UUID | None:
    """Return which request for other contact data a link confirms; None when we did not make it."""
    request = uuid.UUID(token[:32])
    return request if hmac.compare_digest(token, address_token(request)) else None


def receipt_hash(token: str) -> str:
    """Return what the database knows of a private link."""
    return hashlib.sha256(token.encode()).hexdigest()
