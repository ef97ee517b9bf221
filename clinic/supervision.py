"""Runs the doors, the worker and the watch over Postgres side by side until Ctrl-C.

Honcho starts them, mixes their output and stops them together. Two things are added to it: it
ends everything when one process ends, while here that one is started again; and a killed
supervisor takes its processes with it, so that the next `make demo` finds its ports free.
"""

import multiprocessing
import signal
import threading
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from honcho.manager import Manager
from honcho.process import Popen, Process

from clinic.process_life import end_with_parent

_SHORT_LIFE_SECONDS = 10
_LONGEST_PAUSE_SECONDS = 10


def _begin_child() -> None:
    """Undo what the child would inherit from the process that watches it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    end_with_parent()


class _Child(Popen):
    """A command without a shell in between, in a process group of its own."""

    def __init__(self, command: list[str], **options: Any) -> None:
        super().__init__(command, shell=False, preexec_fn=_begin_child, **options)


class _Restarting(Process):
    """A process that is started again whenever it ends, until everything stops."""

    stopping: Any  # a multiprocessing.Event, shared with the supervisor

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        end_with_parent(signal.SIGKILL)
        self._child_ctor = _Child
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        pause = 1.0
        self._events = events
        while True:
            started = monotonic()
            code = self._run_once()
            if self.stopping.is_set():
                break
            pause = 1.0 if monotonic() - started > _SHORT_LIFE_SECONDS else pause * 2
            pause = min(pause, _LONGEST_PAUSE_SECONDS)
            self._send_message(f"ended (code {code}), starting it again\n".encode())
            if self.stopping.wait(pause):
                break
        self._send_message({"returncode": 0}, type="stop")

    def _run_once(self) -> int:
        self._child = self._child_ctor(self.cmd, env=self.env, cwd=self.cwd)
        # The supervisor cannot stop what has not told it its number yet.
        threading.Thread(target=self._end, args=[self._child], daemon=True).start()
        self._send_message({"pid": self._child.pid}, type="start")
        for line in iter(self._child.stdout.readline, b""):
            self._send_message(line)
        self._child.stdout.close()
        return self._child.wait()

    def _end(self, child: _Child) -> None:
        self.stopping.wait()
        child.terminate()


class Supervisor(Manager):
    """Keeps several commands running."""

    _processes: dict[str, Any]

    def __init__(self, when_started: Callable[[], None]) -> None:
        super().__init__()
        self._process_ctor = _Restarting
        self._stopping = multiprocessing.Event()
        self._when_started = when_started

    def add(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        """Add a command that runs until the supervisor is stopped."""
        process = self.add_process(name, command, env=dict(environment))
        process.stopping = self._stopping

    def terminate(self) -> None:
        self._stopping.set()
        super().terminate()

    def _killall(self, force: bool = False) -> None:
        everything = self._processes
        self._processes = {name: each for name, each in everything.items() if "pid" in each}
        try:
            super()._killall(force)
        finally:
            self._processes = everything

    def _start(self) -> None:
        super()._start()
        threading.Thread(target=self._when_started, daemon=True).start()
