"""Syncs files with as many processes as are worth starting.

Reading a record takes as much of a processor as writing it, and Python uses one at a time. All
records of one study fall to the same process, so that their order still counts.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, cast

from django.utils import timezone

from trials.models import SyncRun
from trials.registry.lane import Share, work
from trials.registry.sync import Report, Syncing

# A process takes two seconds to start, in which another reads and writes so much.
BYTES_WORTH_A_PROCESS = 16 << 20
MOST_LANES = 4
Progress = Callable[[int, int], None]


class LaneFailed(Exception):
    """A process did not come to its end; the message is for the operator."""


def sync_files(
    files: list[Path], *, source: str, progress: Progress, lanes: int | None = None
) -> tuple[SyncRun, Report]:
    """Apply the studies in the files and return the finished run with its report.

    ``progress`` gets the numbers of files and records done. Without ``lanes`` the size of the files
    and the processors say how many processes work. Raises SyncAtWork and LaneFailed.
    """
    run = SyncRun(source=source[:200], started_at=timezone.now())
    count = lanes or lanes_for(files)
    with Syncing.begin(run) as syncing:
        if count == 1:
            _alone(syncing, files, progress)
        else:
            _together(syncing, files, progress, count)
    return run, syncing.report


def lanes_for(files: list[Path]) -> int:
    """Return how many processes are worth starting."""
    size = sum(file.stat().st_size for file in files if file.exists())
    return max(1, min(os.cpu_count() or 1, MOST_LANES, size // BYTES_WORTH_A_PROCESS))


def _alone(syncing: Syncing, files: list[Path], progress: Progress) -> None:
    everything = Share(files, lane=0, lanes=1)
    syncing.apply_all(everything, lambda count: progress(everything.files_read, count))


def _together(syncing: Syncing, files: list[Path], progress: Progress, lanes: int) -> None:
    done = dict.fromkeys(range(lanes), (0, 0))
    with _started(syncing.run, files, lanes) as pipes:
        while pipes:
            for ready in wait(list(pipes)):
                pipe = cast(Connection, ready)
                said = _received(pipe)
                if isinstance(said[0], Report):
                    syncing.add(*said)
                    del pipes[pipe]
                    continue
                done[pipes[pipe]] = said
                read, taken = zip(*done.values(), strict=True)
                progress(min(read), sum(taken))


def _received(pipe: Connection) -> tuple[Any, Any]:
    try:
        said = pipe.recv()
    except EOFError:
        said = "One of the processes of the sync was ended."
    if isinstance(said, str):
        raise LaneFailed(f"{said} What was written stays; start the sync again.")
    return said


@contextmanager
def _started(run: SyncRun, files: list[Path], lanes: int) -> Iterator[dict[Connection, int]]:
    """Start the processes; yield their pipes with the lanes; leave none behind."""
    context = multiprocessing.get_context("spawn")
    processes: list[Any] = []
    pipes: dict[Connection, int] = {}
    try:
        for lane in range(lanes):
            pipe, end = context.Pipe(duplex=False)
            process = context.Process(
                target=work, args=(end, run.pk, files, lane, lanes), daemon=True
            )
            process.start()
            end.close()  # so that the pipe ends with the process
            processes.append(process)
            pipes[pipe] = lane
        yield pipes
    finally:
        for process in processes:
            process.terminate()
            process.join()
