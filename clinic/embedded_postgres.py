"""The bundled Postgres under DATA_DIR, used when DATABASE_URL is not set."""

import hashlib
import tempfile
from pathlib import Path


def socket_directory(data_dir: Path) -> Path:
    """Return the short directory of the server's Unix socket (socket paths are limited to 107 bytes)."""
    digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"clinic-pg-{digest}"


def connection_settings(data_dir: Path, *, user: str) -> dict[str, str]:
    """Return Django's database settings for the bundled server; starts nothing."""
    return {"NAME": "clinic", "USER": user, "HOST": str(socket_directory(data_dir)), "PORT": "5432"}
