"""The worker: sends the outbox and keeps the timetable until it is told to stop."""

import logging
import signal
import threading
from collections.abc import Callable
from datetime import timedelta

from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.utils import timezone

from clinic.jobs import all_jobs, run_if_due
from clinic.key_canary import tell_when_keys_do_not_fit
from clinic.models import WorkerHeartbeat
from clinic.outbox import send_next

logger = logging.getLogger(__name__)

OUTBOX_PAUSE = timedelta(seconds=1)
TIMETABLE_PAUSE = timedelta(seconds=5)
HEARTBEAT_PAUSE = timedelta(seconds=10)
DATABASE_PAUSE = timedelta(seconds=5)


def beat() -> None:
    """Say that a worker is alive."""
    WorkerHeartbeat.objects.update_or_create(id=1, defaults={"at": timezone.now()})


class Worker:
    """Two threads, so that a long job does not hold up a message; the caller's thread watches."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(self._outbox, OUTBOX_PAUSE), name="outbox"),
            threading.Thread(
                target=self._repeat, args=(self._timetable, TIMETABLE_PAUSE), name="timetable"
            ),
        ]

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; what is under way is finished first."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        tell_when_keys_do_not_fit()
        for thread in self._threads:
            thread.start()
        self._repeat(self._heartbeat, HEARTBEAT_PAUSE)
        for thread in self._threads:
            thread.join()

    def _repeat(self, step: Callable[[], None], pause: timedelta) -> None:
        while not self.stopping.is_set():
            rest = pause
            try:
                close_old_connections()
                step()
            except DatabaseError as error:
                logger.error("The database does not answer: %s", type(error).__name__)
                connection.close()
                rest = DATABASE_PAUSE
            except Exception:
                logger.exception("The worker's %s stumbled", threading.current_thread().name)
            self.stopping.wait(rest.total_seconds())
        connection.close()

    def _heartbeat(self) -> None:
        """Beat while both threads live; without one of them stop, to be started afresh."""
        if all(thread.is_alive() for thread in self._threads):
            beat()
        else:
            self.stopping.set()

    def _outbox(self) -> None:
        while not self.stopping.is_set() and send_next():
            pass

    def _timetable(self) -> None:
        for job in all_jobs():
            if self.stopping.is_set():
                return
            run_if_due(job)
