"""Registers the project package's screens, buttons and looks with the Wagtail admin."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.auth import require_admin_access
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from clinic import attention
from clinic.absence_views import AbsencesView
from clinic.admin_menus import (
    ReviewPageItem,
    ReviewsMenuItem,
    ReviewTextItem,
    TakeDownButton,
    TakeDownTextItem,
    is_reviewed_text,
    take_down_text_url,
)
from clinic.attention_views import GivenUpMessagesView
from clinic.content_checker import check_our_content
from clinic.demo_mail import DemoMailItem, demo_mail_view
from clinic.explorer import ExplorerViewSet
from clinic.failed_search_views import FailedSearchesView
from clinic.home_panels import PagesToCheckPanel, RequestsPanel, ReviewsToComePanel, may_see
from clinic.middleware.public_door import hide_restricted_document, hide_restricted_page
from clinic.middleware.staff_session import staff_is_active
from clinic.models import StaffMember
from clinic.models.review import APPROVALS
from clinic.page_owner_views import PageOwnerView
from clinic.quality_reports import BrokenLinksReport, GradesReport
from clinic.review_reports import ReviewsReport
from clinic.review_views import ReviewView
from clinic.rich_text import QuickPageLinkHandler
from clinic.session_views import OwnSessionsView, StaffSessionsView
from clinic.state_views import StateMenuItem, StateView
from clinic.takedown import user_may_take_down_text
from clinic.takedown_views import TakeDownTextView, TakeDownView
from clinic.translation_report import TranslationsReport
from clinic.translation_views import TranslationView
from clinic.upload_rules import before_bulk_action
from clinic.urgent_phone_views import UrgentPhoneView
from clinic.user_management import StaffViewSet
from clinic.viewsets import PatientTextViewSet, PersonViewSet

# Without its own policy the proxy would ask for the permissions of Wagtail's user screens.
register_permission_policy(StaffMember, ModelPermissionPolicy(StaffMember))
register_snippet(PatientTextViewSet)
register_snippet(PersonViewSet)


@hooks.register("register_admin_viewset")
def register_staff() -> StaffViewSet:
    """Return the screens that manage staff."""
    return StaffViewSet()


@hooks.register("register_admin_viewset")
def register_explorer() -> ExplorerViewSet:
    """Return the list of pages with our columns; it takes the place of Wagtail's."""
    return ExplorerViewSet()


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    """Return the addresses of our own screens below /admin/."""
    return [
        path(
            "pages/<int:page_id>/take-down/",
            require_admin_access(TakeDownView.as_view()),
            name="take_down",
        ),
        path(
            "pages/<int:page_id>/owner/",
            require_admin_access(PageOwnerView.as_view()),
            name="page_owner",
        ),
        path("away/", require_admin_access(AbsencesView.as_view()), name="absences"),
        path(
            "texts/<str:app_label>/<str:model_name>/<int:pk>/take-down/",
            require_admin_access(TakeDownTextView.as_view()),
            name="take_down_text",
        ),
        path(
            "reviews/<int:state_id>/",
            require_admin_access(ReviewView.as_view()),
            name="review_change",
        ),
        path(
            "urgent-phone/",
            require_admin_access(UrgentPhoneView.as_view()),
            name="urgent_phone",
        ),
        path(
            "translations/<str:app_label>/<str:model_name>/<int:pk>/",
            require_admin_access(TranslationView.as_view()),
            name="translation",
        ),
        path(
            "reports/translations/",
            require_admin_access(TranslationsReport.as_view()),
            name="translations",
        ),
        path(
            "reports/failed-searches/",
            require_admin_access(FailedSearchesView.as_view()),
            name="failed_searches",
        ),
        path("reports/clinical-reviews/", ReviewsReport.as_view(), name="clinical_reviews"),
        path(
            "reports/clinical-reviews/results/",
            ReviewsReport.as_view(results_only=True),
            name="clinical_reviews_results",
        ),
        path("reports/reading-levels/", GradesReport.as_view(), name="grades_report"),
        path(
            "reports/reading-levels/results/",
            GradesReport.as_view(results_only=True),
            name="grades_report_results",
        ),
        path("reports/broken-links/", BrokenLinksReport.as_view(), name="broken_links_report"),
        path(
            "reports/broken-links/results/",
            BrokenLinksReport.as_view(results_only=True),
            name="broken_links_report_results",
        ),
        path(
            "given-up-messages/",
            require_admin_access(GivenUpMessagesView.as_view()),
            name="given_up_messages",
        ),
        path("reports/state/", require_admin_access(StateView.as_view()), name="site_state"),
        path("demo-mail/", require_admin_access(demo_mail_view), name="demo_mail"),
        path("sessions/", require_admin_access(OwnSessionsView.as_view()), name="own_sessions"),
        path(
            "staff-sessions/<int:pk>/",
            require_admin_access(StaffSessionsView.as_view()),
            name="staff_sessions",
        ),
        path("active/", require_admin_access(staff_is_active), name="staff_is_active"),
    ]


@hooks.register("register_admin_menu_item")
def demo_mail_item() -> DemoMailItem:
    """Return the way to the demo's mail."""
    return DemoMailItem(_("Demo mail"), reverse("demo_mail"), icon_name="mail", order=950)


