"""Keeping an inquiry whose time is over, and ending that; for leads, with a reason."""

import uuid
from datetime import date

from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.models import User
from trials.inquiries.models import Hold, Inquiry
from trials.inquiries.permissions import user_may_hold
from trials.inquiries.retention_enums import HoldReason
from trials.inquiries.services.changing import RefusedError, record, refuse_erased


@transaction.atomic
def place_hold(
    *,
    inquiry_id: uuid.UUID,
    reason: HoldReason,
    actor: User,
    until: date | None = None,
    request: HttpRequest | None = None,
) -> Hold:
    """Keep an inquiry until a day, or until the hold is lifted; return the hold.

    Raises Http404 unless the inquiry is visible, and RefusedError for all but leads, for a day that
    is over, and for what is erased. One that was merged is kept with the one that goes on.
    """
    inquiry = _locked(inquiry_id, actor)
    refuse_erased(inquiry)
    if until is not None and until <= timezone.localdate():
        raise RefusedError(_("Give a day to come."))
    if reason == HoldReason.POSTPONED and until is None:
        raise RefusedError(_("Say until which day it is postponed."))
    return hold(inquiry=inquiry, reason=reason, until=until, actor=actor, request=request)


def hold(
    *,
    inquiry: Inquiry,
    reason: HoldReason,
    actor: User,
    until: date | None = None,
    request: HttpRequest | None = None,
) -> Hold:
    """Write a hold on a locked inquiry; return it."""
    placed = Hold.objects.create(
        inquiry=inquiry, reason=reason, until=until, placed_at=timezone.now(), placed_by=actor
    )
    day = until.isoformat() if until else ""
    record("inquiry.hold_placed", inquiry, actor, request, reason=reason, until=day)
    return placed


@transaction.atomic
def lift_hold(*, hold_id: int, actor: User, request: HttpRequest | None = None) -> Hold:
    """End a hold; return it. Raises Http404, and RefusedError for all but leads."""
    inquiry_id: uuid.UUID = get_object_or_404(Hold, pk=hold_id).inquiry_id
    inquiry = _locked(inquiry_id, actor)
    running = Hold.objects.filter(lifted_at=None).select_for_update(of=("self",))
    lifted: Hold = get_object_or_404(running, pk=hold_id)
    lifted.lifted_at, lifted.lifted_by = timezone.now(), actor
    lifted.save(update_fields=["lifted_at", "lifted_by"])
    record("inquiry.hold_lifted", inquiry, actor, request, reason=lifted.reason)
    return lifted


def refuse_held(inquiry: Inquiry) -> None:
    """Raise RefusedError for an inquiry that must be kept, whatever its sender wants."""
    if Hold.objects.running().legal().filter(inquiry__in=inquiry.family()).exists():
        raise RefusedError(_("This inquiry is on hold and must be kept. Lift the hold first."))


def _locked(inquiry_id: uuid.UUID, actor: User) -> Inquiry:
    visible = Inquiry.objects.visible_to(actor).select_for_update(of=("self",))
    inquiry: Inquiry = get_object_or_404(visible, pk=inquiry_id)
    if not user_may_hold(actor):
        raise RefusedError(_("Only a lead decides about this."))
    return inquiry
