"""Puts a new release in the place of the running one, and takes it back when it does not work.

Run as root with the system's Python, which is all it needs::

    python3 -m clinic.upgrade --root /srv/clinic --release /srv/clinic/releases/v1.3

``ROOT/current`` is a link to the release that runs. What happens, in this order: look whether the
site is fit for it, install what the release requires, show what migrations would do, stop what
writes (only when there are migrations), back up, migrate in one transaction, move the link, start,
ask ``/readyz``. The public door starts last, so that nobody has written anything by then; if it
turns out bad the link goes back, and the backup is restored if the database had been changed.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

WRITERS = ("worker", "staff", "public")
LEAST_FREE_BYTES = 1_000_000_000
_PYTHON = ".venv/bin/python"
_INSTALLED = ".installed"


class RefusedError(Exception):
    """The upgrade was not begun or was taken back; the site is as it was."""


class StuckError(Exception):
    """A person has to decide; the text says what is the case."""


def say(line: str) -> None:
    """Tell whoever watches."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@dataclass(frozen=True, kw_only=True)
class Upgrade:
    """One try to replace the current release."""

    root: Path
    release: Path
    backups: Path
    helper: str
    staff_ready: str
    public_ready: str
    patience: float
    accept_loss: bool

    @property
    def current(self) -> Path:
        """Return the link to the release that runs."""
        return self.root / "current"

    def run(self) -> None:
        """Upgrade; raises RefusedError with the site as it was, StuckError otherwise."""
        old = self.look()
        red_before = self.problems(self.staff_ready) or {}
        self.install()
        has_migrations = self.plan()
        self.manage("collectstatic", "--noinput", "--verbosity=0")
        began_at = datetime.now(UTC)
        if has_migrations:
            self.control("stop", *WRITERS)
        try:
            backup = self.back_up()
            if has_migrations:
                say("Migrating in one transaction")
                self.manage("upgrade_step", "migrate")
        except subprocess.CalledProcessError as error:
            self.control("start", *WRITERS)
            raise RefusedError("The database was not changed; the old release runs.") from error
        self.switch(self.release)
        if self.works(red_before):
            say(f"{self.release.name} runs. The backup before it: {backup}")
            return
        self.take_back(old, backup if has_migrations else None, began_at)

    def look(self) -> Path:
        """Return the release that runs; raises RefusedError where nothing can be upgraded."""
        if not (self.release / "manage.py").is_file():
            raise RefusedError(f"{self.release} holds no release.")
        if not self.current.is_symlink() or not (self.current / "manage.py").is_file():
            raise RefusedError(f"{self.current} is not a link to a release.")
        old = self.current.resolve()
        if old == self.release.resolve():
            raise RefusedError(f"{self.release.name} runs already.")
        if shutil.disk_usage(self.root).free < LEAST_FREE_BYTES:
            raise RefusedError("There is less than 1 GB left on the disk.")
        if self.problems(self.staff_ready) is None:
            raise RefusedError(f"The staff door does not answer at {self.staff_ready}.")
        return old

    def install(self) -> None:
        """Install what the release requires into a folder of its own, unless that was done."""
        done = self.release / _INSTALLED
        if done.exists():
            return
        say("Installing what it requires")
        subprocess.run([sys.executable, "-m", "venv", self.release / ".venv"], check=True)
        pip = [str(self.release / _PYTHON), "-m", "pip", "install", "--quiet"]
        wanted = ["--disable-pip-version-check", "-r", str(self.release / "requirements.txt")]
        subprocess.run([*pip, *wanted], check=True)
        done.touch()

    def plan(self) -> bool:
        """Show what would be migrated and return whether anything; raises RefusedError."""
        found = json.loads(self.manage("upgrade_step", "plan"))
        for name in found["migrations"]:
            say(f"To migrate: {name}")
        for line in found["may_lose"]:
            say(f"May lose something: {line}")
        if found["of_newer_code"]:
            raise RefusedError(
                f"The database knows {len(found['of_newer_code'])} migrations that this release "
                "does not: it is older than the one that ran. The way back is a restore."
            )
        if found["not_in_one_go"]:
            names = ", ".join(found["not_in_one_go"])
            raise RefusedError(f"These cannot be undone by a transaction, do them by hand: {names}")
        if found["may_lose"] and not self.accept_loss:
            raise RefusedError("Read the lines above, then say --accept-loss.")
        return bool(found["migrations"])

    def back_up(self) -> str:
        """Make a backup and return its folder."""
        say("Backing up")
        return self.manage("backup", str(self.backups)).strip().splitlines()[-1]

    def bring_back(self, backup: str) -> None:
        """Put a backup in the place of the database; it is read whole before anything is lost."""
        self.manage("restore", backup, "--check")
        self.manage("upgrade_step", "empty")
        self.manage("restore", backup, "--without-media")

    def switch(self, release: Path) -> None:
        """Point the link to a release, in one step."""
        new = self.root / ".next"
        new.unlink(missing_ok=True)
        new.symlink_to(release)
        os.replace(new, self.current)

    def works(self, red_before: dict[str, str]) -> bool:
        """Start the release, the public door last; return whether nothing became worse."""
        self.control("stop", "worker")
        stopped_at = datetime.now(UTC)
        self.control("start", "worker")
        # The old worker's last sign of life would satisfy readiness for a while.
        if not self.becomes(lambda: self.worker_was_seen_since(stopped_at)):
            say("Not ready: no sign of life of the new worker")
            return False
        self.control("restart", "staff")
        if not self.becomes_ready(self.staff_ready, red_before):
            return False
        self.control("restart", "public")
        return self.becomes_ready(self.public_ready, red_before)

    def take_back(self, old: Path, backup: str | None, began_at: datetime) -> None:
        """Bring the old release back, with its database if that was changed; always raises."""
        self.control("stop", *WRITERS)
        if backup:
            events = int(self.manage("upgrade_step", "events", began_at.isoformat()))
            if events:
                self.control("start", *WRITERS)
                raise StuckError(
                    f"{self.release.name} is not ready, but people have done {events} things "
                    f"since it started, which the backup {backup} does not hold. It goes on "
                    "running; decide what to keep."
                )
            say("Restoring the backup")
            self.bring_back(backup)
        self.switch(old)
        self.control("start", *WRITERS)
        raise RefusedError(f"{self.release.name} did not become ready; {old.name} runs again.")

    def manage(self, *arguments: str) -> str:
        """Return what a command of the new release prints, run as the owner."""
        environment = os.environ | {"CLINIC_RELEASE": str(self.release)}
        command = [self.helper, "owner", *arguments]
        completed = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        return completed.stdout

    def control(self, verb: str, *processes: str) -> None:
        """Start, stop or restart units."""
        say(f"{verb} {', '.join(processes)}")
        units = [f"clinic@{process}" for process in processes]
        subprocess.run(["systemctl", verb, *units], check=True)  # noqa: S607

    def problems(self, address: str) -> dict[str, str] | None:
        """Return what readiness says at a door, None when it does not answer."""
        try:
            with urllib.request.urlopen(address, timeout=10) as response:  # noqa: S310
                answer = response.read()
        except urllib.error.HTTPError as error:
            answer = error.read()
        except OSError:
            return None
        try:
            found: dict[str, str] = json.loads(answer)["problems"]
        except (ValueError, KeyError):
            return None
        return found

    def becomes_ready(self, address: str, red_before: dict[str, str]) -> bool:
        """Wait until a door answers and is red for nothing that was not red before."""

        def is_fine() -> bool:
            found = self.problems(address)
            return found is not None and found.keys() <= red_before.keys()

        fine = self.becomes(is_fine)
        if not fine:
            say(f"Not ready: {self.problems(address) or 'no answer'}")
        return fine

    def worker_was_seen_since(self, moment: datetime) -> bool:
        """Return whether a worker is alive that was started then or later."""
        return self.manage("upgrade_step", "worker", moment.isoformat()).strip() == "yes"

    def becomes(self, condition: Callable[[], bool]) -> bool:
        """Return whether a condition comes true before our patience ends."""
        deadline = time.monotonic() + self.patience
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.5)
        return True


