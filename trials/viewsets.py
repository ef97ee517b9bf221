"""Trials in the Wagtail admin: summaries, the mirror, what is asked of the registry, its runs."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from clinic.reverting import RevertingViewSet
from trials.models import PlainSummary, RefusedRecord, RegistryQuery, SyncRun, Trial
from trials.staff_forms import TrialForm


class PlainSummaryViewSet(RevertingViewSet):
    """Our readable texts, with drafts, preview and clinical review."""

    model = PlainSummary
    icon = "form"
    menu_label = _("Plain summaries")
    menu_order = 210
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display = ["title", "trial", "locale", "live", "reviewed_on"]
    list_filter = ["live", "locale"]
    search_fields = ["title", "trial__nct_id"]


class MirrorPolicy(ModelPermissionPolicy):
    """Trials come from the registry: nobody adds one by hand, not even a superuser."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Return whether the user may do this to trials."""
        return action != "add" and super().user_has_permission(user, action)


class TrialViewSet(ModelViewSet):
    """The mirror: staff list trials and correct what they are about, nothing else."""

    model = Trial
    icon = "list-ul"
    menu_label = _("Trials")
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display = ["nct_id", "brief_title", "status", "our_site_open", "last_update_posted"]
    list_filter = ["status", "has_our_site", "our_site_open", "is_listed"]
    list_export = ["nct_id", "brief_title", "status", "phases", "our_site_open"]
    search_fields = ["nct_id", "brief_title", "official_title", "acronym"]
    form_fields = ["is_listed"]
    inspect_view_fields = [
        "nct_id",
        "brief_title",
        "official_title",
        "status",
        "why_stopped",
        "conditions",
        "keywords",
        "phases",
        "sponsor",
        "last_update_posted",
        "first_seen_at",
        "last_changed_at",
        "our_site_open",
        "is_listed",
    ]

    def get_form_class(self, for_update: bool = False) -> type[Any]:
        """Return the form that corrects the classification."""
        return TrialForm


class RegistryQueryViewSet(ModelViewSet):
    """What the daily sync asks the registry for."""

    model = RegistryQuery
    icon = "search"
    menu_label = _("Registry queries")
    copy_view_enabled = False
    list_display = ["name", "nct_ids", "condition", "term", "location", "is_active"]
    form_fields = ["name", "nct_ids", "condition", "term", "location", "advanced", "is_active"]


class SyncRunViewSet(ModelViewSet):
    """Every look at the registry and what it brought."""

    model = SyncRun
    icon = "history"
    menu_label = _("Registry syncs")
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display = [
        "started_at",
        "source",
        "new_count",
        "changed_count",
        "unchanged_count",
        "refused_count",
        "problem",
    ]
    form_fields = ["source"]
    inspect_view_fields = [
        "source",
        "started_at",
        "finished_at",
        "data_timestamp",
        "new_count",
        "changed_count",
        "unchanged_count",
        "older_count",
        "refused_count",
        "missing",
        "notices",
        "problem",
    ]


class RefusedRecordViewSet(ModelViewSet):
    """Records that could not be imported, with the reason and the record itself."""

    model = RefusedRecord
    icon = "warning"
    menu_label = _("Refused records")
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display = ["source", "nct_id", "reason", "last_run"]
    search_fields = ["source", "nct_id", "reason"]
    form_fields = ["source"]
    inspect_view_fields = ["source", "nct_id", "reason", "record", "first_run", "last_run"]


class TrialsViewSetGroup(ViewSetGroup):
    """One menu for the mirror and its sync."""

    menu_label = _("Registry")
    menu_icon = "list-ul"
    menu_order = 200
    items = (TrialViewSet, RegistryQueryViewSet, SyncRunViewSet, RefusedRecordViewSet)
