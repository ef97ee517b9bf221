"""Makes an image's renditions when it is saved: public pages may only read them."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_save

from clinic.models import ClinicImage
from clinic.renditions import make_renditions


def connect() -> None:
    """Listen to saved images; called once, when the apps are ready."""
    post_save.connect(_on_save, sender=ClinicImage, dispatch_uid="clinic.renditions")


def _on_save(sender: type, instance: ClinicImage, raw: bool = False, **kwargs: Any) -> None:
    """Wait for the commit: Wagtail's form deletes the old renditions after it saves the image."""
    if not raw:
        transaction.on_commit(lambda: _make(instance.pk))


def _make(image_id: int) -> None:
    if image := ClinicImage.objects.filter(pk=image_id).first():
        make_renditions(image)
