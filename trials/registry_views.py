"""What the registry brought: the last looks, what needs a person, and what changed in a record."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem

from trials.alerts import settle
from trials.health import registry_problem
from trials.models import (
    PlainSummary,
    RefusedRecord,
    RegistryAlert,
    SyncRun,
    Trial,
    TrialVersion,
)
from trials.record_differences import compared, field_label, record_changes
from trials.translations import without_spanish

MAY_REPORT = "trials.view_registryalert"
MAY_SETTLE = "trials.settle_registryalert"
MAY_COMPARE = "trials.change_plainsummary"
RUNS = 10
CHANGES = 50
REFUSED = 20
STALE = timedelta(days=180)


def may_report(user: Any) -> bool:
    """Return whether a user sees what the registry brought."""
    return user.has_perm(MAY_REPORT)


class RegistryReportItem(MenuItem):
    """The menu item for those who may see the report."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user may go there."""
        return may_report(request.user)


class _ReportView(View):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not may_report(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class RegistryReportView(_ReportView):
    """The report (GET), and settling one alert (POST)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the report."""
        runs = list(SyncRun.objects.defer("seen")[:RUNS])
        context = {
            "problem": registry_problem(),
            "last": SyncRun.objects.daily_looks().defer("seen").first(),
            "runs": runs,
            "changes": _changes(runs[0]) if runs else [],
            **(_refused(runs[0]) if runs else {}),
            "alerts": RegistryAlert.objects.unsettled().select_related("trial"),
            "stale": stale_listings(),
            "without_spanish": without_spanish(),
            "may_settle": request.user.has_perm(MAY_SETTLE),
        }
        return TemplateResponse(request, "trials/admin/registry.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Settle the alert of the button."""
        if not request.user.has_perm(MAY_SETTLE):
            raise PermissionDenied
        wanted = request.POST.get("alert", "")
        alerts = RegistryAlert.objects.unsettled()
        alert = alerts.filter(pk=wanted).first() if wanted.isdecimal() else None
        if alert:
            settle(alert, actor=request.user, request=request)
            messages.success(request, _("Noted: you looked at it."))
        return redirect("registry_report")


def stale_listings() -> QuerySet[Trial]:
    """Return the trials open here whose record nobody at the sponsor touched for half a year."""
    return (
        Trial.objects.open_at_our_site()
        .filter(last_update_posted__lt=timezone.localdate() - STALE)
        .only("nct_id", "brief_title", "last_update_posted")
        .order_by("last_update_posted")
    )


def _changes(run: SyncRun) -> list[tuple[TrialVersion, list[str]]]:
    """Return what the run changed: versions with the labels of their changed fields."""
    versions = run.versions.exclude(changed=[]).select_related("trial").defer("record")
    return [
        (version, [field_label(name) for name in version.changed]) for version in versions[:CHANGES]
    ]


def _refused(run: SyncRun) -> dict[str, Any]:
    """Return the first records that the run refused, and how many more there are.

    Without the records themselves, which administrators alone may open.
    """
    records: QuerySet[RefusedRecord] = run.refused.defer("record").order_by("source", "nct_id")
    shown = list(records[:REFUSED])
    return {"refused": shown, "more_refused": records.count() - len(shown)}


class RecordChangeView(_ReportView):
    """What changed in a record since its summaries were compared (GET); comparing them (POST)."""

    def get(self, request: HttpRequest, nct_id: str) -> HttpResponse:
        """Return the differences, next to the way to the summaries."""
        trial = get_object_or_404(Trial, nct_id=nct_id)
        name = PlainSummary.snippet_viewset.get_url_name("edit")  # type: ignore[attr-defined]
        summaries = trial.plain_summaries.select_related("locale").order_by("locale")
        context = {
            "trial": trial,
            "changes": record_changes(trial),
            "summaries": [(one, reverse(name, args=[one.pk])) for one in summaries],
            "may_compare": request.user.has_perm(MAY_COMPARE),
        }
        return TemplateResponse(request, "trials/admin/record_change.html", context)

    def post(self, request: HttpRequest, nct_id: str) -> HttpResponse:
        """Note that the summaries still say what the record says."""
        if not request.user.has_perm(MAY_COMPARE):
            raise PermissionDenied
        trial = get_object_or_404(Trial, nct_id=nct_id)
        compared(trial, actor=request.user, request=request)
        messages.success(request, _("Noted: the summaries fit the record."))
        return redirect("registry_report")
