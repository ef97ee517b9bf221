"""What the dashboard says about the mirror."""

from typing import Any

from django.utils.functional import cached_property
from wagtail.admin.ui.components import Component

from trials.models import RegistryAlert


class AlertsPanel(Component):
    """How many trials changed at the registry in a way that needs a person."""

    name = "registry_alerts"
    template_name = "trials/admin/home_panel.html"
    order = 60

    @cached_property
    def number(self) -> int:
        """Return how many alerts nobody has settled."""
        return RegistryAlert.objects.unsettled().count()

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Return the number."""
        return {"number": self.number}
