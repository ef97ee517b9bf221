"""The part of an editor that says how hard a text is to read and what was found in it."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import HelpPanel


def reading_panel() -> HelpPanel:
    """Return the panel; it stands below the words that it measures."""
    return HelpPanel(
        template="wagtailadmin/clinic/reading_panel.html", heading=_("Reading level and checks")
    )
