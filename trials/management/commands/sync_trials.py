"""Brings the registry mirror up to date, from files or from the registry itself.

Exit status: 0 all records were taken, 1 some were refused, 2 nothing could be read.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trials.classify import reclassify_all
from trials.models import SyncRun
from trials.registry.api import client_from_settings, sync_from_api
from trials.registry.client import RegistryUnavailable
from trials.registry.files import record_files
from trials.registry.lanes import LaneFailed, sync_files
from trials.registry.sync import Report, SyncAtWork

BAR = 30
SHOWN = 50


class Command(BaseCommand):
    help = "Syncs trials from ClinicalTrials.gov API v2 records: files (--from) or the registry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from", dest="path", type=Path, help="A JSON file or a folder of them."
        )
        parser.add_argument(
            "--reclassify",
            action="store_true",
            help="Only classify all trials anew, after a change of the vocabulary.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["reclassify"]:
            self.stdout.write(f"{reclassify_all()} trials classified.")
            return
        try:
            run, report = (
                self._from_files(options["path"]) if options["path"] else self._from_registry()
            )
        except (RegistryUnavailable, SyncAtWork, LaneFailed) as error:
            raise CommandError(str(error), returncode=2) from error
        self._summarise(run, report)
        if report.refused or run.missing:
            sys.exit(1)

    def _from_files(self, path: Path) -> tuple[SyncRun, Report]:
        try:
            files = record_files(path)
        except FileNotFoundError as error:
            raise CommandError(f"There is no file or folder {path}.", returncode=2) from error
        if not files:
            raise CommandError(f"There is no .json file in {path}.", returncode=2)

        def show(done: int, count: int) -> None:
            self._bar(done / len(files), f"{done}/{len(files)} files, {count} records")

        result = sync_files(files, source=str(path), progress=show)
        self._end_bar()
        return result

    def _from_registry(self) -> tuple[SyncRun, Report]:
        def show(count: int) -> None:
            self._bar(0, f"{count} records")

        result = sync_from_api(client_from_settings(), progress=show)
        self._end_bar()
        return result

    def _bar(self, share: float, text: str) -> None:
        if self.stderr.isatty():
            filled = int(share * BAR)
            self.stderr.write(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {text}  ", ending="")
            self.stderr.flush()

    def _end_bar(self) -> None:
        if self.stderr.isatty():
            self.stderr.write("")

    def _summarise(self, run: SyncRun, report: Report) -> None:
        seconds = (run.finished_at - run.started_at).total_seconds() if run.finished_at else 0
        self.stdout.write(
            f"{report.total} records in {seconds:.1f} s: {report.new} new, "
            f"{report.changed} changed, {report.unchanged} unchanged, {report.older} older than "
            f"ours, {len(report.refused)} refused."
        )
        self._list("Refused", [f"{source}: {reason}" for source, reason in report.refused])
        self._list("Not found at the registry", run.missing)
        self._list("Please look at", report.notices)

    def _list(self, heading: str, lines: list[str]) -> None:
        if not lines:
            return
        self.stdout.write(f"{heading}:")
        for line in lines[:SHOWN]:
            self.stdout.write(f"  {line}")
        if len(lines) > SHOWN:
            self.stdout.write(f"  … and {len(lines) - SHOWN} more (see the admin)")
