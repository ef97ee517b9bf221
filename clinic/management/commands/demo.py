import logging
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from clinic import embedded_postgres
from clinic.database_roles import sync_database_roles
from clinic.demo_people import DEMO_PEOPLE
from clinic.demo_site import busy_port, collect_static_files, load_content, supervisor


class Command(BaseCommand):
    help = "Set up the demo clinic, add what is missing of it, and serve it until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo needs DEMO=1 in the environment or in .env.")
        port = busy_port([settings.PORT, settings.PORT + 1])
        if port is not None:
            raise CommandError(
                f"Port {port} is in use: stop what listens there, or choose another one "
                f"(the demo takes two neighbours): PORT={settings.PORT + 80} make demo"
            )
        missing_roles = self._prepare()
        connection.close()
        boss = supervisor(self._print_addresses, missing_roles)
        boss.loop()
        embedded_postgres.release_all()
        sys.exit(0 if boss.returncode in {0, 130, 143} else 1)

    def _prepare(self) -> list[str]:
        logging.getLogger("wagtail").setLevel(logging.WARNING)  # a line for every page loaded
        if embedded_postgres.is_configured(settings.DATABASES, settings.DATA_DIR):
            self._say("Starting Postgres")
            embedded_postgres.ensure_running(settings.DATA_DIR)
        self._say("Migrating the database")
        call_command("migrate", interactive=False, verbosity=0)
        missing = sync_database_roles()
        if missing:
            self._say(f"This database account may not make roles; running without {missing}")
        self._say("Loading the demo clinic")
        load_content(self._say)
        if collect_static_files():
            self._say("Collected the static files")
        return missing

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _print_addresses(self) -> None:
        password = settings.DEMO_PASSWORD
        lines = [
            "",
            f"  Website        {settings.SITE_URL}/",
            f"  Staff          {settings.STAFF_URL}/admin/",
            "",
            *(f"  {email:<26} {role}" for email, (role, *_) in DEMO_PEOPLE.items()),
            f"  Password of all of them:   {password}",
            "",
            "  Ctrl-C stops everything; `make demo` starts it again with what you changed.",
            "",
        ]
        self._say("\n".join(lines))
