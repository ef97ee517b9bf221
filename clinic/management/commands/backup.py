from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clinic.backups.making import BusyError, delete_older, make_backup
from clinic.backups.programs import ProgramError


class Command(BaseCommand):
    help = (
        "Write a whole backup (database and pictures, no keys) into a new folder and print that "
        "folder; leaves nothing behind when it cannot be finished."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "target",
            nargs="?",
            type=Path,
            default=settings.DATA_DIR / "backups",
            help="where the folders of the backups stand; DATA_DIR/backups when left out",
        )
        parser.add_argument("--without-media", action="store_true", help="leave the pictures out")
        parser.add_argument(
            "--keep-days", type=int, help="then delete older backups, never the newest"
        )

    def handle(self, *args: Any, **options: Any) -> str:
        try:
            folder = make_backup(options["target"], with_media=not options["without_media"])
            if options["keep_days"] is not None:
                delete_older(options["target"], timedelta(days=options["keep_days"]))
        except (BusyError, ProgramError, OSError) as error:
            raise CommandError(f"There is no new backup. {error}") from error
        return str(folder)
