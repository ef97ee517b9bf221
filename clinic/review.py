"""Clinical review: what was approved is bound to its content, and only that goes live.

Wagtail imports this module while it builds its own models (``WAGTAIL_FINISH_WORKFLOW_ACTION``),
so nothing here imports a model; the task and its states are in ``clinic.models.review``.
"""

import hashlib
import json
from calendar import monthrange
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _

REVIEW_FIELDS = frozenset({"reviewed_by", "reviewed_on", "next_review_due", "is_demo_content"})

# Wagtail's bookkeeping: it changes without anybody changing what readers see.
BOOKKEEPING_FIELDS = frozenset(
    {
        "alias_of",
        "content_type",
        "depth",
        "draft_title",
        "expired",
        "first_published_at",
        "has_unpublished_changes",
        "last_published_at",
        "latest_revision",
        "latest_revision_created_at",
        "live",
        "live_revision",
        "locale",
        "locked",
        "locked_at",
        "locked_by",
        "numchild",
        "owner",
        "path",
        "pk",
        "translation_key",
        "url_path",
        "wagtail_admin_comments",
    }
)

_without_review: ContextVar[bool] = ContextVar("publishing_without_review", default=False)


class ReviewRefused(Exception):
    """The text may not go live or may not be approved; the message tells the reader why."""


@contextmanager
def publishing_without_review() -> Iterator[None]:
    """Let a command publish texts that say of themselves that nobody has reviewed them.

    For loaders of demo content, first set-up and tests; no view enters it.
    """
    token = _without_review.set(True)
    try:
        yield
    finally:
        _without_review.reset(token)


def review_is_required() -> bool:
    """Return False inside ``publishing_without_review``."""
    return not _without_review.get()


def content_sha256(content: dict[str, Any]) -> str:
    """Return the hash of what readers would see: a revision's content without bookkeeping."""
    kept = {
        key: value
        for key, value in content.items()
        if key not in BOOKKEEPING_FIELDS and key not in REVIEW_FIELDS
    }
    canonical = json.dumps(kept, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def find_problems(instance: Any) -> list[str]:
    """Return what keeps a text from going live, as sentences; drafts may be incomplete."""
    problems: list[str] = []
    try:
        instance.full_clean()
    except ValidationError as error:
        for name, messages in _by_field(error).items():
            problems += [f"{_label(instance, name)}: {message}" for message in messages]
    for field in instance._meta.get_fields():
        if not hasattr(field, "stream_block"):
            continue
        try:
            field.stream_block.clean(getattr(instance, field.name))
        except ValidationError:
            problems.append(
                _("%(field)s: a block is incomplete. Open the page to see which one.")
                % {"field": _label(instance, field.name)}
            )
    return [*problems, *instance.publication_problems()]


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {"": list(error.messages)}


def _label(instance: Any, name: str) -> str:
    if name in {"", "__all__"}:
        return str(instance._meta.verbose_name)
    return str(instance._meta.get_field(name).verbose_name)


def review_facts(live: Any, state: Any) -> dict[str, Any]:
    """Return the review fields that an approval gives to a text whose row is `live`.

    Only "I checked the whole page" moves the date, the name and the mark of demo content.
    """
    if state.whole_page:
        today = timezone.localdate()
        return {
            "reviewed_by": state.reviewer_id,
            "reviewed_on": today.isoformat(),
            "next_review_due": live.next_review_after(today).isoformat(),
            "is_demo_content": False,
        }
    was_live = live.first_published_at is not None
    return {
        "reviewed_by": live.reviewed_by_id if was_live else None,
        "reviewed_on": live.reviewed_on.isoformat() if was_live and live.reviewed_on else None,
        "next_review_due": (
            live.next_review_due.isoformat() if was_live and live.next_review_due else None
        ),
        "is_demo_content": live.is_demo_content,
    }


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later; the month's last day where there is none such."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def publish_reviewed(workflow_state: Any, user: Any = None) -> None:
    """Publish what a finished workflow approved; raises ReviewRefused for anything else."""
    revision = workflow_state.content_object.get_latest_revision()
    live = revision.content_object
    state = live.approval_of(revision, workflow_state=workflow_state)
    if state is None:
        raise ReviewRefused(
            _("This text is not the one that was approved. Please submit it again.")
        )
    if problems := find_problems(revision.as_object()):
        raise ReviewRefused(
            " ".join([_("This text is not complete and cannot go live."), *problems])
        )
    revision.content.update(review_facts(live, state))
    revision.save(update_fields=["content"])
    # Nobody holds Wagtail's publish permission: the approval is the permission.
    revision.publish(user=user, skip_permission_checks=True)
