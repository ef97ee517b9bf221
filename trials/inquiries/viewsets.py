"""The inbox and the trial teams in the Wagtail admin."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from trials.inquiries.access_views import AccessView
from trials.inquiries.confirmation_views import MyTrialsView
from trials.inquiries.desk_views import DraftView, EmergenciesView, EmergencyView
from trials.inquiries.entering_views import EnterView
from trials.inquiries.inbox_views import (
    BulkAssignView,
    DeleteFilterView,
    InboxView,
    SaveFilterView,
)
from trials.inquiries.later_views import ForLaterView, ListForLaterView, TakeOffListView
from trials.inquiries.permissions import (
    user_may_answer_persons,
    user_may_edit_teams,
    user_may_see_reports,
    user_may_see_retention,
    user_may_use_inbox,
)
from trials.inquiries.person_views import CopyView, EraseForPersonView, PersonView
from trials.inquiries.reports.export_views import ContactsExportView, ExportView
from trials.inquiries.reports.views import ReportsView
from trials.inquiries.retention_views import (
    HoldManyView,
    HoldView,
    LiftHoldView,
    RetentionView,
    RuleView,
)
from trials.inquiries.sender_staff_views import (
    AskForContactView,
    ConfirmContactView,
    DecideErasureView,
    GoOnView,
    RenewLinkView,
    TakeBackView,
    ToldView,
    UrgencyView,
)
from trials.inquiries.signing_views import SignSummaryView
from trials.inquiries.staff_actions import (
    AssignView,
    AttemptView,
    MergeView,
    NextActionView,
    NoteView,
    ReleaseView,
    StateView,
    UndoMergeView,
)
from trials.inquiries.staff_views import InquiryView
from trials.inquiries.team_views import LeaveTeamView, TeamsView
from trials.inquiries.trial_actions import AddTrialView, RemoveTrialView


class GuardedMenuItem(MenuItem):
    """A menu item for those whom a permission rule names."""

    def __init__(self, *args: Any, rule: Callable[[Any], bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user may go there."""
        return self.rule(request.user)


class GuardedViewSet(ViewSet):
    """A viewset whose menu item only those see who may use it."""

    add_to_admin_menu = True
    rule: Callable[[Any], bool]

    def get_menu_item(self, order: int | None = None) -> MenuItem:
        """Return the menu item with its rule."""
        return GuardedMenuItem(
            self.menu_label,
            self.menu_url,
            name=self.name,
            icon_name=self.menu_icon,
            order=order or self.menu_order,
            rule=type(self).rule,
        )


