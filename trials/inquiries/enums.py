"""The states of an inquiry and the one table of what may follow what.

The table drives the buttons that staff see, what the server accepts and the diagram in
docs/inquiry-states.md.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class InquiryState(TextChoices):
    NEW = "new", _("New")
    ASSIGNED = "assigned", _("Assigned")
    ATTEMPTING = "attempting", _("Attempting")
    IN_CONVERSATION = "in_conversation", _("In conversation")
    WAITING_FOR_RECORDS = "waiting_for_records", _("Waiting for records")
    PRE_SCREEN_PASSED = "pre_screen_passed", _("Pre-screen passed")
    WAITING_FOR_PLACE = "waiting_for_place", _("Waiting for a place")
    VISIT_BOOKED = "visit_booked", _("Visit booked")
    ENROLLED = "enrolled", _("Enrolled")
    NOT_ELIGIBLE = "not_eligible", _("Not eligible")
    SCREEN_FAILED = "screen_failed", _("Screen failed")
    NOT_INTERESTED = "not_interested", _("Not interested")
    COULD_NOT_REACH = "could_not_reach", _("Could not reach")
    TRIAL_CLOSED = "trial_closed", _("Trial closed")
    REFERRED_ON = "referred_on", _("Referred on")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    DIED = "died", _("Died")
    DO_NOT_CONTACT = "do_not_contact", _("Do not contact")
    DUPLICATE = "duplicate", _("Duplicate")
    SPAM = "spam", _("Spam")


S = InquiryState

UNANSWERED = (S.NEW, S.ASSIGNED, S.ATTEMPTING)
OPEN = (
    *UNANSWERED,
    S.IN_CONVERSATION,
    S.WAITING_FOR_RECORDS,
    S.PRE_SCREEN_PASSED,
    S.WAITING_FOR_PLACE,
    S.VISIT_BOOKED,
)
ENDS = (
    S.NOT_ELIGIBLE,
    S.SCREEN_FAILED,
    S.NOT_INTERESTED,
    S.COULD_NOT_REACH,
    S.TRIAL_CLOSED,
    S.REFERRED_ON,
    S.WITHDRAWN,
    S.DIED,
    S.DO_NOT_CONTACT,
    S.DUPLICATE,
    S.SPAM,
)
# After these nobody writes to the sender again: every queued message is cancelled.
SILENCING = (S.DIED, S.DO_NOT_CONTACT)
# Only a lead may undo these: a mistake here hurts people.
REOPENED_BY_LEADS = SILENCING

_ALWAYS = (S.TRIAL_CLOSED, S.REFERRED_ON, S.WITHDRAWN, S.DIED, S.DO_NOT_CONTACT, S.DUPLICATE)
_ONCE_REACHED = (S.NOT_ELIGIBLE, S.NOT_INTERESTED, S.COULD_NOT_REACH, *_ALWAYS)

TRANSITIONS: dict[InquiryState, tuple[InquiryState, ...]] = {
    S.NEW: (S.ASSIGNED, S.ATTEMPTING, S.IN_CONVERSATION, *_ALWAYS, S.SPAM),
    S.ASSIGNED: (S.ATTEMPTING, S.IN_CONVERSATION, S.NOT_ELIGIBLE, *_ALWAYS, S.SPAM),
    S.ATTEMPTING: (S.IN_CONVERSATION, *_ONCE_REACHED, S.SPAM),
    S.IN_CONVERSATION: (
        S.ATTEMPTING,
        S.WAITING_FOR_RECORDS,
        S.PRE_SCREEN_PASSED,
        S.WAITING_FOR_PLACE,
        S.VISIT_BOOKED,
        *_ONCE_REACHED,
        S.SPAM,
    ),
    S.WAITING_FOR_RECORDS: (
        S.ATTEMPTING,
        S.IN_CONVERSATION,
        S.PRE_SCREEN_PASSED,
        S.WAITING_FOR_PLACE,
        S.VISIT_BOOKED,
        *_ONCE_REACHED,
    ),
    S.PRE_SCREEN_PASSED: (
        S.IN_CONVERSATION,
        S.WAITING_FOR_RECORDS,
        S.WAITING_FOR_PLACE,
        S.VISIT_BOOKED,
        *_ONCE_REACHED,
    ),
    S.WAITING_FOR_PLACE: (
        S.IN_CONVERSATION,
        S.WAITING_FOR_RECORDS,
        S.PRE_SCREEN_PASSED,
        S.VISIT_BOOKED,
        *_ONCE_REACHED,
    ),
    S.VISIT_BOOKED: (
        S.IN_CONVERSATION,
        S.WAITING_FOR_RECORDS,
        S.WAITING_FOR_PLACE,
        S.ENROLLED,
        S.SCREEN_FAILED,
        *_ONCE_REACHED,
    ),
    S.ENROLLED: (S.VISIT_BOOKED, S.WITHDRAWN, S.DIED, S.DO_NOT_CONTACT),
    **dict.fromkeys(ENDS, (S.ASSIGNED,)),
}


class Closing(TextChoices):
    """How the sender learns of an end, or why not."""

    MESSAGE = "message", _("Send the closing message by e-mail")
    TOLD = "told", _("No message: told by phone, letter or in person")
    NO_SAFE_CHANNEL = "no_safe_channel", _("No message: no safe way to reach the sender")
    ASKED_FOR_SILENCE = "asked_for_silence", _("No message: the sender asked for none")
    SENDER_DIED = "sender_died", _("No message: the person has died")
    OTHER_INQUIRY = "other_inquiry", _("No message: answered through another inquiry")
    NOT_A_PERSON = "not_a_person", _("No message: nobody is waiting for an answer")


_TO_A_PERSON = (Closing.MESSAGE, Closing.TOLD, Closing.NO_SAFE_CHANNEL, Closing.ASKED_FOR_SILENCE)

CLOSINGS: dict[InquiryState, tuple[Closing, ...]] = {
    **dict.fromkeys(ENDS, _TO_A_PERSON),
    S.DIED: (Closing.SENDER_DIED,),
    S.DO_NOT_CONTACT: (Closing.ASKED_FOR_SILENCE,),
    S.DUPLICATE: (Closing.OTHER_INQUIRY,),
    S.SPAM: (Closing.NOT_A_PERSON,),
}


def may_follow(old: InquiryState | str, new: InquiryState | str, *, is_lead: bool) -> bool:
    """Return whether an inquiry may go from one state to another, for a lead or not."""
    if S(old) in REOPENED_BY_LEADS and not is_lead:
        return False
    return S(new) in TRANSITIONS[S(old)]


class ReceiptStep(TextChoices):
    """What the sender's page says; far fewer words than staff have."""

    RECEIVED = "received", _("We have your message")
    READ = "read", _("A person on our team has read your message")
    TRIED = "tried", _("We tried to reach you")
    IN_CONTACT = "in_contact", _("We are in contact with you")
    CLOSED = "closed", _("This request is closed")


