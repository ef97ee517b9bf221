"""The parts of the inbox that somebody keeps under a name."""

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.models import User
from trials.inquiries.models import SavedFilter
from trials.inquiries.services.changing import RefusedError

MOST_FILTERS = 20


@transaction.atomic
def save_filter(*, user: User, name: str, query: str) -> SavedFilter:
    """Keep a checked query of the inbox under a name; the same name again changes it."""
    others = SavedFilter.objects.filter(user=user).exclude(name=name)
    if others.count() >= MOST_FILTERS:
        raise RefusedError(_("You keep twenty filters already. Delete one first."))
    kept, _created = SavedFilter.objects.update_or_create(
        user=user, name=name, defaults={"query": query}
    )
    return kept


def delete_filter(*, user: User, pk: int) -> None:
    """Delete one of a person's own filters."""
    SavedFilter.objects.filter(user=user, pk=pk).delete()
