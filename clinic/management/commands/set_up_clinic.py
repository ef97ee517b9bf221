import logging
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from clinic.contributions import contributions
from clinic.roles import sync_roles
from clinic.set_up import SetUpContext


class Command(BaseCommand):
    help = (
        "Add what a new installation starts from: languages, home pages, drafts of the fixed "
        "pages and texts, vocabularies, roles, the site's address. Again: adds what is missing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--name", default="Clinic", help="The clinic's name, for what is added now."
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        logging.getLogger("wagtail").setLevel(logging.WARNING)  # a line for every page
        context = SetUpContext(name=options["name"], say=self.stdout.write)
        for module in contributions("set_up"):
            module.set_up(context)
        sync_roles()
        self.stdout.write(f"The site answers at {settings.SITE_URL}")