STEPS: dict[InquiryState, ReceiptStep] = {
    **dict.fromkeys(OPEN, ReceiptStep.IN_CONTACT),
    **dict.fromkeys((S.ENROLLED, *ENDS), ReceiptStep.CLOSED),
    S.NEW: ReceiptStep.RECEIVED,
    S.ASSIGNED: ReceiptStep.READ,
    S.ATTEMPTING: ReceiptStep.TRIED,
}


class Source(TextChoices):
    WEB = "web", _("Web form")
    PHONE = "phone", _("Phone")
    FAX = "fax", _("Fax")
    LETTER = "letter", _("Letter")
    CLINICIAN = "clinician", _("Referring clinician")


class Origin(TextChoices):
    """Which page the sender wrote from."""

    TRIAL = "trial", _("Page of a trial")
    CLOSED_TRIAL = "closed_trial", _("Page of a closed trial")
    UNCONFIRMED_TRIAL = "unconfirmed_trial", _("Page of a trial that nobody confirmed")
    HELP = "help", _("Help me find a trial")


class Channel(TextChoices):
    PHONE = "phone", _("Phone")
    TEXT = "text", _("Text message")
    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Letter")
    IN_PERSON = "in_person", _("In person")


class Outcome(TextChoices):
    SPOKE = "spoke", _("Spoke with the sender")
    MESSAGE_LEFT = "message_left", _("Left a message")
    NO_ANSWER = "no_answer", _("No answer")
    SENT = "sent", _("Sent")
    WRONG_CONTACT = "wrong_contact", _("Wrong number or address")


class QuarantineReason(TextChoices):
    HONEYPOT = "honeypot", _("A field that people do not see was filled in")
    TOO_FAST = "too_fast", _("Sent faster than a person types")
    NO_TOKEN = "no_token", _("The form's own token was missing or changed")
    TOO_MANY = "too_many", _("Many messages from one network")


class Visibility(TextChoices):
    TEAM = "team", _("Everyone who may see this inquiry")
    LEADS = "leads", _("Leads only")


class TeamRole(TextChoices):
    COORDINATOR = "coordinator", _("Coordinator")
    INVESTIGATOR = "investigator", _("Investigator")


class LookupKind(TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    NAME = "name", _("Name")
