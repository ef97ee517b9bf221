"""Writes into the audit whatever a superuser does in the admin: nobody should work as one.

Wagtail keeps a log of its own, which a superuser could change; the audit can only be added to.
"""

from typing import Any

from django.db.models.signals import post_save
from wagtail.models import ModelLogEntry, PageLogEntry

from clinic.audit import record_event


def connect() -> None:
    """Listen to Wagtail's log; called once, when the apps are ready."""
    for model in (ModelLogEntry, PageLogEntry):
        post_save.connect(_on_entry, sender=model, dispatch_uid="clinic.superuser_audit")


def _on_entry(instance: Any, created: bool, raw: bool = False, **_kwargs: Any) -> None:
    if raw or not created or instance.user is None or not instance.user.is_superuser:
        return
    kind = instance.content_type
    record_event(
        action=f"superuser.{instance.action}",
        actor=instance.user,
        object_type=f"{kind.app_label}.{kind.model}" if kind else "",
        object_id=instance.object_id,
    )
