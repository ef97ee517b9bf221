"""Exports all that the public was shown about a trial on a day, for the ethics board (IRB).

Exit status: 0 written, 1 nothing to export or the target is there already.
"""

import hashlib
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.audit import record_event
from trials.inquiries.export import NothingShown, export
from trials.registry.values import nct_id as read_nct_id


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no date; write it as 2026-10-01") from None


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no time; write it as 14:30") from None


class Command(BaseCommand):
    help = "Exports all that the public was shown about a trial on a day, for the IRB."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("nct_id")
        parser.add_argument("--on", type=_date, required=True, metavar="DATE")
        parser.add_argument(
            "--at", type=_time, help="Time of day in the clinic's time zone; without it its end."
        )
        parser.add_argument("--output", type=Path, help="A .zip file or a new folder.")

    def handle(self, *args: Any, **options: Any) -> None:
        nct_id = read_nct_id(options["nct_id"])
        if not nct_id:
            raise CommandError(f"{options['nct_id']} is no NCT id.")
        day: date = options["on"]
        moment = self._moment(day, options["at"])
        target = options["output"] or Path(f"{nct_id}-as-shown-{day.isoformat()}.zip")
        try:
            exported = export(nct_id, moment)
            exported.write(target)
        except NothingShown as reason:
            raise CommandError(str(reason)) from reason
        except FileExistsError as error:
            raise CommandError(f"{target} is there already; nothing was written.") from error
        except OSError as error:
            raise CommandError(f"{target} cannot be written: {error.strerror}.") from error
        manifest = exported.manifest
        record_event(
            action="trial.exported_as_shown",
            object_type="trial",
            object_id=nct_id,
            data={
                "moment": moment.isoformat(),
                "manifest_sha256": hashlib.sha256(manifest.encode()).hexdigest(),
            },
        )
        self.stdout.write(f"{target}\n{manifest}", ending="")

    @staticmethod
    def _moment(day: date, at: time | None) -> datetime:
        """Return the moment that is meant; for today without a time it is now."""
        if at is None and day == timezone.localdate():
            return timezone.now()
        return timezone.make_aware(datetime.combine(day, at or time.max))
