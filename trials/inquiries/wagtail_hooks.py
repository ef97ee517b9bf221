"""Registers the inbox with the Wagtail admin."""

from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet

from trials.inquiries.viewsets import InboxViewSet, TrialTeamsViewSet


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[ViewSet]:
    """Return the viewsets of this room."""
    return [InboxViewSet(), TrialTeamsViewSet()]
