"""One of the processes that sync a folder of files together: reads all, takes its own share.

The process starts empty, so Django is set up before anything of it is imported.
"""

import gc
import os
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from trials.registry.files import Received


def lane_of(received: "Received", lanes: int) -> int:
    """Return which lane takes a study: all that came of one study go to the same, in order."""
    from trials.registry.record import RecordRefused, read_key

    try:
        return int(read_key(received.study)[3:]) % lanes
    except RecordRefused:
        return 0


def work(parent: Connection, run: int, files: list[Path], lane: int, lanes: int) -> None:
    """Sync one lane's share for a run that the parent process began.

    Sends after each batch how many files were read and how many studies taken, and at the end the
    report with the ids of the trials seen, or a text that says why there is none.
    """
    try:
        django.setup()
        from trials.models import SyncRun
        from trials.registry.sync import Syncing

        syncing = Syncing(SyncRun.objects.get(pk=run))
        # As the run itself does, see Syncing.
        gc.disable()
        own = Share(files, lane, lanes)
        syncing.apply_all(own, lambda count: parent.send((own.files_read, count)))
        parent.send((syncing.report, syncing.context.seen))
    except BrokenPipeError:
        # The parent is gone, and nobody is left who could be told.
        os._exit(1)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent raises it
        parent.send(str(error) or type(error).__name__)


class Share:
    """The studies of one lane; knows how many of the files it has read."""

    def __init__(self, files: list[Path], lane: int, lanes: int) -> None:
        self.files = files
        self.lane = lane
        self.lanes = lanes
        self.files_read = 0

    def __iter__(self) -> Iterator["Received"]:
        from trials.registry.files import read_file

        for file in self.files:
            for received in read_file(file):
                if lane_of(received, self.lanes) == self.lane:
                    yield received
            self.files_read += 1
