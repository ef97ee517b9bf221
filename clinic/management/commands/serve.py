import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from clinic.process_life import VARIABLE


class Command(BaseCommand):
    help = "Serve one door (PROCESS=public or PROCESS=staff) with granian until SIGTERM."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--application", default="clinic.wsgi:application")
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
        parser.add_argument(
            "--threads",
            type=int,
            default=4,
            help="per worker; each one may hold a database connection",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        os.environ["PROCESS"] = settings.PROCESS
        os.environ[VARIABLE] = "1"
        os.chdir(settings.BASE_DIR)
        arguments = {
            "--interface": "wsgi",
            "--host": options["host"],
            "--port": options["port"],
            "--workers": options["workers"],
            "--blocking-threads": options["threads"],
            "--workers-kill-timeout": 10,
            "--respawn-interval": 1,
            "--log-level": "warning",
        }
        flags = [text for item in arguments.items() for text in map(str, item)]
        switches = ["--respawn-failed-workers", "--no-ws", options["application"]]
        os.execv(sys.executable, [sys.executable, "-m", "granian", *flags, *switches])  # noqa: S606
