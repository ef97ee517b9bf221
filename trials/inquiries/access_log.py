"""Who saw an inquiry and did what with it, read from the audit."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import AuditEvent
from trials.inquiries.models import Inquiry

# Events without a word here are shown by their name in the audit.
WORDS: dict[str, Promise] = {
    "inquiry.received": gettext_lazy("Received"),
    "inquiry.entered": gettext_lazy("Entered by staff"),
    "inquiry.compared": gettext_lazy("Shown as perhaps of the same person"),
    "inquiry.corrected": gettext_lazy("Sent again with other answers"),
    "inquiry.listed": gettext_lazy("Seen in the list, with the name"),
    "inquiry.searched": gettext_lazy("Found by a search, with the name"),
    "inquiry.opened": gettext_lazy("Opened"),
    "inquiry.open_failed": gettext_lazy("Opened; a part could not be read"),
    "inquiry.address_read": gettext_lazy("Address read to send a mail"),
    "inquiry.refused": gettext_lazy("Refused"),
    "inquiry.noted": gettext_lazy("Note added"),
    "inquiry.attempted": gettext_lazy("Attempt recorded"),
    "inquiry.assigned": gettext_lazy("Assigned"),
    "inquiry.released": gettext_lazy("Released from quarantine"),
    "inquiry.state_changed": gettext_lazy("State changed"),
    "inquiry.mail_not_delivered": gettext_lazy("A mail to the sender did not arrive"),
    "inquiry.not_told": gettext_lazy("The closing message did not arrive"),
    "inquiry.told": gettext_lazy("The sender was told of the end after all"),
    "inquiry.escalated": gettext_lazy("Passed up: overdue for too long"),
    "inquiry.adopted": gettext_lazy("Given to somebody: it had no owner"),
    "inquiry.revived": gettext_lazy("Made of what was sent after an erasure"),
    "inquiry.trial_closed": gettext_lazy("Its trial closed"),
    "inquiry.trial_added": gettext_lazy("A trial was added"),
    "inquiry.trial_removed": gettext_lazy("A trial was taken off"),
    "inquiry.next_action_set": gettext_lazy("Next action set"),
    "inquiry.merged": gettext_lazy("Another inquiry was merged into it"),
    "inquiry.merged_away": gettext_lazy("Merged into another inquiry"),
    "inquiry.merge_undone": gettext_lazy("A merge was undone"),
    "inquiry.opened_in_emergency": gettext_lazy("Opened in an emergency"),
    "inquiry.sender_asked": gettext_lazy("The sender asked"),
    "inquiry.clock_paused": gettext_lazy("The clock was stopped"),
    "inquiry.clock_resumed": gettext_lazy("The clock goes on"),
    "inquiry.contact_confirmed": gettext_lazy("New contact data confirmed"),
    "inquiry.urgency_handled": gettext_lazy("Urgent words dealt with"),
    "inquiry.link_renewed": gettext_lazy("A new link was given"),
    "inquiry.erasure_refused": gettext_lazy("Not erased: records must be kept"),
    "inquiry.erasure_asked": gettext_lazy("The person asked us to erase it"),
    "inquiry.request_taken_back": gettext_lazy("Taken back for the sender"),
    "inquiry.erasure_decided": gettext_lazy("Decided to erase it"),
    "inquiry.hold_placed": gettext_lazy("Put on hold"),
    "inquiry.hold_lifted": gettext_lazy("Hold lifted"),
    "inquiry.listed_for_later": gettext_lazy("Put on the list for later"),
    "inquiry.taken_off_list": gettext_lazy("Taken off the list for later"),
    "inquiry.copy_given": gettext_lazy("A copy was given to the person"),
    "inquiry.found_for_person": gettext_lazy("Found by what a person said, with the name"),
    "inquiry.erased": gettext_lazy("Erased"),
    "inquiry.exported": gettext_lazy("Exported with name and contact data"),
    "inquiry.access_shown": gettext_lazy("This list was opened"),
}


@dataclass(frozen=True, slots=True)
class Access:
    """One line of the list."""

    at: datetime
    who: str
    what: str
    network: str


def events_about(inquiry: Inquiry) -> QuerySet[AuditEvent]:
    """Return the events of one inquiry, the newest first, those that name several included.

    Whoever looks at one of several that were merged sees all: their events are among these.
    """
    about = _about(inquiry.pk, inquiry.received_at)
    for merged in inquiry.merged.all():
        about |= _about(merged.pk, merged.received_at)
    if inquiry.merged_into_id and inquiry.closed_at:
        about |= _about(inquiry.merged_into_id, inquiry.closed_at)
    return AuditEvent.objects.filter(about).order_by("-at", "pk")


def _about(pk: uuid.UUID, since: datetime) -> Q:
    itself = Q(object_id=str(pk)) | Q(object_id="", data__ids__contains=[str(pk)])
    return Q(itself, object_type="inquiry", at__gte=since)


def accesses(events: Iterable[AuditEvent]) -> list[Access]:
    """Return events in words; a login that is gone shows as its number."""
    listed = list(events)
    people: dict[Any, Any] = get_user_model().objects.in_bulk(
        {event.actor_id for event in listed if event.actor_id}
    )
    return [
        Access(
            event.at, _who(event, people), str(WORDS.get(event.action, event.action)), event.network
        )
        for event in listed
    ]


def _who(event: AuditEvent, people: dict[Any, Any]) -> str:
    if event.actor_id is None:
        return _("The sender") if event.process == "public" else _("The system")
    person = people.get(event.actor_id)
    if person is None:
        return _("Login %(number)s, deleted") % {"number": event.actor_id}
    return person.get_full_name() or person.email
