"""The list of pages in the admin, with what keeps pages true: review, reading level, languages."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.ui.tables.pages import PageStatusColumn
from wagtail.admin.views.pages.listing import ExplorableIndexView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page

from clinic.language_states import language_states
from clinic.models import BasePage
from clinic.page_words import page_words
from clinic.reading import ReadingLevel, reading_levels
from clinic.review_reports import due_label

_KEPT = frozenset({"bulk_actions", "title", "parent"})


def add_facts(pages: Sequence[Page]) -> None:
    """Give each page the words of our columns, with a fixed number of queries for all."""
    today = timezone.localdate()
    states = language_states(pages)
    levels = levels_of(pages)
    helpful = page_words("helpful_words", pages)
    for page in pages:
        is_reviewed = isinstance(page, BasePage)
        page.review_words = due_label(page.next_review_due, today) if is_reviewed else ""
        page.grade_words = grade_words(levels.get(page.pk))
        page.helpful_words = helpful.get(page.pk, "")
        page.language_words = ", ".join(
            f"{code.upper()}: {state.label}" for code, state in states[page.pk]
        )


def levels_of(pages: Sequence[Page]) -> dict[int, ReadingLevel]:
    """Return how hard the published texts of these pages are to read, by id."""
    # The list leaves the content out, which would be read page by page.
    chosen = Page.objects.filter(pk__in=[page.pk for page in pages])
    whole = list(chosen.specific().prefetch_related("locale"))
    levels = zip(whole, reading_levels(whole), strict=True)
    return {page.pk: level for page, level in levels if level is not None}


def grade_words(level: ReadingLevel | None) -> str:
    """Return the level as a cell of a list shows it."""
    if level is None:
        return ""
    if level.is_too_hard:
        return gettext("%(figure)s, too hard") % {"figure": level.figure}
    return str(level.figure)


class ExplorerView(ExplorableIndexView):
    """Wagtail's list of pages with our columns."""

    # The type stands in the filters: the title needs its room.
    base_columns = [
        *[column for column in ExplorableIndexView.base_columns if column.name in _KEPT],
        Column("review_words", label=_("Clinical review"), width="11%"),
        Column("grade_words", label=_("Reading level"), width="8%"),
        Column("language_words", label=_("Languages"), width="10%"),
        Column("helpful_words", label=_("Helpful"), width="8%"),
        DateColumn(
            "latest_revision_created_at",
            label=_("Updated"),
            sort_key="latest_revision_created_at",
            width="9%",
        ),
        PageStatusColumn("status", label=_("Status"), sort_key="live", width="10%"),
    ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the list shows, with the words of our columns."""
        context = super().get_context_data(**kwargs)
        add_facts(list(context["object_list"]))
        return context


class ExplorerViewSet(PageViewSet):
    """Puts our list in the place of Wagtail's, for the pages of all types."""

    model = Page
    index_view_class = ExplorerView
