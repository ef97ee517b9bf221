"""Buttons of our own in Wagtail's menus."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.menus.pages import PageMenuItem

from clinic.page_permissions import TAKE_DOWN


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


class ReviewsMenuItem(MenuItem):
    """The way to the list of what is due, for those who keep pages true."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether this user works on pages."""
        return request.user.has_perm(TAKE_DOWN)
