"""Which version of the English text a translation says, and which translator vouches for it."""

from typing import Any, Optional

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import Cast
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import Locale, Revision

from clinic.review import content_sha256


class TranslationState(models.TextChoices):
    """How a text stands in one language."""

    MISSING = "missing", _("Missing")
    DRAFT = "draft", _("Draft")
    BEHIND = "behind", _("Behind the English text")
    CURRENT = "current", _("Up to date")


class Translation(models.Model):
    """One row for each page or text in another language than English.

    The signature stands under a hash of the translation's own content, as approvals do.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.CharField(max_length=64)
    source_id = models.CharField(max_length=64, db_index=True)
    source_revision = models.ForeignKey(
        "wagtailcore.Revision", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    source_sha256 = models.CharField(max_length=64, blank=True)
    source_recorded_at = models.DateTimeField(null=True, blank=True)
    source_changed_at = models.DateTimeField(null=True, blank=True)
    translated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    translator = models.ForeignKey(
        "clinic.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    translator_name = models.CharField(max_length=200, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    signed_sha256 = models.CharField(max_length=64, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        permissions = [
            ("sign_translation", _("Can sign translations as a qualified translator")),
            ("confirm_translation", _("Can mark translations as up to date")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id"], name="translation_once_per_text"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def of(cls, text: Any) -> Optional["Translation"]:
        """Return the row of a text; a new, unsaved one when its version was never recorded.

        None for what is no translation: English texts, texts without an English one, and aliases,
        which Wagtail keeps the same as another page.
        """
        if not text.pk or getattr(text, "alias_of_id", None) or not is_foreign(text):
            return None
        key = key_of(text)
        if found := cls.objects.filter(**key).first():
            return found
        source = source_of(text)
        return cls(**key, source_id=str(source.pk)) if source is not None else None

    @property
    def is_behind(self) -> bool:
        """Return whether the English text says something else than what was translated.

        Nobody knows what was translated where no version was recorded.
        """
        return not self.source_sha256 or self.source_changed_at is not None

    def is_signed(self, sha256: str) -> bool:
        """Return whether a qualified translator signed exactly this content."""
        return bool(self.signed_sha256) and self.signed_sha256 == sha256

    def approval_problem(self, sha256: str, user: Any, person: Any) -> str:
        """Return why this user may not approve this content as `person`; "" when they may."""
        if not self.is_signed(sha256):
            return gettext(
                "No qualified translator has signed this translation as it is now. "
                "The panel “Translation” in its editor leads to where they sign."
            )
        if self.signed_by_id == user.pk or self.translator_id == person.pk:
            return gettext(
                "You signed this text as its translator. Another reviewer has to approve it."
            )
        return ""


def key_of(text: Any) -> dict[str, Any]:
    """Return what finds the row of a text."""
    return {"content_type": text.get_base_content_type(), "object_id": str(text.pk)}


def is_foreign(text: Any) -> bool:
    """Return whether a text is in another language than English."""
    return bool(text.locale_id) and text.locale_id != Locale.get_default().pk


def source_of(text: Any) -> Any:
    """Return the English page or text, or None."""
    return text.get_translation_or_none(Locale.get_default())


def source_changed_at(app_label: str, model_name: str) -> models.Subquery:
    """Return for a query when the English text of each row moved on, without another query."""
    records = Translation.objects.filter(
        content_type__app_label=app_label,
        content_type__model=model_name,
        object_id=Cast(models.OuterRef("pk"), models.CharField()),
    )
    return models.Subquery(records.values("source_changed_at")[:1])


def join_translations(text: Any, **same: Any) -> None:
    """Give a new text the key of what is the `same` in another language.

    So a text that somebody writes anew, without copying the English one, is a translation too.
    """
    if text._state.adding and (
        other := type(text).objects.filter(**same).exclude(locale=text.locale_id).first()
    ):
        text.translation_key = other.translation_key


def version_of(text: Any) -> tuple[Revision | None, str]:
    """Return the revision and the hash of what readers see; the draft of what nobody sees yet."""
    revision = text.live_revision if text.live else text.latest_revision
    content = revision.content if revision is not None else text.serializable_data()
    return revision, content_sha256(content)


def draft_sha256(text: Any) -> str:
    """Return the hash of the newest draft, which is what goes to a review."""
    revision = text.get_latest_revision()
    return content_sha256(revision.content if revision else text.serializable_data())


def state_of(text: Any, record: Translation | None) -> TranslationState:
    """Return how a translation stands; a text that is not live is a draft."""
    if not text.live:
        return TranslationState.DRAFT
    if record is None or record.is_behind:
        return TranslationState.BEHIND
    return TranslationState.CURRENT
