"""Writes and audited reads of inquiries."""

from trials.inquiries.services.accepting import Accepted, accept
from trials.inquiries.services.adopting import adopt_ownerless
from trials.inquiries.services.reading import OpenInquiry, open_inquiry, open_names
from trials.inquiries.services.teams import join_team, leave_team
from trials.inquiries.services.telling import TooManyCorrectionsError
from trials.inquiries.services.working import (
    RefusedError,
    StaleError,
    add_note,
    assign,
    change_state,
    record_attempt,
    release,
)

__all__ = [
    "Accepted",
    "OpenInquiry",
    "RefusedError",
    "StaleError",
    "TooManyCorrectionsError",
    "accept",
    "add_note",
    "adopt_ownerless",
    "assign",
    "change_state",
    "join_team",
    "leave_team",
    "open_inquiry",
    "open_names",
    "record_attempt",
    "release",
]
