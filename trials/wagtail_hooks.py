"""Registers this room's screens with the Wagtail admin."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.auth import require_admin_access
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from trials.home_panels import AlertsPanel
from trials.models import Trial
from trials.registry_views import (
    RecordChangeView,
    RegistryReportItem,
    RegistryReportView,
    may_report,
)
from trials.viewsets import MirrorPolicy, PlainSummaryViewSet, TrialsViewSetGroup

register_permission_policy(Trial, MirrorPolicy(Trial))
register_snippet(PlainSummaryViewSet)


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    """Return the addresses of the registry's report."""
    return [
        path(
            "reports/registry/",
            require_admin_access(RegistryReportView.as_view()),
            name="registry_report",
        ),
        path(
            "reports/registry/<str:nct_id>/",
            require_admin_access(RecordChangeView.as_view()),
            name="record_change",
        ),
    ]


@hooks.register("register_reports_menu_item")
def register_report() -> RegistryReportItem:
    """Return the menu item of what the registry brought."""
    return RegistryReportItem(
        _("Registry"), reverse("registry_report"), icon_name="history", order=140
    )


@hooks.register("construct_homepage_panels")
def home_panels(request: HttpRequest, panels: list[Any]) -> None:
    """Add the trials that need a look, when there are any."""
    panel = AlertsPanel()
    if may_report(request.user) and panel.number:
        panels.append(panel)


@hooks.register("register_admin_viewset")
def register_viewsets() -> TrialsViewSetGroup:
    """Return the menu of the mirror."""
    return TrialsViewSetGroup()
