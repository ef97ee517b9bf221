"""Erases the inquiries whose time is over; the worker does the same every hour.

Exit status: 0 done, 1 some could not be erased.
"""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from trials.inquiries.services.retaining import (
    MOST_IN_A_RUN,
    RetentionFailedError,
    apply_retention,
    preview,
)

_ROW = "{:<20} {:>6} {:>6} {:>6}  {}"


class Command(BaseCommand):
    help = "Erases the inquiries whose time is over, but for their tombstones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="Only show numbers: nothing is erased."
        )
        parser.add_argument(
            "--days", type=int, default=0, help="With --dry-run: as it will be in so many days."
        )
        parser.add_argument(
            "--most", type=int, default=MOST_IN_A_RUN, help="Erase at most so many inquiries."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self._show(options["days"])
            return
        if options["days"]:
            raise CommandError("--days goes with --dry-run only.")
        try:
            done = apply_retention(most=options["most"])
        except RetentionFailedError as error:
            raise CommandError(str(error)) from error
        for key, number in done.items():
            self.stdout.write(f"{key:<20} {number:>6}")
        self.stdout.write(f"{'erased':<20} {sum(done.values()):>6}")

    def _show(self, days: int) -> None:
        now = timezone.now()
        self.stdout.write(_ROW.format("rule", "months", "erased", "kept", "why kept"))
        for line in preview(now, moment=now + timedelta(days=days)):
            months = "-" if line.rule.months is None else line.rule.months
            why = ", ".join(f"{one.value} {number}" for one, number in line.obstacles.items())
            self.stdout.write(
                _ROW.format(line.rule.key, months, line.free, line.kept, why).rstrip()
            )
