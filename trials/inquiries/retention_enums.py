"""Why an inquiry is not erased by the passing of time."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class HoldReason(TextChoices):
    """Why somebody keeps an inquiry; the first three are also a lead's reasons to refuse."""

    STUDY_RECORDS = "study_records", _("Study records have to be kept by law")
    SAFETY = "safety", _("Needed for the safety of a study")
    LEGAL_CLAIM = "legal_claim", _("Needed for a legal claim")
    INSPECTION = "inspection", _("An audit or an inspection")
    PERSON_ASKED = "person_asked", _("The person asked for their data")
    POSTPONED = "postponed", _("To be looked at again later")


# Only a wish to look again later gives way to a sender who wants to be erased.
LEGAL_HOLDS = tuple(reason for reason in HoldReason if reason != HoldReason.POSTPONED)


class Obstacle(TextChoices):
    """What keeps an inquiry whose time is over; each goes away by something that a person does."""

    HOLD = "hold", _("On hold")
    LATER = "later", _("On the list for later: the person agreed")
    UNREAD = "unread", _("Something in it was read by nobody")
    REQUEST = "request", _("The sender waits for something")
    MESSAGE = "message", _("A message to the sender did not arrive")
    QUARANTINE = "quarantine", _("In quarantine, and nobody decided")
