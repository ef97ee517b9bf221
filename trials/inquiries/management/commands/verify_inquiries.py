import re
import uuid
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trials.inquiries.models.sealed import sealed_models
from trials.inquiries.services.verifying import RECEIPTS, Verified, verify


def position(text: str) -> tuple[str, uuid.UUID]:
    """Return the table and id of ``TABLE:ID``; raises ArgumentTypeError for anything else."""
    table, _colon, row = text.partition(":")
    known = {RECEIPTS, *(model._meta.db_table for model in sealed_models())}
    if table not in known or not re.fullmatch(r"[0-9a-f-]{36}", row):
        raise ArgumentTypeError("It is written TABLE:ID, as this command prints it.")
    return table, uuid.UUID(row)


class Command(BaseCommand):
    help = (
        "Open every sealed value and compare lookup hashes and private pages; prints counts and "
        "ids of rows, never what was opened. Exits with 1 when something is wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--after",
            type=position,
            metavar="TABLE:ID",
            help="go on where a run ended: the last place that it printed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify(after=options["after"], say=self.stderr.write)
        self._tell(found)
        if found.problems:
            for problem in found.named:
                self.stderr.write(problem)
            listed = "; ".join(f"{count} {problem}" for problem, count in found.problems.items())
            raise CommandError(f"Something sealed cannot be relied on: {listed}.")
        total = found.opened.total()
        self.stdout.write(f"All {total:,} sealed values open (100 %).")

    def _tell(self, found: Verified) -> None:
        for model in sealed_models():
            table = model._meta.db_table
            self.stdout.write(
                f"{table}: {found.opened[table]:,} opened, {found.empty[table]:,} emptied, "
                f"{found.unreadable[table]:,} cannot be opened"
            )
        self.stdout.write(
            f"lookup hashes: {found.lookups:,} compared, {found.wrong_lookups:,} wrong"
        )
        self.stdout.write(
            f"private pages: {found.receipts:,} compared, {found.wrong_receipts:,} wrong"
        )
