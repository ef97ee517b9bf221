"""Two inquiries of one person become one, with nothing lost.

Nothing moves: the later inquiry points to the one that goes on, and whoever reads that one reads
both. So what the sender sends by the old form or link is still found, and undoing is exact.
"""

import uuid

from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.models import User
from trials.inquiries.enums import Closing, InquiryState, may_follow
from trials.inquiries.models import Inquiry, InquiryTrial
from trials.inquiries.permissions import user_is_lead
from trials.inquiries.services.carrying import carry_over, give_back
from trials.inquiries.services.changing import (
    RefusedError,
    StaleError,
    note_covering,
    record,
    refuse_erased,
    save,
)


@transaction.atomic
def merge(
    *,
    kept_id: uuid.UUID,
    kept_version: int,
    merged_id: uuid.UUID,
    merged_version: int,
    actor: User,
    request: HttpRequest | None = None,
) -> Inquiry:
    """Let a later inquiry go on in an earlier one of the same person; return the earlier one.

    The later one ends as a duplicate. Raises Http404 unless the actor may see both, StaleError,
    and RefusedError for two that cannot become one.
    """
    both = _lock(kept_id, merged_id, actor)
    kept, merged = both[kept_id], both[merged_id]
    if (kept.version, merged.version) != (kept_version, merged_version):
        raise StaleError(_("Somebody else changed one of the two just now. Look at them again."))
    _refuse_unless_mergeable(kept, merged)
    now, waited = timezone.now(), merged.awaits_attempt
    carry_over(kept, merged, now)
    merged.state, merged.closing = InquiryState.DUPLICATE, Closing.OTHER_INQUIRY
    merged.closed_at, merged.merged_into = now, kept
    _save_without_receipt(merged)
    # What was merged into the later one before is the same person too.
    Inquiry.objects.filter(merged_into=merged).update(merged_into=kept)
    _share_trials(kept, merged)
    if waited:  # nobody answered the later one, so somebody has to look at it
        today = timezone.localdate()
        kept.next_action_on = min(kept.next_action_on or today, today)
    save(kept)
    record("inquiry.merged", kept, actor, request, merged=str(merged.pk))
    record("inquiry.merged_away", merged, actor, request, into=str(kept.pk))
    return kept


@transaction.atomic
def undo_merge(
    *, merged_id: uuid.UUID, version: int, actor: User, request: HttpRequest | None = None
) -> Inquiry:
    """Take a merged inquiry out of the other one, open again; return it. For leads.

    What was written since then stays with the other one.
    """
    if not user_is_lead(actor):
        raise RefusedError(_("Only a lead can undo a merge."))
    kept_id: uuid.UUID = get_object_or_404(Inquiry, merged=merged_id).pk
    both = _lock(kept_id, merged_id, actor)
    kept, merged = both[kept_id], both[merged_id]
    if merged.version != version or merged.merged_into_id != kept_id:
        raise StaleError(_("Somebody else changed this inquiry just now. Look at it again."))
    refuse_erased(merged)
    InquiryTrial.objects.filter(inquiry=kept, by_merge_of=merged).delete()
    merged.state, merged.closing, merged.closed_at = InquiryState.ASSIGNED, "", None
    merged.merged_into = None
    merged.assignee = merged.assignee or actor
    give_back(kept, merged, timezone.now())
    save(merged)
    save(kept)
    record("inquiry.merge_undone", merged, actor, request, out_of=str(kept.pk))
    record("inquiry.merge_undone", kept, actor, request, took_out=str(merged.pk))
    return merged


def _lock(one: uuid.UUID, other: uuid.UUID, actor: User) -> dict[uuid.UUID, Inquiry]:
    """Return both by id, locked in the order of their ids so that two merges never wait in a ring.

    Raises Http404 unless both are visible.
    """
    visible = Inquiry.objects.visible_to(actor).select_for_update(of=("self",))
    both = {pk: get_object_or_404(visible, pk=pk) for pk in sorted((one, other))}
    for inquiry in both.values():
        note_covering(inquiry, actor)
    return both


def _refuse_unless_mergeable(kept: Inquiry, merged: Inquiry) -> None:
    for inquiry in (kept, merged):
        refuse_erased(inquiry)
    if kept.pk == merged.pk or kept.merged_into_id or merged.merged_into_id:
        raise RefusedError(_("These two are one inquiry already, or one goes on in a third."))
    if kept.received_at > merged.received_at:
        raise RefusedError(_("The later inquiry goes on in the earlier one."))
    if not kept.is_open:
        raise RefusedError(
            _("The earlier inquiry is closed: reopen it first, so that nobody waits in silence.")
        )
    if kept.is_quarantined and not merged.is_quarantined:
        raise RefusedError(_("The earlier inquiry is in quarantine: release it first."))
    if not may_follow(merged.state, InquiryState.DUPLICATE, is_lead=True):
        raise RefusedError(_("This step is not possible from the present state."))


def _share_trials(kept: Inquiry, merged: Inquiry) -> None:
    """Let the teams of the later inquiry's trials see the one that goes on."""
    known = set(kept.trial_links.values_list("trial_id", flat=True))
    InquiryTrial.objects.bulk_create(
        InquiryTrial(inquiry=kept, trial_id=link.trial_id, by_merge_of=merged)
        for link in merged.trial_links.all()
        if link.trial_id not in known
    )


def _save_without_receipt(merged: Inquiry) -> None:
    """Save as the next version; the receipt goes on with the other inquiry's step."""
    merged.version += 1
    merged.save()
