"""An owner for every inquiry that nobody looks after."""

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F

from clinic.audit import record_event
from clinic.models import User
from clinic.site_facts import clinic_settings
from trials.inquiries.models import Inquiry
from trials.inquiries.permissions import LEADS, user_may_use_inbox


class NobodyError(Exception):
    """An inquiry waits and nobody may be given it."""


@transaction.atomic
def adopt_ownerless() -> int:
    """Give inquiries that nobody looks after to the default owner or a lead; return how many.

    Those whose owner's login was deactivated are among them. The public role knows neither teams
    nor leads, so the worker looks after what it accepted. Raises NobodyError, which fails the job
    for all to see, when there is nobody to give them to.
    """
    orphans = list(Inquiry.objects.ownerless().select_for_update(of=("self",)))
    if not orphans:
        return 0
    owner = _owner()
    if owner is None:
        raise NobodyError("No owner of general inquiries is set and there is no active lead.")
    for inquiry in orphans:
        record_event(
            action="inquiry.adopted",
            object_type="inquiry",
            object_id=inquiry.pk,
            data={"before": inquiry.assignee_id, "after": owner.pk},
        )
    Inquiry.objects.filter(pk__in=[inquiry.pk for inquiry in orphans]).update(
        assignee=owner, version=F("version") + 1
    )
    return len(orphans)


def _owner() -> User | None:
    default = clinic_settings().default_assignee
    if default is not None and user_may_use_inbox(default):
        return default
    leads = get_user_model().objects.filter(is_active=True, groups__name=LEADS)
    return leads.order_by("pk").first()
