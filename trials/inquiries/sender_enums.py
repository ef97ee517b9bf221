"""What a sender may ask for on the private page, what became of it, and why a clock pauses."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RequestKind(TextChoices):
    WISHES = "wishes", _("Other wishes for contact")
    CONTACT = "contact", _("Other contact data")
    NOTE = "note", _("A note")
    WITHDRAW = "withdraw", _("Wants to withdraw")
    ERASE = "erase", _("Wants to be erased")
    UNDO = "undo", _("Takes an earlier request back")
    UNLIST = "unlist", _("Wants off the list for later")
    CONFIRM = "confirm", _("Confirms a new address")


# Both stop the work at once and are done when the days to undo are over.
STOPPING = (RequestKind.WITHDRAW, RequestKind.ERASE)
# What was changed at once, so that taking it back changes it once more.
APPLIED_AT_ONCE = (RequestKind.WISHES, RequestKind.CONTACT, RequestKind.NOTE)
CAN_BE_UNDONE = (*APPLIED_AT_ONCE, *STOPPING)
# These two are about an earlier request.
ANSWERS = (RequestKind.UNDO, RequestKind.CONFIRM)


class RequestOutcome(TextChoices):
    APPLIED = "applied", _("Done")
    UNDONE = "undone", _("Taken back by the sender")
    SUPERSEDED = "superseded", _("Replaced by a newer request")
    NOT_NEEDED = "not_needed", _("Nothing to do")
    FOR_DECISION = "for_decision", _("A lead has to decide")
    ERASING = "erasing", _("Decided: it is being erased")
    KEPT = "kept", _("Not erased: records must be kept")
    UNREADABLE = "unreadable", _("Cannot be read")


class KeepReason(TextChoices):
    """Why a lead keeps what a sender wants erased (the retention rules)."""

    STUDY_RECORDS = "study_records", _("Study records have to be kept by law")
    SAFETY = "safety", _("Needed for the safety of a study")
    LEGAL_CLAIM = "legal_claim", _("Needed for a legal claim")


class PauseReason(TextChoices):
    """Why the reply clock stands still before the first attempt."""

    CONTACT_UNUSABLE = "contact_unusable", _("The contact data cannot be used")
    ASKED_TO_STOP = "asked_to_stop", _("The sender asked to withdraw or to be erased")


class IdentityCheck(TextChoices):
    """How staff made sure that they speak with the sender."""

    CALLED_BACK = "called_back", _("Called back on the number of the inquiry")
    TWO_DETAILS = "two_details", _("Reference and two details of the inquiry")
    IN_PERSON = "in_person", _("In person, with a document")
