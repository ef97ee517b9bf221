"""Registers the inbox with the Wagtail admin."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet
from wagtail.snippets.models import register_snippet

from trials.inquiries.home_panels import InboxPanel
from trials.inquiries.message_viewsets import MessageTemplateViewSet
from trials.inquiries.permissions import user_may_use_inbox
from trials.inquiries.viewsets import (
    InboxViewSet,
    MyTrialsViewSet,
    PersonsViewSet,
    ReportsViewSet,
    RetentionViewSet,
    TrialTeamsViewSet,
)

register_snippet(MessageTemplateViewSet)


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[ViewSet]:
    """Return the viewsets of this room."""
    return [
        InboxViewSet(),
        MyTrialsViewSet(),
        TrialTeamsViewSet(),
        PersonsViewSet(),
        RetentionViewSet(),
        ReportsViewSet(),
    ]


@hooks.register("construct_homepage_panels")
def home_panels(request: HttpRequest, panels: list[Any]) -> None:
    """Add what waits in the inbox, for those who have one."""
    if user_may_use_inbox(request.user):
        panels.append(InboxPanel())
