"""Bumps the page cache when something that the public role may read was changed.

What may be shown follows from the allow-list of the public database role, so that a new kind of
content cannot be forgotten here. Operations without signals (``QuerySet.update``, ``bulk_create``,
``COPY``) call `clinic.page_cache.bump` themselves.
"""

from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_migrate, post_save
from wagtail.signals import post_page_move, published, unpublished

from clinic.database_roles import shown_tables
from clinic.models import PageCacheGeneration
from clinic.page_cache import bump

# Written when a draft is saved, which Wagtail does every few seconds while somebody types.
_BOOKKEEPING = {
    "alias_of",
    "alias_of_id",
    "draft_title",
    "has_unpublished_changes",
    "latest_revision",
    "latest_revision_created_at",
    "live_revision",
    "locked",
    "locked_at",
    "locked_by",
}
_UID = "clinic.page_cache"


def connect() -> None:
    """Listen to every change, except in the public process, which changes nothing shown."""
    if settings.PROCESS == "public":
        return
    post_save.connect(_on_save, dispatch_uid=_UID)
    post_delete.connect(_on_change, dispatch_uid=_UID)
    m2m_changed.connect(_on_m2m, dispatch_uid=_UID)
    post_migrate.connect(_on_migrated, sender=apps.get_app_config("clinic"), dispatch_uid=_UID)
    for signal in (published, unpublished, post_page_move):
        signal.connect(_on_change, dispatch_uid=_UID)


@cache
def _shown() -> set[str]:
    return shown_tables()


def _on_save(
    sender: type[Model], raw: bool = False, update_fields: set[str] | None = None, **_: Any
) -> None:
    if not raw and not (update_fields and set(update_fields) <= _BOOKKEEPING):
        _on_change(sender)


def _on_m2m(sender: type[Model], action: str, **_: Any) -> None:
    if action.startswith("post_"):
        _on_change(sender)


def _on_change(sender: type[Model], **_: Any) -> None:
    # The models of a running migration belong to another registry; `_on_migrated` follows.
    if sender._meta.apps is apps and sender._meta.db_table in _shown():
        bump()


def _on_migrated(using: str, **_: Any) -> None:
    if PageCacheGeneration._meta.db_table in connections[using].introspection.table_names():
        bump()
