"""Registers this room's screens with the Wagtail admin."""

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from education.viewsets import GlossaryTermViewSet, VocabularyViewSetGroup

register_snippet(GlossaryTermViewSet)


@hooks.register("register_admin_viewset")
def register_vocabularies() -> VocabularyViewSetGroup:
    """Return the menu of the vocabularies."""
    return VocabularyViewSetGroup()
