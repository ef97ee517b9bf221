"""Everything about one inquiry in the order in which it happened."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext as _

from clinic.models import AuditEvent, OutboxMessage, User
from clinic.models.outbox import DeliveryFailure
from clinic.outbox import template_label
from trials.inquiries.enums import (
    Closing,
    EmergencyReason,
    EndReason,
    ExportReason,
    InquiryState,
    Origin,
)
from trials.inquiries.later_enums import LaterEnd
from trials.inquiries.models import Inquiry
from trials.inquiries.permissions import user_is_lead
from trials.inquiries.retention_enums import HoldReason
from trials.inquiries.sender_enums import KeepReason, PauseReason
from trials.inquiries.services.reading import OpenInquiry
from trials.models import Trial

MOST_LOOKS = 200


@dataclass(frozen=True)
class Entry:
    """One thing that happened; ``text`` is what somebody wrote, None when it cannot be read."""

    at: datetime
    title: str
    who: str = ""
    text: str | None = ""
    # Of which merged inquiry it was.
    reference: str = ""
    is_look: bool = False
    is_note: bool = False


def timeline(opened: OpenInquiry, reader: User) -> list[Entry]:
    """Return what happened with an inquiry and those merged into it; looks are for leads only."""
    family = {opened.inquiry.pk: "", **{m.pk: m.reference for m in opened.inquiry.merged.all()}}
    entries = [
        *_written(opened, family),
        *_asked(opened, family),
        *_recorded(family, reader),
        *_messages(opened, family),
    ]
    return sorted(entries, key=lambda entry: entry.at)


def _came_by(inquiry: Inquiry) -> str:
    if inquiry.origin != Origin.ENTERED:
        return _("The form was sent")
    return _("Came in: %(source)s") % {"source": inquiry.get_source_display()}


def _written(opened: OpenInquiry, family: dict[Any, str]) -> Iterator[Entry]:
    merged = opened.inquiry.merged.all()
    came_by = {inquiry.pk: _came_by(inquiry) for inquiry in (opened.inquiry, *merged)}
    for sent in opened.submissions:
        submission = sent.submission
        yield Entry(
            submission.received_at,
            came_by[submission.inquiry_id] if submission.is_first else _("The form was sent again"),
            reference=family[submission.inquiry_id],
        )
    for attempt, text in opened.attempts:
        yield Entry(
            attempt.at,
            f"{_('Attempt')}: {attempt.get_channel_display()}, {attempt.get_outcome_display()}",
            who=_name(attempt.by),
            text=text,
            reference=family[attempt.inquiry_id],
        )
    for note, text in opened.notes:
        yield Entry(
            note.written_at,
            f"{_('Note')} ({note.get_visibility_display()})",
            who=_name(note.author),
            text=text,
            reference=family[note.inquiry_id],
            is_note=True,
        )


def _asked(opened: OpenInquiry, family: dict[Any, str]) -> Iterator[Entry]:
    """Yield what the sender asked for; what was written stands under the request itself."""
    for request in opened.requests:
        reference = request.row.receipt.reference
        yield Entry(
            request.row.asked_at,
            request.row.get_kind_display(),
            who=_("The sender"),
            reference=reference if reference in family.values() else "",
        )


def _name(user: User) -> str:
    return user.get_full_name() or user.email


def _recorded(family: dict[Any, str], reader: User) -> Iterator[Entry]:
    by_id = {str(pk): reference for pk, reference in family.items()}
    events = AuditEvent.objects.filter(object_type="inquiry", object_id__in=by_id)
    happened = list(events.filter(action__in=_WORDS))
    if user_is_lead(reader):
        looks = events.filter(action="inquiry.opened").order_by("-at")
        happened += looks[:MOST_LOOKS]
    people = _people(happened)
    for event in happened:
        words = _WORDS.get(event.action)
        yield Entry(
            event.at,
            words(event.data, people) if words else _("Read"),
            who=_who(event, people),
            reference=by_id[event.object_id],
            is_look=words is None,
        )


def _people(events: list[AuditEvent]) -> dict[int, str]:
    """Return the names of all whom the events speak of, by id."""
    ids = {event.actor_id for event in events}
    for event in events:
        ids |= {event.data.get("before"), event.data.get("after"), *event.data.get("covering", ())}
    found = get_user_model().objects.filter(pk__in=[one for one in ids if isinstance(one, int)])
    return {user.pk: _name(user) for user in found}


def _who(event: AuditEvent, people: dict[int, str]) -> str:
    who = people.get(event.actor_id or 0, "")
    if covering := event.data.get("covering"):
        names = ", ".join(people.get(one, "?") for one in covering)
        return _("%(who)s, standing in for %(names)s") % {"who": who, "names": names}
    if "emergency" in event.data:
        return _("%(who)s, in an emergency") % {"who": who}
    return who


def _assigned(data: dict[str, Any], people: dict[int, str]) -> str:
    return _("Assigned to %(name)s") % {"name": people.get(data.get("after", 0), "?")}


def _state(data: dict[str, Any], _people: dict[int, str]) -> str:
    before, after = InquiryState(data["before"]), InquiryState(data["after"])
    details = [
        str(enum(data[key]).label)
        for key, enum in (("reason", EndReason), ("closing", Closing))
        if data.get(key)
    ]
    return ". ".join([f"{before.label} → {after.label}", *details])


def _next_action(data: dict[str, Any], _people: dict[int, str]) -> str:
    if not data.get("after"):
        return _("Next action: none")
    return _("Next action: %(day)s") % {"day": data["after"]}


def _merged(data: dict[str, Any], _people: dict[int, str]) -> str:
    merged = Inquiry.objects.filter(pk=data["merged"]).values_list("reference", flat=True).first()
    return _("%(reference)s was merged into this inquiry") % {"reference": merged or "?"}


def _emergency(data: dict[str, Any], _people: dict[int, str]) -> str:
    said = f"{_('Opened in an emergency')}: {EmergencyReason(data['reason']).label}"
    return f"{said} ({data['case_number']})" if data.get("case_number") else said


def _not_delivered(data: dict[str, Any], _people: dict[int, str]) -> str:
    failure = DeliveryFailure(data["failure"]).label
    said = f"{template_label(data['template'])}: {failure}"
    return f"{said} ({data['code']})" if data.get("code") else said


def _told(data: dict[str, Any], _people: dict[int, str]) -> str:
    return f"{_('The sender learns of the end after all')}: {Closing(data['closing']).label}"


def _escalated(data: dict[str, Any], people: dict[int, str]) -> str:
    name = people.get(data["after"], "?") if data.get("after") else _("the leads")
    return _("Overdue for too long: passed up to %(name)s") % {"name": name}


def _trial(data: dict[str, Any]) -> str:
    return Trial.objects.filter(pk=data["trial"]).values_list("nct_id", flat=True).first() or "?"


def _exported(data: dict[str, Any], _people: dict[int, str]) -> str:
    said = f"{_('Name and contact data were exported')}: {ExportReason(data['reason']).label}"
    return f"{said} ({data['case_number']})" if data.get("case_number") else said


_WORDS: dict[str, Callable[[dict[str, Any], dict[int, str]], str]] = {
    "inquiry.entered": lambda _data, _people: _("Entered by staff"),
    "inquiry.revived": lambda _data, _people: _("Made of what was sent after an erasure"),
    "inquiry.trial_added": lambda data, _people: _("Trial added: %(id)s") % {"id": _trial(data)},
    "inquiry.trial_removed": lambda data, _people: (
        _("Trial taken off: %(id)s") % {"id": _trial(data)}
    ),
    "inquiry.assigned": _assigned,
    "inquiry.adopted": _assigned,
    "inquiry.state_changed": _state,
    "inquiry.mail_not_delivered": _not_delivered,
    "inquiry.not_told": lambda _data, _people: _("The closing message did not arrive"),
    "inquiry.told": _told,
    "inquiry.escalated": _escalated,
    "inquiry.next_action_set": _next_action,
    "inquiry.released": lambda _data, _people: _("Released from quarantine"),
    "inquiry.trial_closed": lambda _data, _people: _("The trial closed"),
    "inquiry.merged": _merged,
    "inquiry.merged_away": lambda _data, _people: _("Merged into another inquiry"),
    "inquiry.merge_undone": lambda _data, _people: _("A merge was undone"),
    "inquiry.opened_in_emergency": _emergency,
    "inquiry.clock_paused": lambda data, _people: str(PauseReason(data["reason"]).label),
    "inquiry.clock_resumed": lambda _data, _people: _("The clock goes on"),
    "inquiry.contact_confirmed": lambda _data, _people: _("New contact data confirmed"),
    "inquiry.urgency_handled": lambda _data, _people: _("Urgent words dealt with"),
    "inquiry.link_renewed": lambda _data, _people: _("A new link was given"),
    "inquiry.hold_placed": lambda data, _people: (
        _("On hold: %(reason)s") % {"reason": HoldReason(data["reason"]).label}
    ),
    "inquiry.hold_lifted": lambda data, _people: (
        _("The hold is lifted: %(reason)s") % {"reason": HoldReason(data["reason"]).label}
    ),
    "inquiry.listed_for_later": lambda data, _people: (
        _("On the list for later until %(day)s") % {"day": data["until"]}
    ),
    "inquiry.taken_off_list": lambda data, _people: (
        f"{_('Off the list for later')}: {LaterEnd(data['end']).label}"
    ),
    "inquiry.copy_given": lambda _data, _people: _("A copy was given to the person"),
    "inquiry.erasure_asked": lambda _data, _people: _("The person asked us to erase it"),
    "inquiry.request_taken_back": lambda _data, _people: _("Taken back for the sender"),
    "inquiry.erasure_decided": lambda _data, _people: _("Decided to erase it"),
    "inquiry.erasure_refused": lambda data, _people: str(KeepReason(data["reason"]).label),
    "inquiry.erased": lambda _data, _people: _("Erased"),
    "inquiry.exported": _exported,
}


def _messages(opened: OpenInquiry, family: dict[Any, str]) -> Iterator[Entry]:
    by_id = {str(pk): reference for pk, reference in family.items()}
    about = Q(subject_type="inquiry", subject_id__in=list(by_id))
    if asked := {str(one.row.pk): "" for one in opened.requests}:
        about |= Q(subject_type="sender_request", subject_id__in=list(asked))
    by_id |= asked
    for message in OutboxMessage.objects.filter(about):
        audience = message.get_audience_display()
        yield Entry(
            message.sent_at or message.created_at,
            f"{template_label(message.template)} ({audience}): {_state_of(message)}",
            reference=by_id[message.subject_id],
        )


def _state_of(message: OutboxMessage) -> str:
    if message.failure:
        return str(message.get_failure_display())
    if message.sent_at:
        return _("sent")
    if message.cancelled_at:
        return _("cancelled")
    return _("given up") if message.dead_at else _("waits to be sent")
