"""Buttons of our own in Wagtail's menus."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.menus.pages import PageMenuItem


class TakeDownButton(PageMenuItem):
    """Leads to the screen that takes a live page off the site."""

    label = _("Take down")
    icon_name = "warning"
    url_name = "take_down"
    priority = 60

    def is_shown(self, user: Any) -> bool:
        """Return whether this user may take this page down now."""
        tester = self.page.permissions_for_user(user)
        return hasattr(tester, "can_take_down") and tester.can_take_down()
