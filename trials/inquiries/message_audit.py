"""Writes into the audit which message goes out from now on, and who brought that about."""

from typing import Any

from wagtail.log_actions import get_active_log_context
from wagtail.signals import published, unpublished

from clinic.audit import record_event
from trials.inquiries.models import MessageTemplate

_UID = "inquiries.messages"


def connect() -> None:
    """Listen to every way of publishing that Wagtail has; the words stand in the revisions."""
    published.connect(_on_published, sender=MessageTemplate, dispatch_uid=_UID)
    unpublished.connect(_on_unpublished, sender=MessageTemplate, dispatch_uid=_UID)


def _on_published(instance: MessageTemplate, revision: Any = None, **_: Any) -> None:
    _record("message_template.published", instance, getattr(revision, "pk", None))


def _on_unpublished(instance: MessageTemplate, **_: Any) -> None:
    _record("message_template.unpublished", instance, None)


def _record(action: str, template: MessageTemplate, revision: int | None) -> None:
    record_event(
        action=action,
        actor=get_active_log_context().user,
        object_type="message_template",
        object_id=template.pk,
        data={
            "message": template.key,
            "language": template.locale.language_code,
            "revision": revision,
        },
    )
