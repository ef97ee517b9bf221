"""Going back to an earlier version of a text that is edited as a snippet."""

from typing import Any

from django.http import HttpRequest
from django.views import View
from wagtail.snippets.views.snippets import SnippetViewSet


class CompleteRevert(View):
    """Takes an earlier version back only if every field that has to be filled in is.

    Wagtail's editor stores a draft with empty fields as such. Its view of an earlier version lets
    them pass too, but stores the version as a complete one, which is then an error.
    """

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Prepare the view as Wagtail does."""
        super().setup(request, *args, **kwargs)
        self.saving_as_draft = False


class RevertingViewSet(SnippetViewSet):
    """Snippets with versions that people may go back to."""

    @property
    def revisions_revert_view_class(self) -> type[View]:
        """Return Wagtail's view, with complete versions alone."""
        usual = super().revisions_revert_view_class
        return type("RevisionsRevertView", (CompleteRevert, usual), {})
