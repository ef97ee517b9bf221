"""Registers this room's screens with the Wagtail admin."""

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from trials.viewsets import PlainSummaryViewSet, TrialsViewSetGroup

register_snippet(PlainSummaryViewSet)


@hooks.register("register_admin_viewset")
def register_viewsets() -> TrialsViewSetGroup:
    """Return the menu of the mirror."""
    return TrialsViewSetGroup()
