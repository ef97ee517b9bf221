"""What stands on a live page stays as it was reviewed: files are never exchanged behind it.

Wagtail's picture and document screens know no review. Files are therefore never replaced, and what
live content shows cannot be deleted, reworded or hidden; a new upload goes through the page's
review. The rules hold for everybody and every screen, so they stand at the models' own signals.
"""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.db.models.signals import pre_delete, pre_save
from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.documents.models import Document
from wagtail.models import Collection, ReferenceIndex

from clinic.models import ClinicImage
from clinic.review import ReviewRefused

# What readers see or hear of a picture besides its pixels.
SHOWN_FIELDS = ("description", "is_decorative", "credit")


def live_uses(upload: Any) -> list[Model]:
    """Return the live pages and texts that show the picture or link to the document."""
    references = ReferenceIndex.get_references_to(upload)
    found = []
    for type_id, object_id in references.values_list("base_content_type", "object_id").distinct():
        model = ContentType.objects.get_for_id(type_id).model_class()
        user = model._base_manager.filter(pk=object_id).first() if model else None
        if user is not None and getattr(user, "live", True):
            found.append(user)
    return found


def connect() -> None:
    """Listen to changes of pictures and documents; called once, when the apps are ready."""
    for model in (ClinicImage, Document):
        pre_save.connect(_before_save, sender=model, dispatch_uid="clinic.uploads")
        pre_delete.connect(_before_delete, sender=model, dispatch_uid="clinic.uploads")


def _before_save(sender: Any, instance: Any, raw: bool = False, **_kwargs: Any) -> None:
    before = sender._base_manager.filter(pk=instance.pk).first() if instance.pk else None
    if raw or before is None:
        return
    if before.file.name != instance.file.name or not instance.file._committed:
        raise ReviewRefused(
            _("The file cannot be replaced. Upload another one and choose it where it is shown.")
        )
    if isinstance(before, ClinicImage):
        if _differs(before, instance, SHOWN_FIELDS) and live_uses(before):
            raise ReviewRefused(
                _(
                    "This picture stands on live pages, and its words were reviewed with them. "
                    "Upload it once more with other words and choose that one on the page."
                )
            )
    elif _differs(before, instance, ("collection_id",)):
        refuse_to_hide([before], instance.collection)


def _differs(before: Model, after: Model, names: tuple[str, ...]) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in names)


def _before_delete(sender: Any, instance: Any, **_kwargs: Any) -> None:
    if live_uses(instance):
        raise ReviewRefused(
            _("“%(title)s” stands on live pages. Change those pages first; then it can be deleted.")
            % {"title": instance.title}
        )


def refuse_to_hide(documents: list[Any], collection: Collection) -> None:
    """Raise ReviewRefused for documents of live pages on their way to a restricted collection."""
    if not collection.get_view_restrictions().exists():
        return
    for document in documents:
        if live_uses(document):
            raise ReviewRefused(
                _(
                    "“%(title)s” stands on live pages, and readers could not open it any more in "
                    "a restricted collection."
                )
                % {"title": document.title}
            )


def before_bulk_action(
    request: HttpRequest, action_type: str, objects: list[Any], action: Any
) -> None:
    """Refuse what Wagtail's bulk actions do without saving each object (``before_bulk_action``)."""
    if action_type == "add_to_collection" and objects and isinstance(objects[0], Document):
        refuse_to_hide(objects, action.cleaned_form.cleaned_data["collection"])
