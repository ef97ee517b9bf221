"""What the commands for a person's requests share.

What the person says is read from the terminal and never from the command line, which other
processes and the shell's history would see.
"""

import sys
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from clinic.models import User
from trials.inquiries.lookup import normal_reference
from trials.inquiries.models import Inquiry
from trials.inquiries.permissions import user_may_answer_persons
from trials.inquiries.sender_enums import IdentityCheck
from trials.inquiries.services import find_person

ASKED = {"email": "E-mail", "phone": "Phone", "name": "Full name", "reference": "Reference"}


class PersonCommand(BaseCommand):
    """Finds a person's inquiries for a lead, shows references, and does something with them."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--by", required=True, metavar="EMAIL", help="The lead who does it, by their login."
        )
        parser.add_argument(
            "--identity", choices=IdentityCheck.values, help="How it was made sure who it is."
        )
        parser.add_argument(
            "--only", nargs="+", metavar="REFERENCE", help="Of what is found, only these."
        )

    def lead(self, email: str) -> User:
        """Return the lead with a login; raises CommandError for anybody else."""
        user = User.objects.filter(email__iexact=email).first()
        if user is None or not user_may_answer_persons(user):
            raise CommandError("--by has to be the login of a coordination lead.")
        return user

    def identity(self, value: str | None) -> IdentityCheck:
        """Return how the person was identified; raises CommandError where nobody says."""
        if value is None:
            raise CommandError("Say with --identity how it was made sure who it is.")
        return IdentityCheck(value)

    @sensitive_variables("said")
    def find(self, actor: User, only: list[str] | None) -> list[uuid.UUID]:
        """Ask what the person says, show what fits, and return the ids of what is meant."""
        said = {name: self._ask(label) for name, label in ASKED.items()}
        found = find_person(said=said, actor=actor)
        wanted = {normal_reference(one) for one in only or ()}
        inquiries = list(Inquiry.objects.filter(pk__in=found).order_by("received_at"))
        for inquiry in inquiries:
            received = timezone.localtime(inquiry.received_at).date()
            fits = ", ".join(found[inquiry.pk])
            self.stdout.write(f"{inquiry.reference}  {received}  {inquiry.state}  by {fits}")
        if not inquiries:
            self.stdout.write("Nothing was found.")
        return [one.pk for one in inquiries if not wanted or one.reference in wanted]

    def _ask(self, label: str) -> str:
        if sys.stdin.isatty():
            self.stderr.write(f"{label} (or nothing): ", ending="")
        return sys.stdin.readline().strip()

    def handle(self, *args: Any, **options: Any) -> None:
        raise NotImplementedError
