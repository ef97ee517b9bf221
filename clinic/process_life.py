"""Ties the life of a process to its parent's, so that kill -9 leaves nothing behind."""

import ctypes
import multiprocessing
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
VARIABLE = "END_WITH_PARENT"


def end_with_parent(number: int = signal.SIGTERM) -> None:
    """Have the kernel send this process a signal when its parent dies (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)


def end_with_server() -> None:
    """End with the server process that `manage.py serve` started; does nothing elsewhere."""
    if not os.environ.get(VARIABLE):
        return
    end_with_parent()
    # The kernel tells nothing of a server that was killed before it was asked.
    server = multiprocessing.parent_process()
    if server is not None and not server.is_alive():
        os.kill(os.getpid(), signal.SIGTERM)
