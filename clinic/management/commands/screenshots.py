import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clinic.chromium import ChromiumMissing, chromium
from clinic.screenshots import Demo, Photographer
from clinic.throw_away import throw_away_environment

START_LIMIT_SECONDS = 300
PASSWORD = "screenshots-of-a-throw-away-demo"  # noqa: S105 - of a demo that ends with this command


class Command(BaseCommand):
    help = "Take pictures of a running demo, or of a throw-away one, with Chromium."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--public", help="Address of a running demo's public door.")
        parser.add_argument("--staff", help="Address of its staff door.")
        parser.add_argument("--password", default=settings.DEMO_PASSWORD)
        parser.add_argument("--port", type=int, default=8790, help="Where to start the demo.")
        parser.add_argument(
            "--to", type=Path, default=settings.BASE_DIR / "docs" / "screenshots", help="Folder."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with chromium() as browser, self._demo(options) as demo:
                Photographer(browser, demo, options["to"], self.stdout.write).take_all()
        except ChromiumMissing as missing:
            raise CommandError(str(missing)) from None

    @contextmanager
    def _demo(self, options: dict[str, Any]) -> Iterator[Demo]:
        if options["public"] and options["staff"]:
            yield Demo(
                options["public"].rstrip("/"), options["staff"].rstrip("/"), options["password"]
            )
            return
        port = options["port"]
        demo = Demo(f"http://localhost:{port}", f"http://localhost:{port + 1}", PASSWORD)
        with throw_away_environment(PORT=str(port), DEMO_PASSWORD=PASSWORD) as environment:
            process = subprocess.Popen(
                [sys.executable, str(settings.BASE_DIR / "manage.py"), "demo"],
                env=environment,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
            try:
                _wait_for(demo, process)
                yield demo
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGINT)
                process.wait()


def _wait_for(demo: Demo, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            for door in (demo.public, demo.staff):
                urllib.request.urlopen(f"{door}/readyz", timeout=5).close()  # noqa: S310
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise CommandError("The demo did not start.")
