import shutil
from typing import Any

import polib
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from clinic import translations

IGNORED = [".venv", ".data", "tests", "static-root", "screenshots"]


class Command(BaseCommand):
    help = (
        "Bring the Spanish catalogue up to date with the sources (needs gettext's xgettext) and "
        "compile it (does not). Ends with an error while messages wait for a translation."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--compile-only", action="store_true", help="Do not read the sources.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["compile_only"] and shutil.which("xgettext"):
            call_command(
                "makemessages",
                locale=[translations.LANGUAGE],
                ignore_patterns=IGNORED,
                no_obsolete=True,
                no_wrap=True,
                add_location="file",
                verbosity=0,
            )
        catalogue = polib.pofile(str(translations.CATALOGUE), wrapwidth=0)
        translations.tidy(catalogue)
        catalogue.save()
        translations.COMPILED.write_bytes(translations.compile_catalogue(catalogue))
        waiting = [entry.msgid for entry in translations.unfinished(catalogue)]
        for message in waiting:
            self.stdout.write(message)
        name = translations.CATALOGUE.relative_to(settings.BASE_DIR)
        summary = f"{name}: {len(catalogue)} messages, {len(waiting)} to translate."
        self.stdout.write(summary)
        if waiting:
            raise SystemExit(1)
