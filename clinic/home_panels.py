"""What the dashboard tells editors and reviewers besides Wagtail's own lists."""

from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.components import Component
from wagtail.models import Page, get_page_models

from clinic.absences import covered_by
from clinic.models import BasePage
from clinic.page_owner_views import name_of as user_name
from clinic.page_permissions import TAKE_DOWN
from clinic.review_base import waiting_requests
from clinic.review_digest import pages_due_for
from clinic.review_forecast import forecast
from clinic.review_reports import due_label
from clinic.review_views import review_url
from clinic.translation_views import name_of

SHOWN = 10


class PagesToCheckPanel(Component):
    """Pages that were taken down, and live pages whose next review is due."""

    name = "pages_to_check"
    template_name = "wagtailadmin/clinic/pages_to_check.html"
    order = 110

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Return both lists; each is cut off."""
        return {"taken_down": taken_down_pages()[:SHOWN], "due": due_pages()[:SHOWN]}


class RequestsPanel(Component):
    """What changed in the texts that wait for this reviewer."""

    name = "requests"
    template_name = "wagtailadmin/clinic/requests.html"
    order = 225  # behind Wagtail's own list of them

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Return the requests of others, the oldest first; cut off."""
        waiting = waiting_requests(parent_context["request"].user)
        return {
            "waiting": [
                {"title": name_of(state.workflow_state.content_object), "url": review_url(state)}
                for state in waiting[:SHOWN]
            ]
        }


class ReviewsToComePanel(Component):
    """What this person has to keep true soon, and how many reviews each clinician has coming."""

    name = "reviews_to_come"
    template_name = "wagtailadmin/clinic/my_reviews.html"
    order = 230

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Return one's own pages and those of the absent, cut off, and the forecast."""
        today = timezone.localdate()
        user = parent_context["request"].user
        return {
            "covered": [user_name(person) for person in covered_by(user, today).values()],
            "mine": [
                {
                    "title": page.get_admin_display_title(),
                    "state": due_label(page.review_due, today),
                    "url": reverse("wagtailadmin_pages:edit", args=[page.pk]),
                }
                for page in pages_due_for(user)[:SHOWN]
            ],
            "forecast": forecast(today),
        }


def taken_down_pages() -> Any:
    """Return the pages that readers find a notice instead of, newest first."""
    after_publication = Q(last_published_at=None) | Q(
        take_downs__taken_down_at__gte=F("last_published_at")
    )
    return (
        Page.objects.filter(after_publication, live=False, take_downs__isnull=False)
        .distinct()
        .order_by("-latest_revision_created_at")
    )


def due_pages() -> list[Page]:
    """Return live pages whose next review was due by today, the longest overdue first."""
    today = timezone.localdate()
    due = [
        page
        for model in get_page_models()
        if issubclass(model, BasePage)
        for page in model.objects.live().filter(next_review_due__lte=today)
    ]
    return sorted(due, key=lambda page: page.next_review_due)


def may_see(user: Any) -> bool:
    """Return whether the panel concerns this user."""
    return user.has_perm(TAKE_DOWN)
