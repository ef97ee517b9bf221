"""On what the figures were measured."""

import os
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path

from django.db import connection


def describe() -> str:
    """Return two lines: date and machine, then the versions that matter."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0].split()[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("Django", "Wagtail", "granian"))
    return (
        f"{date.today()} · {os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, "
        f"{platform.system()} {platform.release()}\n"
        f"Python {platform.python_version()}, PostgreSQL {postgres}, {packages}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
