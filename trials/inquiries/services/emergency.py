"""Opening an inquiry that is not one's own: with a reason, for hours, before everybody's eyes."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.audit import record_event
from clinic.models import User
from clinic.models.outbox import Audience
from clinic.outbox import enqueue
from trials.inquiries.enums import EmergencyReason
from trials.inquiries.lookup import search
from trials.inquiries.models import EmergencyAccess, Inquiry
from trials.inquiries.models.desk import EMERGENCY_LASTS
from trials.inquiries.permissions import user_may_open_in_emergency
from trials.inquiries.services.changing import RefusedError

ANNOUNCEMENT = "inquiry_emergency"
SUBJECT = "emergency_access"


@transaction.atomic
def open_in_emergency(
    *,
    query: str,
    reason: EmergencyReason,
    case_number: str,
    actor: User,
    request: HttpRequest | None = None,
) -> EmergencyAccess | None:
    """Let a person read one inquiry for four hours; leads are told at once.

    ``query`` is a reference, full name, email or phone that finds exactly one inquiry, else the
    answer is None: the try is recorded too. Raises PermissionDenied for those without the right.
    """
    if not user_may_open_in_emergency(actor):
        raise PermissionDenied
    found = list(search(Inquiry.objects.all(), query)[:2])
    data = {"reason": reason, "case_number": case_number}
    if len(found) != 1:
        record_event(action="inquiry.emergency_missed", actor=actor, data=data, request=request)
        return None
    [inquiry] = found
    if Inquiry.objects.visible_to(actor).filter(pk=inquiry.pk).exists():
        raise RefusedError(_("You may see this inquiry anyway: find it in your inbox."))
    now = timezone.now()
    access = EmergencyAccess.objects.create(
        inquiry=inquiry,
        user=actor,
        reason=reason,
        case_number=case_number,
        opened_at=now,
        expires_at=now + EMERGENCY_LASTS,
    )
    record_event(
        action="inquiry.opened_in_emergency",
        actor=actor,
        object_type="inquiry",
        object_id=inquiry.pk,
        data=data,
        request=request,
    )
    enqueue(
        template=ANNOUNCEMENT,
        subject_type=SUBJECT,
        subject_id=access.pk,
        audience=Audience.STAFF,
        language=settings.LANGUAGE_CODE,
    )
    return access
