"""Which version of a text readers saw at a moment in the past, and who had approved it.

Wagtail's log says when a revision went live and when it left; the revision holds its words.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from wagtail.models import ModelLogEntry, TaskState

from clinic.models import ClinicalReviewState
from clinic.review import content_sha256

PUBLISHED, UNPUBLISHED = "wagtail.publish", "wagtail.unpublish"


@dataclass(frozen=True)
class Approval:
    """A clinical reviewer's approval of exactly the words that were shown."""

    name: str
    approved_at: datetime
    whole_page: bool


@dataclass(frozen=True)
class ShownText:
    """A text as readers saw it. Nobody knows since when where a loader put it on the site."""

    text: Any
    content: dict[str, Any]
    sha256: str
    revision_id: int | None = None
    shown_since: datetime | None = None
    approval: Approval | None = None


def shown_at(text: Any, moment: datetime) -> ShownText | None:
    """Return what readers saw of a text other than a page at a moment; None for nothing."""
    last = _log(text).filter(timestamp__lte=moment).last()
    if last is None:
        return None if _log(text).exists() or not text.live else _unlogged(text)
    if last.action == UNPUBLISHED or last.revision is None:
        return None
    sha256 = content_sha256(last.revision.content)
    return ShownText(
        text=last.revision.as_object(),
        content=last.revision.content,
        sha256=sha256,
        revision_id=last.revision_id,
        shown_since=last.timestamp,
        approval=_approval(text, sha256, moment),
    )


def changes_between(text: Any, start: datetime, end: datetime) -> list[tuple[datetime, bool]]:
    """Return when a text went live (True) or left the site (False), the end included."""
    entries = _log(text).filter(timestamp__gte=start, timestamp__lte=end)
    return [(entry.timestamp, entry.action == PUBLISHED) for entry in entries]


def _log(text: Any) -> Any:
    return (
        ModelLogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(text),
            object_id=str(text.pk),
            action__in=(PUBLISHED, UNPUBLISHED),
        )
        .select_related("revision")
        .order_by("timestamp", "pk")
    )


def _unlogged(text: Any) -> ShownText:
    content = text.serializable_data()
    return ShownText(text=text, content=content, sha256=content_sha256(content))


def _approval(text: Any, sha256: str, moment: datetime) -> Approval | None:
    state = (
        ClinicalReviewState.objects.filter(
            status=TaskState.STATUS_APPROVED,
            workflow_state__base_content_type=text.get_base_content_type(),
            workflow_state__object_id=str(text.pk),
            content_sha256=sha256,
            finished_at__lte=moment,
        )
        .select_related("reviewer")
        .order_by("-finished_at")
        .first()
    )
    if state is None:
        return None
    return Approval(str(state.reviewer or ""), state.finished_at, state.whole_page)
