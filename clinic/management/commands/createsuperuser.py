from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.management.commands import createsuperuser
from django.db import transaction

from clinic.break_glass import announce


class Command(createsuperuser.Command):
    help = "Make a break-glass account: it is written into the audit, and administrators are told."

    def handle(self, *args: Any, **options: Any) -> None:
        superusers = get_user_model().objects.filter(is_superuser=True)
        with transaction.atomic():
            before = set(superusers.values_list("pk", flat=True))
            super().handle(*args, **options)
            for user in superusers.exclude(pk__in=before):
                announce(user)