def main(arguments: list[str] | None = None) -> int:
    """Return 0 for done, 1 for refused or taken back, 2 where a person has to decide."""
    parser = argparse.ArgumentParser(description="Replace the running release by a new one.")
    parser.add_argument("--release", type=Path, required=True, help="folder of the new release")
    parser.add_argument("--root", type=Path, default=Path("/srv/clinic"))
    parser.add_argument("--backups", type=Path, default=Path("/var/backups/clinic"))
    parser.add_argument("--helper", default="clinic", help="runs commands, docs/operating/clinic")
    parser.add_argument("--staff-ready", default="http://localhost:8001/readyz")
    parser.add_argument("--public-ready", default="http://localhost:8000/readyz")
    parser.add_argument("--patience", type=float, default=120, help="seconds to become ready")
    parser.add_argument("--accept-loss", action="store_true", help="go on though data may be lost")
    upgrade = Upgrade(**vars(parser.parse_args(arguments)))
    try:
        upgrade.run()
    except RefusedError as error:
        say(f"Not upgraded. {error}")
        return 1
    except StuckError as error:
        say(f"A person has to decide. {error}")
        return 2
    except subprocess.CalledProcessError as error:
        say(f"Stopped at {error.cmd}: status {error.returncode}. Look before you go on.")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
