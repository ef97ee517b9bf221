"""Data of the inquiries room."""

from trials.inquiries.models.desk import EmergencyAccess, NoteDraft, SavedFilter
from trials.inquiries.models.entered import Entry, EntryDraft
from trials.inquiries.models.escalation import Escalation
from trials.inquiries.models.inquiry import Inquiry, InquiryTrial
from trials.inquiries.models.later import LaterConsent
from trials.inquiries.models.message import MessageTemplate
from trials.inquiries.models.retention import Hold, RetentionRule
from trials.inquiries.models.sender import LinkRequest, Pause, ReplyFigures, SenderRequest
from trials.inquiries.models.submission import LookupToken, ReceiptStatus, Submission
from trials.inquiries.models.synthetic import SyntheticRun
from trials.inquiries.models.work import Attempt, Note, TrialTeamMember

__all__ = [
    "Attempt",
    "EmergencyAccess",
    "Entry",
    "EntryDraft",
    "Escalation",
    "Hold",
    "Inquiry",
    "InquiryTrial",
    "LaterConsent",
    "LinkRequest",
    "LookupToken",
    "MessageTemplate",
    "Note",
    "NoteDraft",
    "Pause",
    "ReceiptStatus",
    "ReplyFigures",
    "RetentionRule",
    "SavedFilter",
    "SenderRequest",
    "Submission",
    "SyntheticRun",
    "TrialTeamMember",
]
