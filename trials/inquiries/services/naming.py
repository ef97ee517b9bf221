"""Which trials an inquiry names: one owner, and the teams of all its trials see it."""

import uuid

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from clinic.models import User
from trials.inquiries.models import Inquiry, InquiryTrial
from trials.inquiries.services.changing import RefusedError, locked, record, save, take
from trials.models import Trial

# More is no choice of a person but a search.
MOST_TRIALS = 10


@transaction.atomic
def add_trial(
    *,
    inquiry_id: uuid.UUID,
    trial: Trial,
    actor: User,
    version: int,
    request: HttpRequest | None = None,
) -> Inquiry:
    """Let an inquiry name one more trial that is open here; raises RefusedError."""
    inquiry = _locked_open(inquiry_id, actor, version)
    named = set(inquiry.trial_links.values_list("trial", flat=True))
    if trial.pk in named:
        raise RefusedError(_("The inquiry names this trial already."))
    if not trial.our_site_open:
        raise RefusedError(_("This trial is closed to new people here."))
    if len(named) >= MOST_TRIALS:
        raise RefusedError(_("An inquiry names ten trials at most. Take one off first."))
    InquiryTrial.objects.create(inquiry=inquiry, trial=trial)
    save(inquiry)
    record("inquiry.trial_added", inquiry, actor, request, trial=trial.pk)
    return inquiry


@transaction.atomic
def remove_trial(
    *,
    inquiry_id: uuid.UUID,
    trial: Trial,
    actor: User,
    version: int,
    request: HttpRequest | None = None,
) -> Inquiry:
    """Take a trial off an inquiry; raises RefusedError for one that it does not name.

    The actor takes the inquiry where nobody else would look after what is left of it.
    """
    inquiry = _locked_open(inquiry_id, actor, version)
    removed, _rows = InquiryTrial.objects.filter(inquiry=inquiry, trial=trial).delete()
    if not removed:
        raise RefusedError(_("The inquiry does not name this trial."))
    if not inquiry.trials.filter(team__user__is_active=True).exists():
        take(inquiry, actor)
    save(inquiry)
    record("inquiry.trial_removed", inquiry, actor, request, trial=trial.pk)
    return inquiry


def _locked_open(inquiry_id: uuid.UUID, actor: User, version: int) -> Inquiry:
    inquiry = locked(inquiry_id, actor, version)
    if not inquiry.is_open:
        raise RefusedError(_("This inquiry is closed. Reopen it first."))
    return inquiry
