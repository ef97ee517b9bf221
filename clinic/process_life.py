"""Ties the life of a process to its parent's, so that kill -9 leaves nothing behind."""

import ctypes
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
    if os.environ.get(VARIABLE):
        end_with_parent()
