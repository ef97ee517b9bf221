from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.db.migrations.loader import MigrationLoader

from clinic.backups import restoring
from clinic.backups.manifest import BadBackupError, Manifest
from clinic.backups.programs import ProgramError


class Command(BaseCommand):
    help = (
        "Fill an empty database from a backup. Refuses a backup that is not whole, and a database "
        "that holds anything."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder that backup printed")
        parser.add_argument(
            "--database", default="", help="another database of the same server, by its name"
        )
        parser.add_argument(
            "--create", action="store_true", help="make the database of --database first"
        )
        parser.add_argument(
            "--check", action="store_true", help="only say whether the backup is whole"
        )
        parser.add_argument("--without-media", action="store_true", help="leave the pictures out")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["create"] and not options["database"]:
            raise CommandError("--create needs the name of the new database in --database.")
        folder = options["folder"].resolve()
        try:
            if options["check"]:
                self._tell(restoring.check(folder))
                return
            if options["database"]:
                # Before a database is made for it.
                restoring.check(folder)
                restoring.use_database(options["database"], create=options["create"])
            self._tell(restoring.restore(folder, with_media=not options["without_media"]))
        except (BadBackupError, ProgramError, restoring.NotEmptyError) as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"The database refuses. {str(error).splitlines()[0]}") from error
        self.stdout.write("Restored. Next: migrate, verify_inquiries, verify_audit.")

    def _tell(self, manifest: Manifest) -> None:
        rows = sum(manifest.rows.values())
        self.stdout.write(f"A whole backup of {manifest.made_at}, {rows:,} rows.")
        keys = sorted({key for table in manifest.sealed_for.values() for key in table})
        if keys:
            self.stdout.write(f"Private sealing keys that it needs: {', '.join(keys)}")
        if manifest.audit_head:
            self.stdout.write(f"Head of the audit: {manifest.audit_head}")
        known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
        if unknown := restoring.unknown_migrations(manifest, known):
            self.stderr.write(
                f"It was made by newer code: {len(unknown)} migrations are not known here. "
                "Use the tag that was running then."
            )
