"""The environment of all processes of a run: set before anybody reads Django's settings."""

import os
import socket
from pathlib import Path

_PASSED_ON = ("PATH", "HOME", "LANG", "TZ", "PYTHONHASHSEED")


def prepare(data_dir: Path) -> dict[str, str]:
    """Return the environment; the mail server's port is taken, the door's is free."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return kept | {
        "IGNORE_DOTENV": "1",
        "DEMO": "1",
        "DATA_DIR": str(data_dir),
        "DJANGO_SETTINGS_MODULE": "tests.served_settings",
        "SERVED_DATABASE": "clinic",
        "PROCESS": "owner",
        "TRUSTED_PROXIES": "1",
        "SYNTHETIC_EVERY_MINUTES": "1",  # so that even a short run has some on their way
        "REGISTRY_URL": "http://127.0.0.1:9/",  # nobody there: the run asks nothing of others
        "PYTHONUNBUFFERED": "1",
        "EMAIL_URL": f"smtp://127.0.0.1:{_free_port()}",
        "PORT": str(_free_port()),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
