"""The trial's team signs its plain summary: medically and practically right for our site."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import WorkflowState

from clinic.audit import record_event
from clinic.models import Translation
from clinic.models.review import authors_of
from clinic.models.translation import draft_sha256
from clinic.page_owner_views import name_of
from clinic.review import ReviewRefused
from trials.inquiries.models import TrialTeamMember
from trials.inquiries.permissions import user_may_use_inbox
from trials.models import PlainSummary, TeamSignature


def may_sign(user: Any, summary: PlainSummary) -> bool:
    """Return whether a user is a coordinator or lead who is on the team of the summary's trial."""
    on_team = TrialTeamMember.objects.filter(trial=summary.trial_id, user=user.pk)
    return user_may_use_inbox(user) and on_team.exists()


def summaries_to_sign(user: Any) -> list[PlainSummary]:
    """Return the texts of a user's own trials that wait for a review without a signature."""
    waiting = WorkflowState.objects.filter(
        base_content_type=ContentType.objects.get_for_model(PlainSummary),
        status=WorkflowState.STATUS_IN_PROGRESS,
    )
    ids = [int(pk) for pk in waiting.values_list("object_id", flat=True)]
    summaries = PlainSummary.objects.filter(pk__in=ids, trial__team__user=user)
    return [
        summary
        for summary in summaries.select_related("trial", "locale").order_by("trial__nct_id")
        if Translation.of(summary) is None
        and summary.team_signature(draft_sha256(summary)) is None
        and user.pk not in authors_of(summary)
    ]


@transaction.atomic
def sign_summary(
    summary: PlainSummary, *, user: Any, seen: str, request: HttpRequest | None = None
) -> TeamSignature:
    """Put the team's name under the newest draft, whose hash the member has `seen`.

    Raises PermissionDenied, or ReviewRefused with a sentence for the member.
    """
    if not may_sign(user, summary):
        raise PermissionDenied
    PlainSummary.objects.select_for_update(of=("self",)).get(pk=summary.pk)
    if Translation.of(summary) is not None:
        raise ReviewRefused(_("The team signs the English text; its translator signs this one."))
    sha256 = draft_sha256(summary)
    if sha256 != seen:
        raise ReviewRefused(_("The text has changed since you opened it. Read it again."))
    if user.pk in authors_of(summary):
        raise ReviewRefused(
            _("You wrote or submitted this text. Another member of the team has to sign it.")
        )
    if summary.team_signature(sha256) is not None:
        raise ReviewRefused(_("The team has signed this text already."))
    signature = TeamSignature.objects.create(
        summary=summary,
        content_sha256=sha256,
        signed_by=user,
        signer_name=name_of(user),
        signed_at=timezone.now(),
    )
    record_event(
        action="summary.signed_by_team",
        actor=user,
        object_type=PlainSummary._meta.label_lower,
        object_id=summary.pk,
        data={"content_sha256": sha256},
        request=request,
    )
    return signature
