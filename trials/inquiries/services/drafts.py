"""What somebody types about an inquiry is kept, sealed, until it is saved or a week has passed."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from clinic.models import User
from trials.inquiries.enums import DraftKind
from trials.inquiries.models import EntryDraft, Inquiry, NoteDraft

DRAFTS_LAST = timedelta(days=7)


@sensitive_variables("text")
@transaction.atomic
def save_draft(*, inquiry_id: uuid.UUID, kind: DraftKind, text: str, user: User) -> None:
    """Keep what a person types in one form of an inquiry; an empty text takes the draft away.

    Raises Http404 unless the person may write a note about the inquiry; nothing is written about
    one that was erased.
    """
    found = Inquiry.objects.readable_by(user).filter(erased_at=None, erasure_decided_at=None)
    inquiry = get_object_or_404(found, pk=inquiry_id)
    if not text.strip():
        discard_draft(inquiry_id=inquiry.pk, kind=kind, user=user)
        return
    now = timezone.now()
    # Two tabs may save at once: the row is made once, and then written under its lock.
    new = NoteDraft(inquiry=inquiry, user=user, kind=kind, saved_at=now)
    new.seal_in({"text": text})
    NoteDraft.objects.bulk_create([new], ignore_conflicts=True)
    draft = NoteDraft.objects.select_for_update().get(inquiry=inquiry, user=user, kind=kind)
    draft.seal_in({"text": text})
    draft.saved_at = now
    draft.save()


def discard_draft(*, inquiry_id: uuid.UUID, kind: DraftKind, user: User) -> None:
    """Take a person's own draft away."""
    NoteDraft.objects.filter(inquiry=inquiry_id, kind=kind, user=user).delete()


def drafts_of(inquiry: Inquiry, user: User) -> dict[str, str]:
    """Return a person's own drafts about an inquiry, by form; those that cannot be read left out.

    Callers open the inquiry, which is recorded.
    """
    drafts = NoteDraft.objects.filter(inquiry=inquiry, user=user)
    if inquiry.is_gone:
        drafts = drafts.none()
    texts = {draft.kind: draft.unsealed_or_none() for draft in drafts}
    return {kind: sealed["text"] for kind, sealed in texts.items() if sealed}


def delete_old_drafts() -> int:
    """Delete the drafts that nobody came back to for a week; return how many."""
    before = timezone.now() - DRAFTS_LAST
    notes = NoteDraft.objects.filter(saved_at__lt=before).delete()[0]
    return notes + EntryDraft.objects.filter(saved_at__lt=before).delete()[0]
