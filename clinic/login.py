"""How staff log in: allauth with our limits, our audit and sealed second factors."""

import base64
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from clinic.audit import record_event
from clinic.client_address import bucket, client_address
from clinic.models import User
from clinic.rate_limit import hit

_WITH_SEEDS = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
_ENCRYPTED = {"secret", "seed"}
ATTEMPTS = 30
WINDOW = timedelta(minutes=15)


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up; guessing is slowed down per account and network, on every machine alike."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return bucket(client_address(request))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raise ValidationError after too many attempts, counted on all machines together."""
        super().pre_authenticate(request, **credentials)
        if hit(
            "login", self._get_login_attempts_cache_key(request, **credentials), ATTEMPTS, WINDOW
        ):
            raise self.validation_error("too_many_login_attempts")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Return account and network: nobody can lock out a colleague from elsewhere."""
        account = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{account}:{self.get_client_ip(request)}"

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write the failure down: whose login, where there is one, never what was typed."""
        email = str(credentials.get("email", "")).lower()
        known = User.objects.filter(email=email).values_list("pk", flat=True).first()
        record_event(
            action="login.failed",
            object_type="user" if known else "",
            object_id=known or "",
            request=request,
        )

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of the mail: from the settings, not from the request's Host header."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.STAFF_URL + path.replace("UID-KEY", key)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seeds of authenticator apps and recovery codes are encrypted in the database."""

    def get_totp_issuer(self) -> str:
        return str(settings.WAGTAIL_SITE_NAME)

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def encrypt_seeds_anew() -> int:
    """Put all seeds and recovery codes under the SECRET_KEY of now; return how many people's.

    Raises cryptography's InvalidToken, and changes nothing, when one is under a key that neither
    SECRET_KEY nor SECRET_KEY_FALLBACKS holds.
    """
    cipher = _cipher()
    with transaction.atomic():
        rows = list(Authenticator.objects.select_for_update().filter(type__in=_WITH_SEEDS))
        for row in rows:
            for name in _ENCRYPTED & row.data.keys():
                row.data[name] = cipher.rotate(row.data[name].encode()).decode()
            row.save(update_fields=["data"])
    return len(rows)


def _cipher() -> MultiFernet:
    """Return the cipher; seeds encrypted under an earlier SECRET_KEY stay readable."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(str(key))) for key in keys])


def _derived(secret: str) -> bytes:
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"clinic/second-factor/1")
    return base64.urlsafe_b64encode(hkdf.derive(secret.encode()))
