#!/usr/bin/env python
"""Django's command line, with the database role that fits the command."""

import os
import sys

OWNER_COMMANDS = {"migrate", "makemigrations", "sync_database_roles", "demo", "bench", "test", "flush"}
WORKER_COMMANDS = {"run_worker", "sync_trials", "verify_inquiries", "verify_audit"}


def process_for(command: str) -> str:
    """Return the PROCESS a command runs as when the environment does not say."""
    if command in OWNER_COMMANDS:
        return "owner"
    if command in WORKER_COMMANDS:
        return "worker"
    return "staff"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    os.environ.setdefault("PROCESS", process_for(command))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
