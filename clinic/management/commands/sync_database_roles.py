from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.database_roles import sync_database_roles


class Command(BaseCommand):
    help = "Give the public, staff and worker database roles exactly what the allow-list says."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--database", default="default")

    def handle(self, *args: Any, **options: Any) -> None:
        missing = sync_database_roles(options["database"])
        if missing:
            raise CommandError(
                "These roles do not exist and this account may not make them: "
                f"{', '.join(missing)}. "
                "Make them once as an administrator (docs/operators.md) and run this again."
            )
        self.stdout.write("The database roles are what the allow-list says.")
