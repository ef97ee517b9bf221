import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clinic.bench import machine, throughput
from clinic.bench.context import BenchContext
from clinic.bench.queries import measure_in_public_process
from clinic.bench.report import Report, median
from clinic.bench.server import HOST, Server
from clinic.bench.site import pages, throw_away_site
from clinic.bench.weight import HEADER, PAINTS, PHOTOGRAPHS, weigh
from clinic.chromium import ChromiumMissing
from clinic.contributions import contributions
from clinic.throw_away import throw_away_environment

WARM_PAGE = "education page"
OWN_SECTIONS = ("weight", "queries", "throughput")


def all_sections() -> list[str]:
    """Return what can be measured alone: the command's own sections and those of the rooms."""
    found = list(OWN_SECTIONS)
    for module in contributions("bench"):
        found += getattr(module, "SECTIONS", ())
    return found


class Command(BaseCommand):
    help = "Measure page weight, queries, throughput, search and sync on a throw-away site."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "section",
            nargs="*",
            metavar="section",
            help=f"Measure only these: {', '.join(all_sections())}.",
        )
        parser.add_argument("--rows", type=int, default=10_000, help="Trials to search in.")
        parser.add_argument(
            "--records",
            type=Path,
            help="Folder of registry records (JSON) to vary; the demo's own when left out.",
        )
        parser.add_argument(
            "--here",
            action="store_true",
            help="Measure in DATA_DIR, which must be empty, instead of a new folder.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if unknown := set(options["section"]) - set(all_sections()):
            raise CommandError(
                f"There is no section {', '.join(sorted(unknown))}; "
                f"there are {', '.join(all_sections())}."
            )
        if options["here"]:
            self._measure(options)
        else:
            sys.exit(self._in_a_new_folder(options))

    @staticmethod
    def _in_a_new_folder(options: dict[str, Any]) -> int:
        """Settings are read once, so another process measures with a database of its own."""
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "bench", "--here"]
        command += [f"--rows={options['rows']}", *options["section"]]
        if options["records"]:
            command.append(f"--records={options['records'].resolve()}")
        with throw_away_environment() as environment:
            return subprocess.run(command, env=environment, check=False).returncode

    def _measure(self, options: dict[str, Any]) -> None:
        report = Report(self._say)
        workers = min(2, os.cpu_count() or 1)
        report.note("Setting up a demo to measure: a minute or two.")
        with throw_away_site(workers) as server:
            report.note(machine.describe())
            context = BenchContext(
                report,
                HOST,
                server.port,
                settings.DATA_DIR,
                options["rows"],
                options["records"],
                frozenset(options["section"]),
                server,
            )
            named = {"home": "/en/"} | pages()
            if context.wants("weight"):
                report.section("Weight of a first visit (bytes on the wire)")
                self._weigh(report, server, named)
            if context.wants("queries"):
                report.section("SQL queries of a page")
                self._count(report, named)
            if context.wants("throughput") and WARM_PAGE in named:
                report.section("Throughput of a warm page")
                throughput.measure(context, server, named[WARM_PAGE], workers)
            for module in contributions("bench"):
                if hasattr(module, "bench"):
                    module.bench(context)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    @staticmethod
    def _weigh(report: Report, server: Server, named: dict[str, str]) -> None:
        try:
            found = weigh([f"http://{HOST}:{server.port}{path}" for path in named.values()])
        except ChromiumMissing as missing:
            report.note(f"Not measured. {missing}")
            return
        report.table(
            ["page", "total", f"without {PHOTOGRAPHS}", *HEADER],
            [
                [
                    name,
                    _bytes(weight),
                    _bytes(weight) - weight[PHOTOGRAPHS],
                    *(weight[column] for column in HEADER),
                ]
                for name, weight in zip(named, found, strict=True)
            ],
        )
        report.table(
            ["page, slow 4G, slower processor", *PAINTS],
            [
                [name, *(weight[column] for column in PAINTS)]
                for name, weight in zip(named, found, strict=True)
            ],
        )

    @staticmethod
    def _count(report: Report, named: dict[str, str]) -> None:
        found = measure_in_public_process(list(named.values()))
        report.table(
            ["page", "first of a process", "after a change", "cold", "warm", "cold ms", "answer"],
            [
                [
                    name,
                    *(found[path][column] for column in ("first", "changed", "cold", "warm")),
                    median(found[path]["milliseconds"]),
                    found[path]["status"],
                ]
                for name, path in named.items()
            ],
        )
        report.note(
            "After a change: the first page since content changed reads the site's addresses anew. "
            "Cold: the process has warmed up, the page cache is empty. The page cache itself looks "
            "at its generation at most twice a second, over a connection of its own."
        )


def _bytes(weight: dict[str, int]) -> int:
    return sum(value for name, value in weight.items() if name in HEADER[1:])
