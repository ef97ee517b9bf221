from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.jobs import only_one
from trials.inquiries.services.rotating import hash_all_anew


class Command(BaseCommand):
    help = (
        "Compute all lookup hashes with the LOOKUP_KEY of now. Can be killed and run again; until "
        "it ends, older inquiries are not found by name, e-mail or phone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="compare all, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        with only_one("inquiries.rotate_lookup_key") as is_alone:
            if not is_alone:
                raise CommandError("Another run is at it.")
            rotated = hash_all_anew(dry_run=options["dry_run"], say=self.stderr.write)
        verb = "would get" if options["dry_run"] else "got"
        self.stdout.write(f"{rotated.done.total():,} inquiries {verb} new lookup hashes.")
        if rotated.left:
            for problem in rotated.named:
                self.stderr.write(problem)
            raise CommandError(
                f"{rotated.left.total():,} submissions cannot be opened: their inquiries keep the "
                "hashes that they have."
            )
