from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from clinic.jobs import all_jobs, run_if_due
from clinic.outbox import send_next
from clinic.worker import Worker


class Command(BaseCommand):
    help = "Send the outbox and keep the timetable until SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Do what is due now, then end.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["once"]:
            Worker().run()
            return
        for job in all_jobs():
            run_if_due(job)
        while send_next():
            pass
