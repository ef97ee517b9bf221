"""The list for later: who can be on it, how people agree to it, and how it ends for them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from trials.inquiries.enums import InquiryState

# Ends after which somebody may want to hear of other trials. Not among them: who asked for silence,
# whom we did not reach (nobody to ask), and what goes on in another inquiry.
LISTABLE = (
    InquiryState.NOT_ELIGIBLE,
    InquiryState.SCREEN_FAILED,
    InquiryState.NOT_INTERESTED,
    InquiryState.TRIAL_CLOSED,
    InquiryState.REFERRED_ON,
)
# A consent without an end is forgotten by who gave it.
MONTHS = (6, 12, 24)


class AgreedBy(TextChoices):
    CALL = "call", _("On the phone")
    IN_PERSON = "in_person", _("In person")
    LETTER = "letter", _("In a letter")
    EMAIL = "email", _("In an email")


class LaterEnd(TextChoices):
    """Why somebody is on the list no more, before the agreed day."""

    BY_PERSON = "by_person", _("The person asked us to")
    ON_PAGE = "on_page", _("The person asked for it on the private page")
    TAKEN_UP = "taken_up", _("The inquiry was opened again")
    RENEWED = "renewed", _("The person agreed anew")
    MISTAKE = "mistake", _("It was put there by mistake")
    ERASED = "erased", _("The inquiry was erased")


# What a person chooses; the others come about by themselves.
ENDED_BY_STAFF = (LaterEnd.BY_PERSON, LaterEnd.MISTAKE)
