from typing import Any

from django.core.management.base import BaseCommand

from clinic.database_role_report import describe_roles


class Command(BaseCommand):
    help = "Print what each database role may do, as the database says (docs/database-roles.md)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(describe_roles(), ending="")
