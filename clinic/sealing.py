"""Sealed data: HPKE (RFC 9180) with X25519, HKDF-SHA256 and AES-256-GCM.

Whoever holds the public key can seal; only a private key opens. ``info`` binds a sealed value to
its purpose, version and row, so that a value copied to another row or column does not open.
A key is written ``<id>:<32 bytes in URL-safe base64>``.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from django.conf import settings

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_KEY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
PADDING_STEP = 256
_END_OF_TEXT = b"\x80"  # ISO/IEC 7816-4 padding: a marker, then zeroes


class SealingError(Exception):
    """Something sealed could not be opened, or a key is not usable."""


class BadKeyError(SealingError):
    """A key is missing or not written as ``<id>:<base64>``."""


class UnknownKeyError(SealingError):
    """The value was sealed for a key that this process does not hold."""


class TamperedError(SealingError):
    """The value was changed, belongs elsewhere, or the key is not the one of its id."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed value and the id of the key that opens it."""

    key_id: str
    blob: bytes


def _decode(text: str) -> tuple[str, bytes]:
    key_id, separator, encoded = text.strip().partition(":")
    try:
        raw = base64.b64decode(encoded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not separator or not _KEY_ID.fullmatch(key_id) or len(raw) != 32:
        raise BadKeyError("A sealing key is written <id>:<32 bytes in URL-safe base64>.")
    return key_id, raw


def generate_key_pair(key_id: str) -> tuple[str, str]:
    """Return a new public key and its private key, as the settings want them."""
    private = X25519PrivateKey.generate()
    public = base64.urlsafe_b64encode(private.public_key().public_bytes_raw()).decode()
    secret = base64.urlsafe_b64encode(private.private_bytes_raw()).decode()
    _decode(f"{key_id}:{public}")
    return f"{key_id}:{public}", f"{key_id}:{secret}"


class Sealer:
    """Seals for one public key."""

    def __init__(self, public_key: str) -> None:
        self.key_id, raw = _decode(public_key)
        self._public = X25519PublicKey.from_public_bytes(raw)

    def seal(self, plain: bytes, *, info: bytes) -> Sealed:
        """Return ``plain`` sealed; its size is hidden up to the next 256 bytes."""
        marked = plain + _END_OF_TEXT
        padded = marked + b"\x00" * (-len(marked) % PADDING_STEP)
        return Sealed(self.key_id, _SUITE.encrypt(padded, self._public, info))


class Opener:
    """Opens with whichever of its private keys a value was sealed for."""

    def __init__(self, private_keys: Iterable[str]) -> None:
        decoded = [_decode(key) for key in private_keys]
        self._private = {id_: X25519PrivateKey.from_private_bytes(raw) for id_, raw in decoded}
        if len(self._private) != len(decoded):
            raise BadKeyError("Two private sealing keys have the same id.")

    def open(self, sealed: Sealed, *, info: bytes) -> bytes:
        """Return the plain bytes; raises UnknownKeyError or TamperedError, never a wrong value."""
        try:
            private = self._private[sealed.key_id]
        except KeyError:
            raise UnknownKeyError(f"No private key with the id {sealed.key_id!r} here.") from None
        try:
            padded = _SUITE.decrypt(bytes(sealed.blob), private, info)
        except (InvalidTag, ValueError):
            raise TamperedError("A sealed value was changed or belongs elsewhere.") from None
        plain, marker, padding = padded.rpartition(_END_OF_TEXT)
        if not marker or padding.strip(b"\x00"):
            raise TamperedError("A sealed value has no end.")
        return plain


@lru_cache(maxsize=4)
def _sealer(public_key: str) -> Sealer:
    return Sealer(public_key)


@lru_cache(maxsize=4)
def _opener(private_keys: tuple[str, ...]) -> Opener:
    return Opener(private_keys)


def seal(plain: bytes, *, info: bytes) -> Sealed:
    """Return ``plain`` sealed for SEALING_PUBLIC_KEY; raises BadKeyError without a usable key."""
    return _sealer(settings.SEALING_PUBLIC_KEY).seal(plain, info=info)


def open_sealed(sealed: Sealed, *, info: bytes) -> bytes:
    """Return what was sealed; raises a SealingError when that cannot be trusted."""
    return _opener(tuple(settings.SEALING_PRIVATE_KEYS)).open(sealed, info=info)


def keys_fit() -> bool:
    """Return whether a private key here opens what the public key seals (a canary)."""
    info = b"clinic.canary/v1"
    try:
        return open_sealed(seal(b"canary", info=info), info=info) == b"canary"
    except SealingError:
        return False
