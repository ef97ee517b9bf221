"""Taking pages and texts off the site at once, and what stands there meanwhile."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from wagtail.actions.unpublish import UnpublishAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import Page

from clinic.audit import record_event
from clinic.models import TakeDown, TextTakeDown
from clinic.page_permissions import TAKE_DOWN


def live_translations(content: Any) -> list[Any]:
    """Return the live versions of a page or text in other languages."""
    translations = content.get_translations().filter(live=True)
    return list(translations.specific() if isinstance(content, Page) else translations)


def user_may_take_down_text(user: Any, text: Model | None) -> bool:
    """Return whether a user may take this text off the site now."""
    return bool(getattr(text, "live", False)) and user.has_perm(TAKE_DOWN)


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


@transaction.atomic
def take_down_texts(
    texts: list[Any], *, user: Any, reason: str, request: HttpRequest | None = None
) -> None:
    """Take live texts off the site; where one stood there is English, our own words or nothing."""
    for text in texts:
        record = TextTakeDown.objects.create(
            content_type=ContentType.objects.get_for_model(text),
            object_id=str(text.pk),
            reason=reason,
            taken_down_by=user,
        )
        UnpublishAction(text, user=user).execute(skip_permission_checks=True)
        record_event(
            action="text.taken_down",
            actor=user,
            object_type=text._meta.label_lower,
            object_id=text.pk,
            data={"take_down": record.pk},
            request=request,
        )