@hooks.register("register_reports_menu_item")
def register_reviews_report() -> ReviewsMenuItem:
    """Return the menu item of the list of what is due."""
    return ReviewsMenuItem(
        _("Clinical reviews"), reverse("clinical_reviews"), icon_name="clipboard-list", order=100
    )


@hooks.register("register_reports_menu_item")
def register_translations_report() -> ReviewsMenuItem:
    """Return the menu item of how each text stands in the other languages."""
    return ReviewsMenuItem(_("Translations"), reverse("translations"), icon_name="globe", order=110)


@hooks.register("register_reports_menu_item")
def register_grades_report() -> ReviewsMenuItem:
    """Return the menu item of the pages by reading level."""
    return ReviewsMenuItem(
        _("Pages by reading level"), reverse("grades_report"), icon_name="glasses", order=120
    )


@hooks.register("register_reports_menu_item")
def register_broken_links_report() -> ReviewsMenuItem:
    """Return the menu item of the links that lead to nothing."""
    return ReviewsMenuItem(
        _("Broken links"), reverse("broken_links_report"), icon_name="link", order=130
    )


@hooks.register("register_reports_menu_item")
def register_failed_searches() -> ReviewsMenuItem:
    """Return the menu item of the searches that found nothing."""
    return ReviewsMenuItem(
        _("Searches without a result"), reverse("failed_searches"), icon_name="search", order=150
    )


@hooks.register("register_reports_menu_item")
def register_state() -> StateMenuItem:
    """Return the menu item of how the site does."""
    return StateMenuItem(_("State of the site"), reverse("site_state"), icon_name="cogs", order=900)


@hooks.register("register_page_listing_more_buttons")
def listing_buttons(page: Page, user: Any, next_url: str | None = None) -> Iterator[TakeDownButton]:
    """Yield the take-down button of a row in the page explorer."""
    yield TakeDownButton(page=page)


@hooks.register("register_page_header_buttons")
def header_buttons(
    page: Page, user: Any, view_name: str, next_url: str | None = None
) -> Iterator[TakeDownButton]:
    """Yield the take-down button of a page's own menu."""
    yield TakeDownButton(page=page)


@hooks.register("register_snippet_listing_buttons")
def text_buttons(snippet: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """Yield the take-down button of a row in a list of texts."""
    if is_reviewed_text(snippet) and user_may_take_down_text(user, snippet):
        url = take_down_text_url(snippet)
        yield Button(_("Take down"), url, icon_name="warning", priority=60)


hooks.register("register_snippet_action_menu_item", lambda model: TakeDownTextItem(order=90))
hooks.register("register_snippet_action_menu_item", lambda model: ReviewTextItem(order=80))
hooks.register("register_page_action_menu_item", lambda: ReviewPageItem(order=80))


@hooks.register("construct_snippet_action_menu")
def without_publishing(menu_items: list[Any], request: HttpRequest, context: Any) -> None:
    """Remove what a review would refuse: reviewed texts go live through their workflow."""
    if hasattr(context["model"], "reviewed_on"):
        menu_items[:] = [
            item for item in menu_items if item.name not in {"action-publish", "action-unpublish"}
        ]


@hooks.register("insert_global_admin_css")
def admin_css() -> SafeString:
    """Return the link to the clinic's colours."""
    return format_html('<link rel="stylesheet" href="{}">', static("clinic/admin/admin.css"))


@hooks.register("insert_global_admin_js")
def staff_activity_js() -> SafeString:
    """Return the script that tells a person at the page from what the page sends by itself."""
    source = static("clinic/js/staff_activity.js")
    return format_html('<script type="module" src="{}"></script>', source)


@hooks.register("insert_global_admin_js")
def idle_warning() -> SafeString:
    """Return the dialog that warns before a session ends by itself, and its script."""
    seconds = int(settings.STAFF_IDLE_LOGOUT.total_seconds())
    return render_to_string("wagtailadmin/clinic/idle_warning.html", {"seconds": seconds})


# Before Wagtail's own hooks, which would send a visitor of the public door to a login.
@hooks.register("register_rich_text_features", order=10)
def register_link_handler(features: Any) -> None:
    """Put our link handler in the place of Wagtail's, which registers first."""
    features.register_link_type(QuickPageLinkHandler)


hooks.register("construct_wagtail_userbar", check_our_content)
hooks.register("before_serve_page", hide_restricted_page, order=-10)
hooks.register("before_bulk_action", before_bulk_action)
hooks.register("before_serve_document", hide_restricted_document, order=-10)


@hooks.register("construct_homepage_panels")
def home_panels(request: HttpRequest, panels: list[Any]) -> None:
    """Add what editors and reviewers, and what leads and administrators should look at."""
    if attention.may_see(request.user):
        panels.append(attention.AttentionPanel())
    if may_see(request.user):
        panels += [PagesToCheckPanel(), RequestsPanel(), ReviewsToComePanel()]


@hooks.register("construct_help_menu")
def own_help_only(request: HttpRequest, menu_items: list[Any]) -> None:
    """Keep the keyboard shortcuts; the rest of the menu leads to other sites."""
    menu_items[:] = [item for item in menu_items if item.name == "keyboard-shortcuts-trigger"]


@hooks.register("construct_page_action_menu")
@hooks.register("construct_snippet_action_menu")
def approving_first(menu_items: list[Any], request: HttpRequest, context: Any) -> None:
    """Make approving the reviewer's main button, where there is something to approve."""
    menu_items.sort(key=lambda item: item.name not in APPROVALS)
