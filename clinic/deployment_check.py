"""Runs Django's deployment checks on each process with settings as in production."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

from clinic.sealing import generate_key_pair

ROOT = Path(__file__).resolve().parent.parent
PROCESSES = ("public", "staff", "worker", "owner")


def production_environment() -> dict[str, str]:
    """Return an environment with everything that production needs and made-up values."""
    public, private = generate_key_pair("checked")
    return {
        "ALLOWED_HOSTS": "clinic.example,staff.clinic.example",
        "DATABASE_URL": "postgres://nobody@localhost/none",
        "EMAIL_URL": "smtp://mail.clinic.example",
        "IGNORE_DOTENV": "1",
        "LOOKUP_KEY": secrets.token_urlsafe(48),
        "OWNER_DATABASE_URL": "postgres://nobody@localhost/none",
        "RECEIPT_KEY": secrets.token_urlsafe(48),
        "SEALING_PRIVATE_KEYS": private,
        "SEALING_PUBLIC_KEY": public,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "SITE_URL": "https://clinic.example",
        "STAFF_URL": "https://staff.clinic.example",
    }


def check(process: str) -> int:
    """Return the exit status of ``check --deploy`` for one process."""
    environment = {"PATH": os.environ["PATH"], "PROCESS": process} | production_environment()
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level=WARNING"]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(max(check(process) for process in PROCESSES))
