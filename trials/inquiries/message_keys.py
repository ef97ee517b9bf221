"""The messages that senders get, and what each may be filled in with."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from trials.inquiries.enums import CLOSINGS, ENDS, Closing, InquiryState


class MessageKey(TextChoices):
    """One for each occasion on which we write to a sender."""

    RECEIVED = "received", _("Confirmation")
    TRIED = "tried", _("We tried to reach you")
    NEXT_STEP = "next_step", _("There is a next step")
    LINK = "link", _("Private link")
    CONTACT_ASKED = "contact_asked", _("Word to the old address")
    CONFIRM_ADDRESS = "confirm_address", _("Question to the new address")
    NOT_ELIGIBLE = "end_not_eligible", _("End: not eligible")
    SCREEN_FAILED = "end_screen_failed", _("End: screen failed")
    NOT_INTERESTED = "end_not_interested", _("End: not interested")
    COULD_NOT_REACH = "end_could_not_reach", _("End: could not reach")
    TRIAL_CLOSED = "end_trial_closed", _("End: trial closed")
    REFERRED_ON = "end_referred_on", _("End: referred on")
    WITHDRAWN = "end_withdrawn", _("End: withdrawn")


def key_choices() -> list[tuple[str, str]]:
    """Return the choices of a template; migrations name this function, so a new key needs none."""
    return [(value, str(label)) for value, label in MessageKey.choices]


# The ends whose senders can be written to; the other ends have their recorded reason for silence.
ENDS_BY_KEY: dict[MessageKey, InquiryState] = {
    MessageKey(f"end_{end}"): end for end in ENDS if Closing.MESSAGE in CLOSINGS[end]
}
KEYS_OF_ENDS = {end: key for key, end in ENDS_BY_KEY.items()}


@dataclass(frozen=True)
class Placeholders:
    """What may stand in a text in braces, and what must."""

    allowed: frozenset[str]
    required: frozenset[str]


_USUAL = frozenset({"reference", "link", "phone", "clinic"})
_TO_THE_PAGE = Placeholders(_USUAL, frozenset({"reference", "link"}))
PLACEHOLDERS: dict[MessageKey, Placeholders] = {
    **dict.fromkeys((MessageKey.TRIED, MessageKey.NEXT_STEP, *ENDS_BY_KEY), _TO_THE_PAGE),
    MessageKey.RECEIVED: Placeholders(
        _USUAL | {"date", "promise"}, frozenset({"reference", "link"})
    ),
    MessageKey.LINK: _TO_THE_PAGE,
    # The old address may be somebody else's by now: no way to the private page.
    MessageKey.CONTACT_ASKED: Placeholders(_USUAL - {"link"}, frozenset({"reference"})),
    # Nobody has confirmed the new address yet: its own link and nothing that we know.
    MessageKey.CONFIRM_ADDRESS: Placeholders(
        frozenset({"link", "phone", "clinic"}), frozenset({"link"})
    ),
}
# A subject is read on locked screens and by whoever stands beside.
IN_SUBJECTS = frozenset({"clinic", "reference"})
