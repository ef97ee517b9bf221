"""The version that a reviewer knows already, to compare a request with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wagtail.models import Page, TaskState

from clinic.models import ClinicalReviewState, ClinicalReviewTask
from clinic.review import content_sha256


@dataclass(frozen=True)
class KnownVersion:
    """A version of a text, and whether this reviewer approved it; else it is the live one."""

    text: Any
    approved_at: datetime | None = None


def known_version(text: Any, user: Any, *, as_live: bool = False) -> KnownVersion | None:
    """Return what this reviewer approved last, else what readers see now; None for neither.

    With ``as_live`` only what readers see counts.
    """
    if not as_live and (state := _last_approval(text, user)):
        return KnownVersion(state.revision.as_object(), approved_at=state.finished_at)
    row = text.specific_class.objects.get(pk=text.pk) if isinstance(text, Page) else text
    return KnownVersion(row) if row.live else None


def waiting_requests(user: Any) -> list[TaskState]:
    """Return the open requests that this user can review, the oldest first."""
    return [
        state
        for task in ClinicalReviewTask.objects.filter(active=True)
        for state in task.get_task_states_user_can_moderate(user)
        .select_related("workflow_state")
        .order_by("started_at", "pk")
    ]


def _last_approval(text: Any, user: Any) -> ClinicalReviewState | None:
    states = ClinicalReviewState.objects.filter(
        status=TaskState.STATUS_APPROVED,
        finished_by=user,
        workflow_state__base_content_type=text.get_base_content_type(),
        workflow_state__object_id=str(text.pk),
        revision__isnull=False,
    ).select_related("revision")
    for state in states.order_by("-finished_at"):
        # A revision can be overwritten; then it no longer says what was approved.
        if content_sha256(state.revision.content) == state.content_sha256:
            return state
    return None
