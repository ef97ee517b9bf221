"""Reports for editors: how hard pages are to read, and links that lead to nothing."""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.models import Page
from wagtail.permission_policies import ModelPermissionPolicy

from clinic.broken_links import BrokenLink, broken_links
from clinic.explorer import levels_of
from clinic.models import TakeDown
from clinic.reading import ReadingLevel
from clinic.spreadsheets import safe_text


def as_text(value: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return safe_text(force_str(value))


class RowsReport(ReportView):
    """A report whose rows are made here, for those who work on pages."""

    results_template_name = "wagtailadmin/reports/base_report_results.html"
    is_searchable = False
    permission_policy = ModelPermissionPolicy(TakeDown)
    any_permission_required = ["add"]
    custom_value_preprocess = {
        **ReportView.custom_value_preprocess,
        str: {ReportView.FORMAT_CSV: as_text},
    }


@dataclass(frozen=True)
class GradedPage:
    """One page and how hard it is to read."""

    page: Page
    level: ReadingLevel

    @property
    def title(self) -> str:
        return str(self.page.title)

    @property
    def edit_url(self) -> str:
        return reverse("wagtailadmin_pages:edit", args=[self.page.pk])

    @property
    def language(self) -> str:
        return str(self.page.locale)

    @property
    def limit(self) -> str:
        """Return the limit of the scale and whether the page keeps it."""
        kept = gettext("kept") if not self.level.is_too_hard else gettext("too hard")
        return f"{self.level.limit:g}, {kept}"


def graded_pages() -> list[GradedPage]:
    """Return the live pages that can be measured: by language, the hardest first."""
    pages = list(Page.objects.live().filter(depth__gt=1).select_related("locale"))
    levels = levels_of(pages)
    rows = [GradedPage(page, levels[page.pk]) for page in pages if page.pk in levels]
    return sorted(rows, key=lambda row: (row.page.locale_id, -_hardness(row.level), row.title))


def _hardness(level: ReadingLevel) -> float:
    """Return what grows with how hard a text is: a scale of ease falls."""
    return level.figure if level.is_hardness else -level.figure


class GradesReport(RowsReport):
    """Every live page with its reading level and the version of the formula."""

    page_title = _("Pages by reading level")
    header_icon = "glasses"
    index_url_name = "grades_report"
    index_results_url_name = "grades_report_results"
    columns = [
        TitleColumn("title", label=_("Page"), get_url=lambda row: row.edit_url),
        Column("language", label=_("Language")),
        Column("level.label", label=_("Scale")),
        Column("level.figure", label=_("Figure")),
        Column("limit", label=_("Limit")),
        Column("level.words", label=_("Words")),
        Column("level.mean_sentence_length", label=_("Words in a sentence")),
        Column("level.formula", label=_("Formula")),
    ]
    list_export = [column.name for column in columns]
    export_headings = {column.name: column.label for column in columns}

    def get_queryset(self) -> list[GradedPage]:
        """Return the rows, the hardest first."""
        return graded_pages()


@dataclass(frozen=True)
class BrokenLinkRow:
    """One broken link as the report shows it."""

    link: BrokenLink

    @property
    def title(self) -> str:
        return str(self.link.holder)

    @property
    def kind(self) -> str:
        return str(self.link.holder._meta.verbose_name)

    @property
    def language(self) -> str:
        return str(self.link.holder.locale)

    @property
    def edit_url(self) -> str:
        holder = self.link.holder
        if isinstance(holder, Page):
            return reverse("wagtailadmin_pages:edit", args=[holder.pk])
        name = type(holder).snippet_viewset.get_url_name("edit")
        return reverse(name, args=[quote(holder.pk)])


class BrokenLinksReport(RowsReport):
    """Links of live pages and texts to what was deleted, taken down or never published."""

    page_title = _("Broken links")
    header_icon = "link"
    index_url_name = "broken_links_report"
    index_results_url_name = "broken_links_report_results"
    columns = [
        TitleColumn("title", label=_("Page or text"), get_url=lambda row: row.edit_url),
        Column("kind", label=_("Kind")),
        Column("language", label=_("Language")),
        Column("link.block", label=_("Block")),
        Column("link.words", label=_("Words of the link")),
        Column("link.problem", label=_("What is wrong")),
    ]
    list_export = [column.name for column in columns]
    export_headings = {column.name: column.label for column in columns}

    def get_queryset(self) -> list[BrokenLinkRow]:
        """Return the rows, those of pages first."""
        return [BrokenLinkRow(link) for link in broken_links()]
