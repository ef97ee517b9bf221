"""Writes and audited reads of inquiries."""

from trials.inquiries.services.accepting import Accepted, accept
from trials.inquiries.services.reading import OpenInquiry, open_inquiry, open_names
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
    "accept",
    "add_note",
    "assign",
    "change_state",
    "open_inquiry",
    "open_names",
    "record_attempt",
    "release",
]
