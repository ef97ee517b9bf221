from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.invitations import add_administrator, invitation_link, send_invitation


class Command(BaseCommand):
    help = (
        "Make the first site administrator: add the login, and mail the link that sets a password. "
        "Runs with the environment of the staff door, which has to recognise the link."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--print-link", action="store_true", help="Print the link instead of mailing it."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            member = add_administrator(options["email"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except Group.DoesNotExist:
            raise CommandError("The roles are missing: migrate first.") from None
        if options["print_link"]:
            self.stdout.write(invitation_link(member))
            return
        try:
            send_invitation(member)
        except OSError as error:  # every failure of SMTP is one
            raise CommandError(
                f"The login is there, but the mail was not sent ({type(error).__name__}). "
                "Run this again, or with --print-link."
            ) from None
        self.stdout.write("Invited. The link works once, for three days.")
