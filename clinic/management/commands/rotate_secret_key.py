from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError

from clinic.audit import record_event
from clinic.login import encrypt_seeds_anew


class Command(BaseCommand):
    help = (
        "Encrypt seeds of authenticator apps and recovery codes under the SECRET_KEY of now, so "
        "that its earlier values can leave SECRET_KEY_FALLBACKS. At the staff door."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = encrypt_seeds_anew()
        except InvalidToken as error:
            raise CommandError(
                "Nothing was changed: something is encrypted under a key that neither SECRET_KEY "
                "nor SECRET_KEY_FALLBACKS holds."
            ) from error
        record_event(action="login.seeds_encrypted_anew", data={"count": count})
        self.stdout.write(f"{count} second factors are under the SECRET_KEY of now.")
