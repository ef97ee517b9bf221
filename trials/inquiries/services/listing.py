"""The list for later: a consent of its own, with its day, for people whose inquiry has ended."""

import uuid
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.models import User
from clinic.review import add_months
from trials.inquiries.consent import later_consent
from trials.inquiries.later_enums import ENDED_BY_STAFF, MONTHS, AgreedBy, LaterEnd
from trials.inquiries.later_list import may_be_listed
from trials.inquiries.models import Inquiry, LaterConsent, SenderRequest
from trials.inquiries.services.changing import RefusedError, locked, record, save
from trials.inquiries.services.renewing import current_receipt


@transaction.atomic
def list_for_later(
    *,
    inquiry_id: uuid.UUID,
    agreed_by: AgreedBy,
    agreed_on: date,
    months: int,
    actor: User,
    version: int,
    request: HttpRequest | None = None,
) -> LaterConsent:
    """Record that a person agreed to be told later, for so many months; return the consent.

    An earlier one that still runs ends with it. Raises Http404, StaleError, and RefusedError for an
    inquiry that has not ended in a way that leaves the person something to wait for.
    """
    inquiry = locked(inquiry_id, actor, version)
    if not may_be_listed(inquiry):
        raise RefusedError(_("After this end, nobody is put on the list for later."))
    if SenderRequest.objects.about(inquiry).stopping().exists():
        raise RefusedError(_("The sender asked to end this: do not put them on the list."))
    if agreed_on > timezone.localdate():
        raise RefusedError(_("Nobody can have agreed on a day to come."))
    until = add_months(agreed_on, months)
    if months not in MONTHS or until <= timezone.localdate():
        raise RefusedError(_("This time is over already. Ask the person again."))
    end_listing(inquiry, LaterEnd.RENEWED, actor)
    consent = LaterConsent.objects.create(
        inquiry=inquiry,
        agreed_on=agreed_on,
        agreed_by=agreed_by,
        consent_version=later_consent(inquiry.language).version,
        until=until,
        recorded_at=timezone.now(),
        recorded_by=actor,
    )
    save(inquiry)
    _keep_private_page(inquiry, until)
    record(
        "inquiry.listed_for_later",
        inquiry,
        actor,
        request,
        agreed_by=agreed_by,
        agreed_on=agreed_on.isoformat(),
        until=until.isoformat(),
    )
    return consent


def _keep_private_page(inquiry: Inquiry, until: date) -> None:
    """Let the page on which the consent can be taken back live as long; one that ended stays so."""
    receipt, day_after = current_receipt(inquiry), until + timedelta(days=1)
    end = timezone.make_aware(datetime.combine(day_after, time()))
    if timezone.now() < receipt.expires_at < end:
        receipt.expires_at = end
        receipt.save(update_fields=["expires_at"])


@transaction.atomic
def take_off_list(
    *,
    inquiry_id: uuid.UUID,
    end: LaterEnd,
    actor: User,
    version: int,
    request: HttpRequest | None = None,
) -> None:
    """End a consent to be told later. Raises Http404, StaleError and RefusedError."""
    inquiry = locked(inquiry_id, actor, version)
    if end not in ENDED_BY_STAFF:
        raise RefusedError(_("Say why."))
    if not end_listing(inquiry, end, actor):
        raise RefusedError(_("This inquiry is not on the list for later."))
    save(inquiry)
    record("inquiry.taken_off_list", inquiry, actor, request, end=end)


def end_listing(inquiry: Inquiry, end: LaterEnd, actor: User | None = None) -> bool:
    """End what runs for a locked inquiry; return whether anything did.

    The caller saves the inquiry, which brings the private page up to date, and records.
    """
    unended = LaterConsent.objects.filter(inquiry=inquiry, ended_at=None)
    return bool(unended.update(ended_at=timezone.now(), ended_by=actor, end_reason=end))
