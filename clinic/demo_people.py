"""The logins of the demo clinic. They exist only where DEMO=1."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from clinic.models import Person, User
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS, REVIEWERS

DEMO_PEOPLE: dict[str, tuple[str, str, str]] = {
    "editor@demo.example": (EDITORS, "Elena", "Editor"),
    "translator@demo.example": (EDITORS, "Teresa", "Muñoz"),
    "reviewer@demo.example": (REVIEWERS, "Ines", "Calderón"),
    "coordinator@demo.example": (COORDINATORS, "Carmen", "Coordinator"),
    "lead@demo.example": (LEADS, "Lena", "Lead"),
    "admin@demo.example": (ADMINISTRATORS, "Adrian", "Administrator"),
}
SIGNING = ("reviewer@demo.example", "translator@demo.example")


@transaction.atomic
def load_demo_people() -> None:
    """Add the missing logins, change none; raises ImproperlyConfigured outside the demo."""
    if not settings.DEMO:
        raise ImproperlyConfigured("Demo logins are only for DEMO=1.")
    for email, (role, first_name, last_name) in DEMO_PEOPLE.items():
        if User.objects.filter(email=email).exists():
            continue
        user = User.objects.create_user(
            email, settings.DEMO_PASSWORD, first_name=first_name, last_name=last_name
        )
        user.groups.add(Group.objects.get(name=role))
    _give_signatures()


def _give_signatures() -> None:
    """Link the logins that sign to the people of the site by their name, in every language."""
    for user in User.objects.filter(email__in=SIGNING, people=None):
        Person.objects.filter(user=None, name=user.get_full_name()).update(user=user)
