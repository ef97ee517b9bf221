"""What a translator does: sign a translation, and confirm that it says what English says."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page

from clinic.audit import record_event
from clinic.models import Person, Translation
from clinic.models.translation import draft_sha256, key_of, source_of, version_of
from clinic.page_cache import bump
from clinic.review import ReviewRefused

SIGN = "clinic.sign_translation"
CONFIRM = "clinic.confirm_translation"


def translator_of(user: Any, text: Any) -> Person | None:
    """Return the qualified translator that this login signs as, or None."""
    person = user.person_for(text.locale)
    is_translator = person is not None and person.is_qualified_translator
    return person if is_translator and user.has_perm(SIGN) else None


def may_confirm(user: Any, text: Any) -> bool:
    """Return whether a user may say that a translation is up to date."""
    return user.has_perm(CONFIRM) or translator_of(user, text) is not None


@transaction.atomic
def sign(text: Any, *, user: Any, seen: str, request: HttpRequest | None = None) -> Translation:
    """Put the translator's name under the newest draft, whose hash the translator has `seen`.

    Raises PermissionDenied, or ReviewRefused with a sentence for the translator.
    """
    translator = translator_of(user, text)
    if translator is None:
        raise PermissionDenied
    record = _locked(text)
    sha256 = draft_sha256(text)
    if sha256 != seen:
        raise ReviewRefused(_("The translation has changed since you opened it. Read it again."))
    if sha256 == record.source_sha256:
        raise ReviewRefused(_("This is still the English text. Translate it first."))
    if text.has_signed(user):
        raise ReviewRefused(
            _("You signed this text in another role. Another translator has to sign it.")
        )
    revision = text.get_latest_revision()
    record.translated_by = revision.user if revision is not None else None
    record.translator = translator
    record.translator_name = translator.display_name
    record.signed_by = user
    record.signed_sha256 = sha256
    record.signed_at = timezone.now()
    record.save()
    _audit("translation.signed", text, user, {"content_sha256": sha256}, request)
    return record


@transaction.atomic
def mark_up_to_date(
    text: Any, *, user: Any, seen: str, request: HttpRequest | None = None
) -> Translation:
    """Record the English version that the translation says, whose hash the user has `seen`.

    Raises PermissionDenied, or ReviewRefused with a sentence for the user.
    """
    if not may_confirm(user, text):
        raise PermissionDenied
    record = _locked(text)
    source = source_of(text)
    if source is None or not source.live:
        raise ReviewRefused(_("The English text is not on the site: there is nothing to compare."))
    revision, sha256 = version_of(source)
    if sha256 != seen:
        raise ReviewRefused(_("The English text has changed since you opened this. Compare again."))
    record.source_id = str(source.pk)
    record.source_revision = revision
    record.source_sha256 = sha256
    record.source_recorded_at = timezone.now()
    record.source_changed_at = None
    record.save()
    bump()
    _audit("translation.up_to_date", text, user, {"source_sha256": sha256}, request)
    return record


def record_versions(model: Any) -> int:
    """Record today's English version of all translations that have none; return how many.

    For loaders, whose texts come in all languages at once. An empty page has no version yet.
    """
    kind = ContentType.objects.get_for_model(model)
    english = Locale.get_default()
    texts = model.objects.select_related("live_revision", "latest_revision")
    known = Translation.objects.filter(content_type=kind).values_list("object_id", flat=True)
    sources = {text.translation_key: text for text in texts.filter(locale=english)}
    found = [
        _record(kind, text, sources[text.translation_key])
        for text in texts.exclude(locale=english).exclude(pk__in=[int(pk) for pk in known])
        if text.translation_key in sources and not getattr(text, "alias_of_id", None)
    ]
    return len(Translation.objects.bulk_create(record for record in found if record is not None))


def _record(kind: ContentType, text: Any, source: Any) -> Translation | None:
    if isinstance(source, Page) and not source.latest_revision_id:
        return None
    revision, sha256 = version_of(source)
    return Translation(
        content_type=kind,
        object_id=str(text.pk),
        source_id=str(source.pk),
        source_revision=revision,
        source_sha256=sha256,
        source_recorded_at=timezone.now(),
    )


def _locked(text: Any) -> Translation:
    """Return the row of a translation, which nobody else changes meanwhile."""
    found = Translation.objects.select_for_update().filter(**key_of(text)).first()
    record = found or Translation.of(text)
    if record is None:
        raise ReviewRefused(_("This text is no translation."))
    return record


def _audit(
    action: str, text: Any, user: Any, data: dict[str, Any], request: HttpRequest | None
) -> None:
    kind = key_of(text)["content_type"]
    record_event(
        action=action,
        actor=user,
        object_type=kind.model if kind.model == "page" else text._meta.label_lower,
        object_id=text.pk,
        data=data,
        request=request,
    )
