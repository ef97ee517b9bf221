import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from clinic import upgrade_steps


class Command(BaseCommand):
    help = "One step of an upgrade, for clinic/upgrade.py; see docs/operators.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        steps.add_parser("plan", help="say as JSON what migrate would do")
        steps.add_parser("migrate", help="apply all migrations in one transaction")
        steps.add_parser("empty", help="drop all tables, so that a backup can be restored")
        for name, what in (
            ("events", "count what people have done since a moment"),
            ("worker", "say yes when a worker was seen since a moment"),
        ):
            steps.add_parser(name, help=what).add_argument("moment", type=datetime.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> str | None:
        if options["step"] == "plan":
            return json.dumps(asdict(upgrade_steps.plan()))
        if options["step"] == "events":
            return str(upgrade_steps.events_of_people_since(options["moment"]))
        if options["step"] == "worker":
            return "yes" if upgrade_steps.worker_was_seen_since(options["moment"]) else "no"
        if options["step"] == "migrate":
            upgrade_steps.migrate_in_one_go()
        else:
            upgrade_steps.empty_database()
        return None
