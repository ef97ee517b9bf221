"""Data of the inquiries room."""

from trials.inquiries.models.inquiry import Inquiry, InquiryTrial
from trials.inquiries.models.submission import LookupToken, ReceiptStatus, Submission
from trials.inquiries.models.work import Attempt, Note, TrialTeamMember

__all__ = [
    "Attempt",
    "Inquiry",
    "InquiryTrial",
    "LookupToken",
    "Note",
    "ReceiptStatus",
    "Submission",
    "TrialTeamMember",
]
