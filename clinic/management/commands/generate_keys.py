import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from clinic.sealing import generate_key_pair

Lines = dict[str, dict[str, str]]


class Command(BaseCommand):
    help = "Print fresh secrets for a new installation, by environment file; stores nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--id", help="Id of the sealing key; today's date when left out.")
        parser.add_argument(
            "--only-sealing",
            action="store_true",
            help="Print a sealing pair alone, to change the key of a running installation.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        key_id = options["id"] or timezone.now().strftime("k%Y-%m-%d")
        public, private = generate_key_pair(key_id)
        files = _sealing(public, private) if options["only_sealing"] else _all(public, private)
        for name, values in files.items():
            self.stdout.write(f"# {name}")
            for variable, value in values.items():
                self.stdout.write(f'{variable}="{value}"')
            self.stdout.write("")
        self.stderr.write(
            "Nothing of this is stored: put it into the files, and a copy of the private key, "
            "LOOKUP_KEY and RECEIPT_KEY in a safe. Put a new private key in front of the older "
            "ones, and keep each for as long as the oldest backup that needs it."
        )


def _sealing(public: str, private: str) -> Lines:
    return {
        "common.env": {"SEALING_PUBLIC_KEY": public},
        "staff.env": {"SEALING_PRIVATE_KEYS": private},
        "worker.env": {"SEALING_PRIVATE_KEYS": private},
    }


def _all(public: str, private: str) -> Lines:
    """Return what each process needs; what opens an inquiry is never the public door's."""
    opening = {"SEALING_PRIVATE_KEYS": private, "LOOKUP_KEY": _secret()}
    return {
        "common.env": {"SEALING_PUBLIC_KEY": public, "RECEIPT_KEY": _secret()},
        "public.env": {"SECRET_KEY": _secret()},
        "staff.env": {"SECRET_KEY": _secret(), **opening},
        "worker.env": {"SECRET_KEY": _secret(), **opening},
        "owner.env": {"SECRET_KEY": _secret()},
    }


def _secret() -> str:
    return secrets.token_urlsafe(48)