class InboxViewSet(GuardedViewSet):
    name = "inbox"
    url_prefix = "inquiries"
    icon = "mail"
    menu_label = _("Inquiries")
    menu_order = 10
    rule = staticmethod(user_may_use_inbox)

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses; every view scopes by itself."""
        return [
            path("", InboxView.as_view(), name="index"),
            path("assign/", BulkAssignView.as_view(), name="bulk_assign"),
            path("filters/", SaveFilterView.as_view(), name="save_filter"),
            path("filters/<int:number>/delete/", DeleteFilterView.as_view(), name="delete_filter"),
            path("emergency/", EmergencyView.as_view(), name="emergency"),
            path("emergencies/", EmergenciesView.as_view(), name="emergencies"),
            path("new/", EnterView.as_view(), name="enter"),
            path("later/", ForLaterView.as_view(), name="later"),
            path("<uuid:pk>/", InquiryView.as_view(), name="inquiry"),
            path("<uuid:pk>/assign/", AssignView.as_view(), name="assign"),
            path("<uuid:pk>/state/", StateView.as_view(), name="state"),
            path("<uuid:pk>/attempt/", AttemptView.as_view(), name="attempt"),
            path("<uuid:pk>/note/", NoteView.as_view(), name="note"),
            path("<uuid:pk>/draft/", DraftView.as_view(), name="draft"),
            path("<uuid:pk>/next-action/", NextActionView.as_view(), name="next_action"),
            path("<uuid:pk>/merge/", MergeView.as_view(), name="merge"),
            path("<uuid:pk>/undo-merge/", UndoMergeView.as_view(), name="undo_merge"),
            path("<uuid:pk>/trials/add/", AddTrialView.as_view(), name="add_trial"),
            path("<uuid:pk>/trials/remove/", RemoveTrialView.as_view(), name="remove_trial"),
            path("<uuid:pk>/release/", ReleaseView.as_view(), name="release"),
            path("<uuid:pk>/told/", ToldView.as_view(), name="told"),
            path("<uuid:pk>/urgency/", UrgencyView.as_view(), name="urgency"),
            path("<uuid:pk>/contact/ask/", AskForContactView.as_view(), name="ask_for_contact"),
            path("<uuid:pk>/contact/go-on/", GoOnView.as_view(), name="go_on"),
            path(
                "<uuid:pk>/contact/confirm/", ConfirmContactView.as_view(), name="confirm_contact"
            ),
            path("<uuid:pk>/hold/", HoldView.as_view(), name="hold"),
            path("<uuid:pk>/later/", ListForLaterView.as_view(), name="list_for_later"),
            path("<uuid:pk>/later/end/", TakeOffListView.as_view(), name="take_off_list"),
            path("holds/<int:hold_id>/lift/", LiftHoldView.as_view(), name="lift_hold"),
            path("<uuid:pk>/take-back/", TakeBackView.as_view(), name="take_back"),
            path("<uuid:pk>/erasure/", DecideErasureView.as_view(), name="decide_erasure"),
            path("<uuid:pk>/link/", RenewLinkView.as_view(), name="renew_link"),
            path("<uuid:pk>/access/", AccessView.as_view(), name="access"),
        ]


class MyTrialsViewSet(GuardedViewSet):
    name = "my_trials"
    url_prefix = "my-trials"
    icon = "check"
    menu_label = _("My trials")
    menu_order = 15
    rule = staticmethod(user_may_use_inbox)

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        return [
            path("", MyTrialsView.as_view(), name="index"),
            path("summaries/<int:pk>/", SignSummaryView.as_view(), name="summary"),
        ]


class TrialTeamsViewSet(GuardedViewSet):
    name = "trial_teams"
    url_prefix = "trial-teams"
    icon = "group"
    menu_label = _("Trial teams")
    menu_order = 20
    rule = staticmethod(user_may_edit_teams)

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        return [
            path("", TeamsView.as_view(), name="index"),
            path("<int:pk>/leave/", LeaveTeamView.as_view(), name="leave"),
        ]


class PersonsViewSet(GuardedViewSet):
    name = "persons"
    url_prefix = "persons"
    icon = "user"
    menu_label = _("Copies and erasure")
    menu_order = 25
    rule = staticmethod(user_may_answer_persons)

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        return [
            path("", PersonView.as_view(), name="index"),
            path("copy/", CopyView.as_view(), name="copy"),
            path("erase/", EraseForPersonView.as_view(), name="erase"),
        ]


class RetentionViewSet(GuardedViewSet):
    name = "retention"
    url_prefix = "retention"
    icon = "history"
    menu_label = _("Retention")
    menu_order = 30
    rule = staticmethod(user_may_see_retention)

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        return [
            path("", RetentionView.as_view(), name="index"),
            path("<slug:end>/", RuleView.as_view(), name="rule"),
            path("<slug:end>/hold/", HoldManyView.as_view(), name="hold"),
        ]


class ReportsViewSet(GuardedViewSet):
    name = "inquiry_reports"
    url_prefix = "inquiry-reports"
    icon = "table"
    menu_label = _("Inquiry reports")
    menu_order = 25
    rule = staticmethod(user_may_see_reports)

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses; each view has its own permission."""
        return [
            path("", ReportsView.as_view(), name="index"),
            path("export/", ExportView.as_view(), name="export"),
            path("export/contacts/", ContactsExportView.as_view(), name="export_contacts"),
        ]
