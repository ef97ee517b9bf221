"""What somebody sends after the end of their session becomes a draft, offered at the next login."""

from contextlib import suppress
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import resolve

from clinic.error_pages import CSRF_FIELD
from clinic.late_posts import text_came_late
from trials.inquiries.permissions import user_may_use_inbox
from trials.inquiries.services import save_draft, save_entry_draft
from trials.inquiries.staff_forms import LONGEST_NOTE


def keep_as_draft(request: HttpRequest, **_signal: Any) -> None:
    """Keep the text of a note or an attempt, or a whole inquiry that was being entered."""
    match = resolve(request.path_info)
    view_class = getattr(match.func, "view_class", None)
    if not request.user.is_authenticated:
        return
    if getattr(view_class, "keeps_entry", False) and user_may_use_inbox(request.user):
        fields = {name: values for name, values in request.POST.lists() if name != CSRF_FIELD}
        save_entry_draft(fields=fields, user=request.user)
        return
    kind = getattr(view_class, "draft_kind", None)
    text = request.POST.get("text", "")[:LONGEST_NOTE]
    if kind is None or not text:
        return
    with suppress(Http404):  # the inquiry is not theirs any more
        save_draft(inquiry_id=match.kwargs["pk"], kind=kind, text=text, user=request.user)


def connect() -> None:
    """Listen to the end of sessions; called once, when the apps are ready."""
    text_came_late.connect(keep_as_draft, dispatch_uid="inquiries.late_notes")
