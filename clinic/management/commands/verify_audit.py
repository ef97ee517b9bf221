from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.audit import chain_events, chain_head, verify_chain


class Command(BaseCommand):
    help = "Check the audit for edits and gaps; exits with 1 when there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head",
            default="",
            help="position:digest printed by an earlier run and kept elsewhere; shows whether the "
            "newest links were removed since.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chain_events()
        findings = 0
        for finding in verify_chain(options["head"]):
            findings += 1
            self.stderr.write(f"link {finding.position}: {finding.problem}")
        if findings:
            raise CommandError(f"The audit cannot be trusted: {findings} finding(s).")
        self.stdout.write(f"The audit is whole. Head: {chain_head() or 'empty'}")
