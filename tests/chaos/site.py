"""A whole site on a Postgres of its own: public door, two workers, mail server, all real processes.

Postgres runs with fsync on, but that is not what is shown here: processes are killed and the
machine lives on, so what a killed server had written is in the page cache of the kernel all the
same. A machine that loses its power is another matter, and fsync's.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

import psutil

ROOT = Path(__file__).resolve().parents[2]
_STOP_SECONDS = 20


@dataclass
class Kept:
    """A process that is started again whenever it ends, until it is stopped."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def keep(self) -> None:
        """Run the process again and again; meant for a thread."""
        with self.log.open("ab") as log:
            while not self.stopping.is_set():
                self.process = subprocess.Popen(
                    self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log
                )
                self.starts += 1
                self.process.wait()
                self.stopping.wait(0.2)

    def stop(self) -> None:
        """End it as an operator would."""
        self.stopping.set()
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def tree(self) -> list[psutil.Process]:
        """Return the processes that it started, nothing while it is down."""
        if self.process is None:
            return []
        try:
            children = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.Error:
            return []
        return [child for child in children if "resource_tracker" not in _words(child)]


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


class Site:
    """The running site and its weak points."""

    def __init__(self, data_dir: Path, port: int, environment: dict[str, str]) -> None:
        self.data_dir, self.port = data_dir, port
        manage = [sys.executable, "manage.py"]
        watch = [sys.executable, "-m", "clinic.embedded_postgres", str(data_dir)]
        serve = [*manage, "serve", f"--port={port}", "--workers=2"]
        self.postgres = self._kept("postgres", watch, environment)
        self.web = self._kept("public", serve, environment)
        self.workers = [
            self._kept(name, [*manage, "run_worker"], environment | {"PROCESS": "worker"})
            for name in ("worker-1", "worker-2")
        ]

    @property
    def _all(self) -> list[Kept]:
        return [*self.workers, self.web, self.postgres]

    def _kept(self, name: str, command: list[str], environment: dict[str, str]) -> Kept:
        values = {"PROCESS": "public", **environment, "PYTHONPATH": str(ROOT)}
        return Kept(name, command, values, self.data_dir / f"{name}.log")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Keep every process running until the block ends."""
        threads = [threading.Thread(target=kept.keep, daemon=True) for kept in self._all]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for kept in self._all:
                kept.stop()

    def logs(self) -> str:
        """Return all that the processes and Postgres have said."""
        files = [*self.data_dir.glob("*.log"), self.data_dir / "postgres" / "server.log"]
        return "\n".join(file.read_text(errors="replace") for file in files if file.exists())

    def left_behind(self) -> list[psutil.Process]:
        """Return what still answers forms although everything was stopped."""
        return [one for one in psutil.process_iter() if f"--port {self.port} " in _words(one)]

    # --- Weak points -----------------------------------------------------------------------------

    def web_workers(self) -> list[psutil.Process]:
        """Return the processes that answer forms."""
        return self.web.tree()

    def web_server(self) -> list[psutil.Process]:
        """Return the process that listens and starts those which answer."""
        return self._running(self.web)

    def mail_workers(self) -> list[psutil.Process]:
        """Return the processes that send mail and keep the timetable."""
        return self._running(*self.workers)

    @staticmethod
    def _running(*several: Kept) -> list[psutil.Process]:
        pids = [kept.process.pid for kept in several if kept.process]
        return [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]

    def postmaster(self) -> psutil.Process | None:
        """Return the first process of Postgres."""
        try:
            pid = int((self.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
            return psutil.Process(pid)
        except (OSError, ValueError, IndexError, psutil.Error):
            return None

    def backends(self) -> list[psutil.Process]:
        """Return the processes of Postgres that serve the doors and the workers."""
        postmaster = self.postmaster()
        try:
            children = postmaster.children() if postmaster else []
        except psutil.Error:
            return []
        return [child for child in children if "clinic_" in _words(child)]

    def whole_postgres(self) -> list[psutil.Process]:
        """Return every process of Postgres, the first one first."""
        postmaster = self.postmaster()
        try:
            return [postmaster, *postmaster.children(recursive=True)] if postmaster else []
        except psutil.Error:
            return []


def kill(processes: list[psutil.Process]) -> int:
    """Send SIGKILL; return how many processes were there to get it."""
    hit = 0
    for process in processes:
        with suppress(ProcessLookupError, psutil.Error):
            os.kill(process.pid, signal.SIGKILL)
            hit += 1
    return hit


def wait_until(done: Callable[[], object], seconds: float) -> None:
    """Sleep in small steps until a callable is true or the time is over."""
    for _step in range(int(seconds / 0.02)):
        if done():
            return
        sleep(0.02)
