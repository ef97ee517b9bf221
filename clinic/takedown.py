"""Taking pages off the site at once, and what stands there meanwhile."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import Page

from clinic.audit import record_event
from clinic.models import TakeDown


def live_translations(page: Page) -> list[Page]:
    """Return the live versions of the page in other languages."""
    return list(page.get_translations().live().specific())


@transaction.atomic
def take_down(
    pages: list[Page], *, user: Any, reason: str, request: HttpRequest | None = None
) -> None:
    """Take live pages off the site; each keeps its draft and answers with a notice."""
    for page in pages:
        record = TakeDown.objects.create(page_id=page.pk, reason=reason, taken_down_by=user)
        # Unpublishing needs Wagtail's publish permission, which nobody holds.
        UnpublishPageAction(page.specific, user=user).execute(skip_permission_checks=True)
        record_event(
            action="page.taken_down",
            actor=user,
            object_type="page",
            object_id=page.pk,
            data={"take_down": record.pk},
            request=request,
        )
