from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from clinic.sealing import generate_key_pair


class Command(BaseCommand):
    help = "Print a new pair of sealing keys, as environment variables; stores nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--id", help="Id of the key; today's date when left out.")

    def handle(self, *args: Any, **options: Any) -> None:
        key_id = options["id"] or timezone.now().strftime("k%Y-%m-%d")
        public, private = generate_key_pair(key_id)
        self.stdout.write(f"SEALING_PUBLIC_KEY={public}")
        self.stdout.write(f"SEALING_PRIVATE_KEYS={private}")
        self.stderr.write(
            "The public key goes to every process, the private key only to staff and worker. "
            "Put a new private key in front of the older ones, and keep each for as long as "
            "the oldest backup that needs it."
        )
