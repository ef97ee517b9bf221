"""The .env of a demo checkout, written once: every command uses the same keys and database."""

import os
import secrets
from pathlib import Path

from clinic.sealing import generate_key_pair

# What the person typed in front of `make demo` is kept for the next command.
_REMEMBERED = ("PORT", "DATA_DIR", "DATABASE_URL", "OWNER_DATABASE_URL")


def write_dotenv(path: Path) -> bool:
    """Write a .env with fresh secrets unless there is one; return whether it was written."""
    values = _values()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("# Written by `make demo`; not for production (docs/operators.md).\n")
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    return True


def _values() -> dict[str, str]:
    public, private = generate_key_pair("demo-own")
    values = {
        "DEMO": "1",
        "DEMO_PASSWORD": f"marigold-{secrets.token_hex(4)}-{secrets.token_hex(4)}",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "RECEIPT_KEY": secrets.token_urlsafe(48),
        "LOOKUP_KEY": secrets.token_urlsafe(48),
        "SEALING_PUBLIC_KEY": public,
        "SEALING_PRIVATE_KEYS": private,
    }
    for name in _REMEMBERED:
        if os.environ.get(name):
            value = os.environ[name]
            values[name] = str(Path(value).resolve()) if name == "DATA_DIR" else value
    return values
