"""What may go live at a set time: only content that a clinical reviewer approved."""

from django.db import transaction
from django.utils import timezone
from wagtail.models import Revision

from clinic.models import ClinicallyReviewedMixin


@transaction.atomic
def withdraw_unapproved_schedules() -> list[Revision]:
    """Take due revisions whose content nobody approved off the schedule, and return them."""
    due = Revision.objects.select_for_update().filter(approved_go_live_at__lt=timezone.now())
    withdrawn = [revision for revision in due if not _is_approved(revision)]
    for revision in withdrawn:
        revision.approved_go_live_at = None
        revision.save(update_fields=["approved_go_live_at"])
    return withdrawn


def _is_approved(revision: Revision) -> bool:
    instance = revision.content_object
    if not isinstance(instance, ClinicallyReviewedMixin):
        return True
    return instance.approval_of(revision) is not None
