from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.jobs import only_one
from clinic.owner_connection import connect_as_owner
from clinic.sealing import BadKeyError
from trials.inquiries.services.rotating import seal_all_anew


class Command(BaseCommand):
    help = (
        "Seal everything that is under an older key for the newest one. Goes on where a killed "
        "run ended; the doors may be open meanwhile. Needs the worker's keys and the owner's "
        "OWNER_DATABASE_URL."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="open all, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        connect_as_owner()
        with only_one("inquiries.rotate_sealing_key") as is_alone:
            if not is_alone:
                raise CommandError("Another run is at it.")
            try:
                rotated = seal_all_anew(dry_run=options["dry_run"], say=self.stderr.write)
            except BadKeyError as error:
                raise CommandError(str(error)) from error
        verb = "could be" if options["dry_run"] else "were"
        self.stdout.write(f"{rotated.done.total():,} values {verb} sealed for the newest key.")
        if rotated.left:
            for problem in rotated.named:
                self.stderr.write(problem)
            raise CommandError(
                f"{rotated.left.total():,} cannot be opened and stay as they are: keep every old "
                "private key until that is explained."
            )
