"""Buttons of our own in Wagtail's menus."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.action_menu import ActionMenuItem as PageActionMenuItem
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.menus.pages import PageMenuItem
from wagtail.models import TaskState
from wagtail.snippets.action_menu import ActionMenuItem

from clinic.models import ClinicalReviewTask
from clinic.page_permissions import TAKE_DOWN
from clinic.review_views import review_url
from clinic.roles import reviewed_snippet_models
from clinic.takedown import user_may_take_down_text


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


def take_down_text_url(text: Model) -> str:
    """Return the address of the screen that takes a text down."""
    meta = text._meta
    return reverse("take_down_text", args=[meta.app_label, meta.model_name, text.pk])


class TakeDownTextItem(ActionMenuItem):
    """Leads from a text's editor to the screen that takes it off the site."""

    name = "action-take-down"
    label = _("Take down")
    icon_name = "warning"

    def is_shown(self, context: dict[str, Any]) -> bool:
        """Return whether this user may take this text down now."""
        text = context.get("instance")
        return is_reviewed_text(text) and user_may_take_down_text(context["request"].user, text)

    def get_url(self, parent_context: dict[str, Any]) -> str:
        """Return the address of the screen."""
        return take_down_text_url(parent_context["instance"])


class _ReviewItem:
    """Leads from the editor to the screen that shows what changed."""

    name = "action-what-changed"
    label = _("See what changed")
    icon_name = "clipboard-list"

    def is_shown(self, context: dict[str, Any]) -> bool:
        """Return whether this user can decide about an open request for this text."""
        return self.get_url(context) is not None

    def get_url(self, parent_context: dict[str, Any]) -> str | None:
        """Return the address of the screen; None where nothing waits for this user."""
        text = parent_context.get("page") or parent_context.get("instance")
        state = text.current_workflow_task_state if text is not None and text.pk else None
        if state is None or state.status != TaskState.STATUS_IN_PROGRESS:
            return None
        task = state.task.specific
        may_act = isinstance(task, ClinicalReviewTask) and task.get_actions(
            text, parent_context["request"].user
        )
        return review_url(state) if may_act else None


class ReviewPageItem(_ReviewItem, PageActionMenuItem):  # type: ignore[misc]
    """The way from a page's editor."""


class ReviewTextItem(_ReviewItem, ActionMenuItem):  # type: ignore[misc]
    """The way from a text's editor."""

    def is_shown(self, context: dict[str, Any]) -> bool:
        """Return whether this is a text with a review, and a request waits for this user."""
        return is_reviewed_text(context.get("instance")) and super().is_shown(context)


def is_reviewed_text(snippet: Any) -> bool:
    """Return whether this is a text that readers see and clinicians review."""
    return isinstance(snippet, tuple(reviewed_snippet_models()))


class ReviewsMenuItem(MenuItem):
    """The way to the list of what is due, for those who keep pages true."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether this user works on pages."""
        return request.user.has_perm(TAKE_DOWN)
