"""The inbox and the trial teams in the Wagtail admin."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from trials.inquiries.confirmation_views import MyTrialsView
from trials.inquiries.permissions import user_may_edit_teams, user_may_use_inbox
from trials.inquiries.staff_actions import (
    AssignView,
    AttemptView,
    NoteView,
    ReleaseView,
    StateView,
)
from trials.inquiries.staff_views import InboxView, InquiryView
from trials.inquiries.team_views import LeaveTeamView, TeamsView


class GuardedMenuItem(MenuItem):
    """A menu item for those whom a permission rule names."""

    def __init__(self, *args: Any, rule: Callable[[Any], bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user may go there."""
        return self.rule(request.user)


class GuardedViewSet(ViewSet):
    """A viewset whose menu item only those see who may use it."""

    add_to_admin_menu = True
    rule: Callable[[Any], bool]

    def get_menu_item(self, order: int | None = None) -> MenuItem:
        """Return the menu item with its rule."""
        return GuardedMenuItem(
            self.menu_label,
            self.menu_url,
            name=self.name,
            icon_name=self.menu_icon,
            order=order or self.menu_order,
            rule=type(self).rule,
        )


class InboxViewSet(GuardedViewSet):
    name = "inbox"
    url_prefix = "inquiries"
    icon = "mail"
    menu_label = _("Inquiries")
    menu_order = 10
    rule = staticmethod(user_may_use_inbox)

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses; every view scopes by itself."""
        return [
            path("", InboxView.as_view(), name="index"),
            path("<uuid:pk>/", InquiryView.as_view(), name="inquiry"),
            path("<uuid:pk>/assign/", AssignView.as_view(), name="assign"),
            path("<uuid:pk>/state/", StateView.as_view(), name="state"),
            path("<uuid:pk>/attempt/", AttemptView.as_view(), name="attempt"),
            path("<uuid:pk>/note/", NoteView.as_view(), name="note"),
            path("<uuid:pk>/release/", ReleaseView.as_view(), name="release"),
        ]


class MyTrialsViewSet(GuardedViewSet):
    name = "my_trials"
    url_prefix = "my-trials"
    icon = "check"
    menu_label = _("My trials")
    menu_order = 15
    rule = staticmethod(user_may_use_inbox)

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        return [path("", MyTrialsView.as_view(), name="index")]


class TrialTeamsViewSet(GuardedViewSet):
    name = "trial_teams"
    url_prefix = "trial-teams"
    icon = "group"
    menu_label = _("Trial teams")
    menu_order = 20
    rule = staticmethod(user_may_edit_teams)

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        return [
            path("", TeamsView.as_view(), name="index"),
            path("<int:pk>/leave/", LeaveTeamView.as_view(), name="leave"),
        ]
