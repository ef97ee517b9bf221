"""A text that readers see is taken down with a reason; it is never deleted while it is live."""

from typing import Any

from django.db.models.signals import pre_delete
from django.utils.translation import gettext as _

from clinic.review import ReviewRefused
from clinic.roles import reviewed_snippet_models


def connect() -> None:
    """Listen to deletions, bulk actions included; called once, when the apps are ready."""
    for model in reviewed_snippet_models():
        pre_delete.connect(_refuse, sender=model, dispatch_uid="clinic.deletion")


def _refuse(sender: type, instance: Any, **_kwargs: Any) -> None:
    if instance.live:
        raise ReviewRefused(
            _("“%(title)s” is live. Take it down first; then it can be deleted.")
            % {"title": instance}
        )
