"""What has changed in an English text since it was translated, field by field."""

from typing import Any

from django.http import HttpRequest
from wagtail.admin.panels import get_edit_handler
from wagtail.models import Page

from clinic.models import Translation
from clinic.review import BOOKKEEPING_FIELDS, REVIEW_FIELDS

_NOT_SAID_TO_READERS = BOOKKEEPING_FIELDS | REVIEW_FIELDS


def changed_fields(
    source: Any, record: Translation, request: HttpRequest
) -> list[tuple[str, str]] | None:
    """Return label and marked words of each field that differs from the translated version.

    None when nobody knows: the version was not recorded or is no longer kept.
    """
    if record.source_revision is None:
        return None
    then = record.source_revision.as_object()
    now = source.live_revision.as_object() if source.live_revision else source
    is_page = isinstance(source, Page)
    handler = source.get_edit_handler() if is_page else get_edit_handler(type(source))
    panel = handler.get_bound_panel(instance=source, request=request, form=None)
    comparisons = [compare(then, now) for compare in panel.get_comparison()]
    return [
        (comparison.field_label(), comparison.htmldiff())
        for comparison in comparisons
        if comparison.is_field
        and comparison.field.name not in _NOT_SAID_TO_READERS
        and comparison.has_changed()
    ]
