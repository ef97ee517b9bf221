"""Finds what is kept of a person and, with --output, writes a copy of it for them.

Exit status: 0 listed or written, 1 nothing chosen or the file is there already.
"""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from trials.inquiries.person_commands import PersonCommand
from trials.inquiries.services import RefusedError, give_copy


class Command(PersonCommand):
    help = "Finds what is kept of a person and, with --output, writes a copy of it for them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--output", type=Path, help="A new file of plain text.")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES])
        parser.add_argument(
            "--without-notes", action="store_true", help="Leave the notes of staff out."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        actor, target = self.lead(options["by"]), options["output"]
        if target:
            self.identity(options["identity"])
            if target.exists():
                raise CommandError(f"{target} is there already; nothing was written.")
        chosen = self.find(actor, options["only"])
        if not target:
            return
        try:
            text = give_copy(
                inquiry_ids=chosen,
                identity=self.identity(options["identity"]),
                actor=actor,
                language=options["language"] or settings.LANGUAGE_CODE,
                with_notes=not options["without_notes"],
            )
        except RefusedError as refusal:
            raise CommandError(str(refusal)) from refusal
        try:
            # Nobody else on the machine may read it, not even for a moment.
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{target} cannot be written: {error.strerror}.") from error
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        self.stdout.write(f"{target}: give it to the person, and delete it here.")
