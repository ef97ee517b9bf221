"""Notes from which version a translation was copied, and when the English text has moved on."""

from typing import Any

from django.conf import settings
from django.db.models import Case, When
from django.db.models.signals import post_save
from django.utils import timezone
from wagtail.models import Page, Revision
from wagtail.signals import copy_for_translation_done, published

from clinic.models import ClinicallyReviewedMixin, Translation
from clinic.models.translation import is_foreign, key_of
from clinic.page_cache import bump
from clinic.review import content_sha256

_UID = "clinic.translations"


def connect() -> None:
    """Listen to copies and publications; the public process makes neither."""
    if settings.PROCESS == "public":
        return
    copy_for_translation_done.connect(_on_copied, dispatch_uid=_UID)
    post_save.connect(_on_saved, dispatch_uid=_UID)
    published.connect(_on_published, dispatch_uid=_UID)


def _on_copied(sender: Any, source_obj: Any, target_obj: Any, **_: Any) -> None:
    """Note the version of a page's copy; a text's copy is not saved yet, so it waits for that."""
    source, target = _specific(source_obj), target_obj
    if not _is_reviewed(source) or not is_foreign(target):
        return
    if getattr(target, "alias_of_id", None):
        return
    if isinstance(target, Page):
        revision = source.live_revision if source.live else source.latest_revision
        _record(source, target, revision)
        return
    # Wagtail would put the copy live as it is: English words among the Spanish ones.
    target.live = False
    target.live_revision = None
    target.has_unpublished_changes = True
    target.first_published_at = target.last_published_at = None
    target.copied_from = (source, source.revisions.order_by("-created_at", "-pk").first())


def _on_saved(sender: Any, instance: Any, **_: Any) -> None:
    copied_from = instance.__dict__.pop("copied_from", None)
    if copied_from is not None:
        _record(copied_from[0], instance, copied_from[1])


def _record(source: Any, target: Any, revision: Revision | None) -> None:
    content = revision.content if revision is not None else source.serializable_data()
    Translation.objects.update_or_create(
        **key_of(target),
        defaults={
            "source_id": str(source.pk),
            "source_revision": revision,
            "source_sha256": content_sha256(content),
            "source_recorded_at": timezone.now(),
            "source_changed_at": None,
        },
    )


def _on_published(sender: Any, instance: Any, revision: Revision, **_: Any) -> None:
    """Note for every translation of an English text whether it still says the same."""
    if not _is_reviewed(instance) or is_foreign(instance):
        return
    key = key_of(instance)
    translations = Translation.objects.filter(
        content_type=key["content_type"], source_id=key["object_id"]
    ).exclude(source_sha256="")
    sha256 = content_sha256(revision.content)
    moved_on = Case(When(source_sha256=sha256, then=None), default=timezone.now())
    if translations.update(source_changed_at=moved_on):
        bump()


def _specific(source: Any) -> Any:
    return source.specific if isinstance(source, Page) else source


def _is_reviewed(text: Any) -> bool:
    return isinstance(text, ClinicallyReviewedMixin)
