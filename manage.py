#!/usr/bin/env python
"""Django's command line, with the database role that fits the command."""

import os
import sys
from pathlib import Path

OWNER_COMMANDS = {
    "migrate",
    "makemigrations",
    "sync_database_roles",
    "set_up_clinic",
    "backup",
    "restore",
    "upgrade_step",
    "demo",
    "bench",
    "test",
    "flush",
}
WORKER_COMMANDS = {
    "run_worker",
    "sync_trials",
    "verify_inquiries",
    "verify_audit",
    "rotate_sealing_key",
    "rotate_lookup_key",
}
WITHOUT_DATABASE = {
    "bench",  # starts one of its own
    "help",
    "check",
    "collectstatic",
    "compilemessages",
    "demo",  # looks at the ports first
    "diffsettings",
    "findstatic",
    "generate_keys",
    "makemessages",
    "makemigrations",
    "messages",
    "screenshots",
    "serve",  # replaces this process with the server's
    "version",
}
# Runs before there is an environment: what it prints is what the environment is made of.
WITHOUT_ENVIRONMENT = {"generate_keys"}


def process_for(command: str) -> str:
    """Return the PROCESS a command runs as when the environment does not say."""
    if command in OWNER_COMMANDS:
        return "owner"
    if command in WORKER_COMMANDS:
        return "worker"
    return "staff"


def needs_database(arguments: list[str]) -> bool:
    """Return whether the command asks the database, as most do."""
    command = arguments[0] if arguments else "help"
    return not (command in WITHOUT_DATABASE or {"-h", "--help", "--version"} & set(arguments))


def start_bundled_database() -> None:
    """Start the bundled Postgres when the settings point at it; other databases are left alone."""
    from django.conf import settings

    from clinic.embedded_postgres import ensure_running, is_configured

    if is_configured(settings.DATABASES, settings.DATA_DIR):
        ensure_running(settings.DATA_DIR)


def main() -> None:
    arguments = sys.argv[1:]
    command = arguments[0] if arguments else "help"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    if command in WITHOUT_ENVIRONMENT:
        os.environ.update(DEMO="1", IGNORE_DOTENV="1", PROCESS="owner")
    os.environ.setdefault("PROCESS", process_for(command))
    if command == "demo" and not os.environ.get("IGNORE_DOTENV"):
        from clinic.dotenv import write_dotenv

        write_dotenv(Path(__file__).resolve().parent / ".env")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from clinic.embedded_postgres import EmbeddedPostgresError

    try:
        if needs_database(arguments):
            start_bundled_database()
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, EmbeddedPostgresError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
