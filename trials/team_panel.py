"""The editor's panel that says whether the trial's team has signed a plain summary."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import HelpPanel

from clinic.models.translation import Translation, draft_sha256


class TeamSignaturePanel(HelpPanel):
    """Stands above the fields of a summary that was saved before."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("content", None)
        kwargs.setdefault("template", "trials/admin/team_panel.html")
        kwargs.setdefault("heading", _("Signature of the trial’s team"))
        super().__init__(**kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        def is_shown(self) -> bool:
            return bool(self.instance.pk) and super().is_shown()

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            return super().get_context_data(parent_context) | {
                "signature": self.instance.team_signature(draft_sha256(self.instance)),
                "is_translation": Translation.of(self.instance) is not None,
            }
