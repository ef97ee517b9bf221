"""Writes and audited reads of inquiries."""

from trials.inquiries.services.accepting import Accepted, accept
from trials.inquiries.services.adopting import adopt_ownerless
from trials.inquiries.services.applying import work_off_requests
from trials.inquiries.services.asking import TooManyRequestsError, ask, ask_for_link
from trials.inquiries.services.bulk import BulkResult, bulk_assign
from trials.inquiries.services.changing import RefusedError, StaleError
from trials.inquiries.services.deciding import confirm_contact, decide_erasure, handle_urgency
from trials.inquiries.services.drafts import discard_draft, drafts_of, save_draft
from trials.inquiries.services.emergency import open_in_emergency
from trials.inquiries.services.ending import change_state, closing_attempts, missing_for
from trials.inquiries.services.entering import (
    Consent,
    discard_entry_draft,
    enter,
    entry_draft_of,
    look_for_same_person,
    save_entry_draft,
)
from trials.inquiries.services.erasing import carry_out_erasures, erase
from trials.inquiries.services.escalating import escalate_overdue
from trials.inquiries.services.exporting import Exported, export_contacts, export_inquiries
from trials.inquiries.services.figures import measure_replies
from trials.inquiries.services.filters import delete_filter, save_filter
from trials.inquiries.services.holding import lift_hold, place_hold
from trials.inquiries.services.listing import list_for_later, take_off_list
from trials.inquiries.services.merging import merge, undo_merge
from trials.inquiries.services.naming import add_trial, remove_trial
from trials.inquiries.services.pausing import ask_for_contact, go_on
from trials.inquiries.services.person_requests import (
    ask_to_erase,
    find_person,
    give_copy,
    take_back,
)
from trials.inquiries.services.reading import Listed, OpenInquiry, open_inquiry, open_listed
from trials.inquiries.services.renewing import answer_link_requests, link_to, renew_link
from trials.inquiries.services.retaining import apply_retention, decide_rule, preview
from trials.inquiries.services.reviving import RevivingFailedError, revive_late_sendings
from trials.inquiries.services.signing import may_sign, sign_summary, summaries_to_sign
from trials.inquiries.services.teams import join_team, leave_team
from trials.inquiries.services.telling import TooManyCorrectionsError
from trials.inquiries.services.undelivered import note_undelivered, tell_otherwise
from trials.inquiries.services.working import (
    add_note,
    assign,
    record_attempt,
    release,
    set_next_action,
)

__all__ = [
    "Accepted",
    "BulkResult",
    "Consent",
    "Exported",
    "Listed",
    "OpenInquiry",
    "RefusedError",
    "RevivingFailedError",
    "StaleError",
    "TooManyCorrectionsError",
    "TooManyRequestsError",
    "accept",
    "add_note",
    "add_trial",
    "adopt_ownerless",
    "answer_link_requests",
    "apply_retention",
    "ask",
    "ask_for_contact",
    "ask_for_link",
    "ask_to_erase",
    "assign",
    "bulk_assign",
    "carry_out_erasures",
    "change_state",
    "closing_attempts",
    "confirm_contact",
    "decide_erasure",
    "decide_rule",
    "delete_filter",
    "discard_draft",
    "discard_entry_draft",
    "drafts_of",
    "enter",
    "entry_draft_of",
    "erase",
    "escalate_overdue",
    "export_contacts",
    "export_inquiries",
    "find_person",
    "give_copy",
    "go_on",
    "handle_urgency",
    "join_team",
    "leave_team",
    "lift_hold",
    "link_to",
    "list_for_later",
    "look_for_same_person",
    "may_sign",
    "measure_replies",
    "merge",
    "missing_for",
    "note_undelivered",
    "open_in_emergency",
    "open_inquiry",
    "open_listed",
    "place_hold",
    "preview",
    "record_attempt",
    "release",
    "remove_trial",
    "renew_link",
    "revive_late_sendings",
    "save_draft",
    "save_entry_draft",
    "save_filter",
    "set_next_action",
    "sign_summary",
    "summaries_to_sign",
    "take_back",
    "take_off_list",
    "tell_otherwise",
    "undo_merge",
    "work_off_requests",
]
