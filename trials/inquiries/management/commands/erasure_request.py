"""Finds what is kept of a person and, with --confirm, writes down that they want it erased.

It can be taken back for seven days. Exit status: 0 listed or asked for, 1 nothing was chosen.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from trials.inquiries.person_commands import PersonCommand
from trials.inquiries.services import ask_to_erase


class Command(PersonCommand):
    help = "Finds what is kept of a person and, with --confirm, asks for its erasure."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--confirm", action="store_true", help="Ask for it, not only list.")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = self.lead(options["by"])
        if options["confirm"]:
            self.identity(options["identity"])
        chosen = self.find(actor, options["only"])
        if not options["confirm"]:
            return
        if not chosen:
            raise CommandError("Choose at least one inquiry.")
        identity = self.identity(options["identity"])
        asked = ask_to_erase(inquiry_ids=chosen, identity=identity, actor=actor)
        for reference in asked.references:
            self.stdout.write(f"{reference}: asked for; it can be taken back for seven days.")
        for reference, why in asked.refused:
            self.stdout.write(f"{reference}: {why}")
