"""What is due for a clinical review, and what nobody owns."""

from datetime import timedelta
from typing import Any

import django_filters
from django.contrib.auth import get_user_model
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, LocaleColumn, TitleColumn
from wagtail.admin.views.reports import PageReportView
from wagtail.models import Page, get_page_models
from wagtail.permission_policies import ModelPermissionPolicy

from clinic.absences import away_on
from clinic.models import Absence, BasePage, TakeDown
from clinic.page_owner_views import name_of
from clinic.page_words import page_words
from clinic.roles import EDITORS

User = get_user_model()


def reviewed_pages() -> QuerySet[Page]:
    """Return the live pages with what their own tables say of their review.

    ``review_due`` is None for a page that nobody has checked; such pages come first.
    """
    names = [model._meta.model_name for model in get_page_models() if issubclass(model, BasePage)]
    working = User.objects.filter(pk=OuterRef("owner_id"), is_active=True, groups__name=EDITORS)
    return (
        Page.objects.live()
        .filter(depth__gt=1)
        .annotate(
            review_due=Coalesce(*[F(f"{name}__next_review_due") for name in names]),
            reviewer_name=Coalesce(*[F(f"{name}__reviewed_by__name") for name in names]),
            reviewer_user_id=Coalesce(*[F(f"{name}__reviewed_by__user") for name in names]),
            is_owned=Exists(working),
        )
        .select_related("owner", "locale")
        .order_by(F("review_due").asc(nulls_first=True), "title")
    )


class ReviewFilterSet(WagtailFilterSet):
    """Narrows the list to what is due, or to what nobody owns."""

    STATES = (
        ("due", _("Due now")),
        ("soon", _("Due within 60 days")),
        ("never", _("Never checked")),
    )
    SOON_DAYS = 60

    state = django_filters.ChoiceFilter(
        label=_("Review"), choices=STATES, method="filter_state", empty_label=_("All")
    )
    nobody_owns = django_filters.BooleanFilter(label=_("Nobody owns it"), method="filter_unowned")

    class Meta:
        model = Page
        fields = ["owner", "locale"]

    def filter_state(self, pages: QuerySet[Page], name: str, value: str) -> QuerySet[Page]:
        """Return the pages in this state of review."""
        today = timezone.localdate()
        last = today + timedelta(days=self.SOON_DAYS)
        states = {
            "due": Q(review_due__lte=today),
            "soon": Q(review_due__gt=today, review_due__lte=last),
            "never": Q(review_due__isnull=True),
        }
        return pages.filter(states[value])

    def filter_unowned(self, pages: QuerySet[Page], name: str, value: bool) -> QuerySet[Page]:
        """Return the pages without an owner who works as an editor, or those with one."""
        return pages.filter(is_owned=not value)


class ReviewsReport(PageReportView):
    """Every live page with owner, reviewer and the day when it is due."""

    page_title = _("Clinical reviews")
    header_icon = "clipboard-list"
    results_template_name = "wagtailadmin/reports/base_report_results.html"
    filterset_class = ReviewFilterSet
    index_url_name = "clinical_reviews"
    index_results_url_name = "clinical_reviews_results"
    is_searchable = False
    permission_policy = ModelPermissionPolicy(TakeDown)
    any_permission_required = ["add"]
    columns = [
        TitleColumn("title", label=_("Page"), url_name="wagtailadmin_pages:edit"),
        LocaleColumn(label=_("Language")),
        TitleColumn("owner_link", label=_("Owner"), url_name="page_owner"),
        Column("reviewer_name", label=_("Checked by")),
        Column("deputy_label", label=_("Deputy")),
        DateColumn("review_due", label=_("Due")),
        Column("due_label", label=_("State")),
        Column("source_label", label=_("Sources checked")),
    ]
    list_export = [
        "title",
        "locale",
        "owner_label",
        "reviewer_name",
        "deputy_label",
        "review_due",
        "due_label",
        "source_label",
    ]
    export_headings = {
        "title": _("Page"),
        "locale": _("Language"),
        "owner_label": _("Owner"),
        "reviewer_name": _("Checked by"),
        "deputy_label": _("Deputy"),
        "review_due": _("Due"),
        "due_label": _("State"),
        "source_label": _("Sources checked"),
    }

    def get_queryset(self) -> QuerySet[Page]:
        """Return the pages, those never checked and the longest overdue first."""
        self.queryset = reviewed_pages()
        return super().get_queryset()

    def decorate_paginated_queryset(self, object_list: Any) -> Any:
        """Add the words for owner and state."""
        today = timezone.localdate()
        away = away_on(today)
        sources = page_words("source_words", object_list)
        for page in object_list:
            page.source_label = sources.get(page.pk, "")
            absence = away.get(page.reviewer_user_id) or away.get(page.owner_id)
            page.deputy_label = deputy_label(absence) if absence else ""
            page.owner_label = name_of(page.owner) if page.is_owned else gettext("Nobody")
            page.owner_link = page.owner_label if page.is_owned else gettext("Nobody: choose one")
            page.due_label = due_label(page.review_due, today)
        return object_list


def deputy_label(absence: Absence) -> str:
    """Return who looks after the pages of somebody who is away, and until when."""
    day = date_format(absence.last_day, "SHORT_DATE_FORMAT")
    return gettext("%(name)s until %(day)s") % {"name": name_of(absence.deputy), "day": day}


def due_label(due: Any, today: Any) -> str:
    """Return in words how a due date lies to today."""
    if due is None:
        return gettext("Never checked")
    days = (due - today).days
    if days < 0:
        return gettext("%(days)d days overdue") % {"days": -days}
    if days <= ReviewFilterSet.SOON_DAYS:
        return gettext("Due in %(days)d days") % {"days": days}
    return gettext("Checked")
