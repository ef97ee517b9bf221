"""The editor's panel of a translation: how it lies to the English text."""

from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import HelpPanel
from wagtail.models import Page

from clinic.models.translation import Translation, draft_sha256, state_of


class TranslationPanel(HelpPanel):
    """Stands above the fields of translations and nowhere else."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("content", None)
        kwargs.setdefault("template", "wagtailadmin/clinic/translation_panel.html")
        kwargs.setdefault("heading", _("Translation"))
        super().__init__(**kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        @cached_property
        def translation(self) -> Translation | None:
            """Return the row of the text that is being edited."""
            return Translation.of(self.instance)

        def is_shown(self) -> bool:
            return self.translation is not None and super().is_shown()

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            record = self.translation
            return context | {
                "translation": record,
                "state": state_of(self.instance, record),
                "is_signed": bool(record and record.is_signed(draft_sha256(self.instance))),
                "address": translation_url(self.instance),
            }


def translation_url(text: Any) -> str:
    """Return the address of a translation's own screen."""
    meta = Page._meta if isinstance(text, Page) else text._meta
    return reverse("translation", args=[meta.app_label, meta.model_name, text.pk])
