"""The reports: how inquiries go, for leads. Nothing sealed is opened for them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from clinic.audit import record_event
from clinic.failed_searches import listed_terms
from clinic.models import User
from clinic.outbox_health import OutboxHealth, outbox_health
from clinic.page_permissions import TAKE_DOWN
from trials.inquiries.permissions import user_may_export, user_may_see_reports
from trials.inquiries.reports import tables
from trials.inquiries.reports.figures import figures
from trials.inquiries.reports.period import Scope, ScopeForm
from trials.inquiries.reports.small_cells import LEAST
from trials.inquiries.staff_views import InboxAccessMixin, StaffRequest

MOST_SEARCHES = 10


class ReportsView(InboxAccessMixin, WagtailAdminTemplateMixin, TemplateView):
    """All reports on one page, as filtered; every look is written down."""

    request: StaffRequest
    http_method_names = ["get", "head"]
    template_name = "inquiries/admin/reports.html"
    page_title = gettext_lazy("Inquiry reports")
    header_icon = "table"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def may_enter(self, user: User, **kwargs: Any) -> bool:
        """Return whether the user has the permission."""
        return user_may_see_reports(user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the reports of the chosen period, trial and language."""
        form = ScopeForm(request.GET)
        scope = form.scope()
        record_event(
            action="inquiry.reported",
            actor=self.request.user,
            object_type="report",
            data={"filters": scope.as_data()},
            request=request,
        )
        context = self.get_context_data(
            form=form,
            scope=scope,
            may_export=user_may_export(self.request.user),
            export_url=f"{reverse('inquiry_reports:export')}?{scope.query()}",
            outbox=_outbox_rows(outbox_health(scope.starts_at, scope.ends_before)),
            searches=listed_terms()[:MOST_SEARCHES],
            may_see_searches=self.request.user.has_perm(TAKE_DOWN),
            **self._tables(scope),
        )
        return self.render_to_response(context)

    def _tables(self, scope: Scope) -> dict[str, Any]:
        user = self.request.user
        found = figures(scope.facts(user), scope.inquiries(user), by_week=scope.is_by_week)
        shown: dict[str, Any] = {"left_out": tables.without(found)}
        if found.whole.received < LEAST:
            return {**shown, "is_too_small": True}
        groups = [
            tables.breakdown(found, "language", _("Language"), tables.language_label),
            tables.breakdown(found, "interpreter", _("Interpreter"), tables.interpreter_label),
            tables.breakdown(
                found,
                "trial",
                _("Trial"),
                str,
                _("An inquiry that names several trials counts with each of them."),
            ),
            tables.breakdown(found, "source", _("Came by"), tables.source_label),
            tables.breakdown(found, "origin", _("Written from"), tables.origin_label),
        ]
        main = [
            tables.funnel(found),
            tables.states(found),
            tables.times(found),
            tables.promise(found, by_week=scope.is_by_week),
        ]
        return {
            **shown,
            "main": [table for table in main if table],
            "groups": groups,
            "equity": tables.equity(found),
        }


def _outbox_rows(health: OutboxHealth) -> list[tuple[str, Any]]:
    oldest = _("nothing waits")
    if health.oldest is not None:
        oldest = tables.working_words(health.oldest.total_seconds())
    return [
        (_("Wait to be sent now"), health.waiting),
        (_("Oldest of them has waited"), oldest),
        (_("Sent"), health.sent),
        (_("Sent after another try"), health.sent_again),
        (_("Not sent: no longer wanted"), health.cancelled),
        (_("Given up"), health.given_up),
    ]
