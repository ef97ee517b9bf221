"""What the dashboard tells coordinators and leads: numbers only, so no look has to be recorded."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component

from trials.inquiries.models import Inquiry
from trials.inquiries.reminders import open_trials_of
from trials.inquiries.services import summaries_to_sign


@dataclass(frozen=True)
class Tile:
    """How many inquiries are in one part of the inbox; an alert when somebody waits too long."""

    label: str | Promise
    number: int
    url: str
    is_alert: bool = False


class InboxPanel(Component):
    """The work that waits in the inbox of this user."""

    name = "inbox"
    template_name = "inquiries/admin/home_panel.html"
    order = 50

    class Media:
        css = {"all": ["inquiries/css/inbox.css"]}

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Return one tile per part of the inbox, and when the next answer is due."""
        user, now = parent_context["request"].user, timezone.now()
        visible = Inquiry.objects.visible_to(user)
        counts = visible.counts(now, user)
        closed = visible.about_closed_trials().count()
        passed_up, not_told = visible.passed_up(now).count(), visible.not_told().count()
        to_confirm = sum(row.is_due for row in open_trials_of(user))
        to_sign = len(summaries_to_sign(user))
        tiles = [
            Tile(_("Overdue"), counts["overdue"], _part("overdue"), counts["overdue"] > 0),
            Tile(_("Urgent words"), counts["urgent"], _part("urgent"), counts["urgent"] > 0),
            Tile(_("Passed up"), passed_up, _part("passed_up"), passed_up > 0),
            Tile(_("Sender not told"), not_told, _part("not_told"), not_told > 0),
            Tile(_("Nobody assigned"), counts["unassigned"], _part("unassigned")),
            Tile(_("Assigned to me"), counts["mine"], _part("mine")),
            Tile(_("All open"), counts["open"], _part("open")),
            Tile(_("Trial closed"), closed, _part("trial_closed"), closed > 0),
            Tile(_("Quarantine"), counts["quarantine"], _part("quarantine")),
            Tile(_("Trials to confirm"), to_confirm, reverse("my_trials:index"), to_confirm > 0),
            Tile(_("Summaries to sign"), to_sign, reverse("my_trials:index"), to_sign > 0),
        ]
        return {"tiles": tiles, "next_due_at": counts["next_due_at"]}


def _part(name: str) -> str:
    return f"{reverse('inbox:index')}?{urlencode({'show': name})}"
