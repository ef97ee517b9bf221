import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from clinic.bounces import MOST_BYTES
from clinic.delivery import record_report


class Command(BaseCommand):
    help = (
        "Read one delivery report (RFC 3464) from standard input, as a mail server pipes it. "
        "Exits with 75 when the mail server should try again later."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read(MOST_BYTES)
        # A mail server that cannot write all of a message takes that for a failure.
        while sys.stdin.buffer.read(MOST_BYTES):
            pass
        try:
            taken = record_report(raw)
        except DatabaseError as error:
            name = type(error).__name__
            raise CommandError(
                f"The database does not answer: {name}", returncode=os.EX_TEMPFAIL
            ) from error
        self.stdout.write(taken)
