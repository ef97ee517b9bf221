"""What came by phone, fax or letter: accepted as every inquiry, with who entered it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from clinic.audit import record_event
from clinic.models import User
from trials.inquiries.duplicates import Duplicate, duplicates_of_answers
from trials.inquiries.enums import Channel, ConsentGiven, Origin, Outcome, Source
from trials.inquiries.models import Entry, EntryDraft, Inquiry
from trials.inquiries.permissions import trials_to_enter_for
from trials.inquiries.services.accepting import Accepted, Arrival, accept
from trials.inquiries.services.changing import RefusedError
from trials.inquiries.services.working import assign, record_attempt
from trials.models import Trial

# An older letter is a mistyped year.
LONGEST_AGO = timedelta(days=366)


@dataclass(frozen=True)
class Consent:
    """How somebody agreed who did not tick the box, to which version of the text, and when."""

    version: str
    given: ConsentGiven
    taken_by: User
    at: datetime


@sensitive_variables("answers")
def enter(
    *,
    inquiry_id: uuid.UUID,
    answers: dict[str, Any],
    source: Source,
    received_at: datetime,
    trials: Sequence[Trial],
    language: str,
    consent: Consent,
    is_mine: bool,
    spoke: bool,
    is_urgent: bool,
    actor: User,
    request: HttpRequest | None = None,
) -> Accepted:
    """Accept what somebody said or wrote; the reply clock runs from ``received_at``.

    It is the actor's own with ``is_mine``, with ``spoke`` (that call was the first attempt), and
    where no team would look after it. Raises RefusedError for a time that cannot be, and for
    trials for which the actor may not enter inquiries.
    """
    now = timezone.now()
    if not now - LONGEST_AGO <= received_at <= now or consent.at > now:
        raise RefusedError(_("Receipt and consent lie in the past, the receipt in the last year."))
    known = set(trials_to_enter_for(actor).values_list("pk", flat=True))
    if not known.issuperset(trial.pk for trial in trials):
        raise RefusedError(_("You are not on the team of this trial."))
    has_team = Trial.objects.filter(pk__in=[trial.pk for trial in trials])
    is_own = is_mine or spoke or not has_team.filter(team__user__is_active=True).exists()

    def store_what_staff_know() -> None:
        Entry.objects.create(
            inquiry_id=inquiry_id,
            entered_by=actor,
            entered_at=now,
            consent_given=consent.given,
            consent_taken_by=consent.taken_by,
            consent_at=consent.at,
        )
        if is_own:
            assign(inquiry_id=inquiry_id, assignee=actor, actor=actor, version=0, request=request)
        if spoke:
            record_attempt(
                inquiry_id=inquiry_id,
                channel=Channel.PHONE,
                outcome=Outcome.SPOKE,
                at=received_at,
                actor=actor,
                version=Inquiry.objects.get(pk=inquiry_id).version,
                request=request,
            )
        discard_entry_draft(user=actor)

    return accept(
        inquiry_id=inquiry_id,
        answers=answers,
        trial=trials[0] if trials else None,
        more_trials=trials[1:],
        language=language,
        origin=Origin.ENTERED,
        consent_version=consent.version,
        source=source,
        is_urgent=is_urgent,
        arrival=Arrival(received_at, actor, actor if is_own else None, is_told=not is_own),
        and_then=store_what_staff_know,
        request=request,
    )


@sensitive_variables("answers")
@transaction.atomic
def look_for_same_person(
    *, inquiry_id: uuid.UUID, answers: dict[str, Any], actor: User, request: HttpRequest | None
) -> list[Duplicate]:
    """Return inquiries that may be of the person who is being entered; what is shown is recorded.

    Only what the actor may see anyway, as on the page of an inquiry.
    """
    found = duplicates_of_answers(inquiry_id, answers, actor)
    if found:
        record_event(
            action="inquiry.compared",
            actor=actor,
            object_type="inquiry",
            data={"ids": [str(duplicate.inquiry.pk) for duplicate in found]},
            request=request,
        )
    return found


@sensitive_variables("fields")
@transaction.atomic
def save_entry_draft(*, fields: dict[str, list[str]], user: User) -> None:
    """Keep what a person was entering, sealed, instead of what was kept before."""
    now = timezone.now()
    new = EntryDraft(user=user, saved_at=now)
    new.seal_in({"fields": fields})
    EntryDraft.objects.bulk_create([new], ignore_conflicts=True)
    draft = EntryDraft.objects.select_for_update().get(user=user)
    draft.seal_in({"fields": fields})
    draft.saved_at = now
    draft.save()


def entry_draft_of(user: User) -> dict[str, list[str]] | None:
    """Return what a person was entering; None for nothing, or what cannot be read."""
    draft = EntryDraft.objects.filter(user=user).first()
    sealed = draft.unsealed_or_none() if draft else None
    return sealed["fields"] if sealed else None


def discard_entry_draft(*, user: User) -> None:
    """Take away what a person was entering."""
    EntryDraft.objects.filter(user=user).delete()
