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
# Who is in a study can still end the request that led there.
WITHDRAWABLE = (*OPEN, S.ENROLLED)
# Of these a sender may be told in a mail; of the others in the mail that belongs to them.
NEXT_STEPS = (
    S.WAITING_FOR_RECORDS,
    S.PRE_SCREEN_PASSED,
    S.WAITING_FOR_PLACE,
    S.VISIT_BOOKED,
    S.ENROLLED,
)
# From the passed pre-screen on there are records that rules of retention may keep.
PRE_SCREENED = (S.PRE_SCREEN_PASSED, S.WAITING_FOR_PLACE, S.VISIT_BOOKED, S.ENROLLED)
# Somebody spoke with the sender.
REACHED = (S.IN_CONVERSATION, S.WAITING_FOR_RECORDS, *PRE_SCREENED)
BOOKED = (S.VISIT_BOOKED, S.ENROLLED)
# After these nobody writes to the sender again: every queued message is cancelled.
SILENCING = (S.DIED, S.DO_NOT_CONTACT)
# Only a lead may undo these: a mistake here hurts people, or takes a merge apart.
REOPENED_BY_LEADS = (*SILENCING, S.DUPLICATE)

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
    BY_PHONE = "by_phone", _("No message: told on the phone, in a recorded call")
    BY_LETTER = "by_letter", _("No message: told by a recorded letter")
    TOLD = "told", _("No message: told in person")
    NO_SAFE_CHANNEL = "no_safe_channel", _("No message: no safe way to reach the sender")
    ASKED_FOR_SILENCE = "asked_for_silence", _("No message: the sender asked for none")
    SENDER_DIED = "sender_died", _("No message: the person has died")
    OTHER_INQUIRY = "other_inquiry", _("No message: answered through another inquiry")
    NOT_A_PERSON = "not_a_person", _("No message: nobody is waiting for an answer")
    BY_SENDER = "by_sender", _("No message: the sender ended it on the private page")


# These closings are a recorded attempt.
TOLD_IN_ATTEMPTS = (Closing.BY_PHONE, Closing.BY_LETTER)
_TO_A_PERSON = (
    Closing.MESSAGE,
    Closing.BY_PHONE,
    Closing.BY_LETTER,
    Closing.TOLD,
    Closing.NO_SAFE_CHANNEL,
    Closing.ASKED_FOR_SILENCE,
)

CLOSINGS: dict[InquiryState, tuple[Closing, ...]] = {
    **dict.fromkeys(ENDS, _TO_A_PERSON),
    S.WITHDRAWN: (*_TO_A_PERSON, Closing.BY_SENDER),
    S.DIED: (Closing.SENDER_DIED,),
    S.DO_NOT_CONTACT: (Closing.ASKED_FOR_SILENCE,),
    S.DUPLICATE: (Closing.OTHER_INQUIRY,),
    S.SPAM: (Closing.NOT_A_PERSON,),
}


class EndReason(TextChoices):
    """Why an inquiry ended as it did; coarse on purpose: the codes are not sealed."""

    CANCER = "cancer", _("Type or stage of the cancer")
    EARLIER_TREATMENT = "earlier_treatment", _("Earlier treatment")
    HEALTH = "health", _("General health or test results")
    AGE = "age", _("Age")
    OTHER_CRITERION = "other_criterion", _("Another condition of the trial")
    TRAVEL = "travel", _("Too far to travel")
    VISITS = "visits", _("Too many visits or too much time")
    WORRIES = "worries", _("Worries about risks")
    COSTS = "costs", _("Costs or insurance")
    OTHER_TREATMENT = "other_treatment", _("Chose another treatment or trial")
    NO_REASON = "no_reason", _("Gave no reason")
    OTHER_CENTER = "other_center", _("To another hospital or center")
    OTHER_DEPARTMENT = "other_department", _("To another department here")
    OWN_DOCTOR = "own_doctor", _("Back to their own doctor")
    SUPPORT = "support", _("To a support or advice service")
    # Only for what ended before reasons were asked for.
    NOT_RECORDED = "not_recorded", _("Not recorded")


_CRITERIA = (
    EndReason.CANCER,
    EndReason.EARLIER_TREATMENT,
    EndReason.HEALTH,
    EndReason.AGE,
    EndReason.OTHER_CRITERION,
)

# These ends need one of their reasons; the other ends say why by themselves.
REASONS: dict[InquiryState, tuple[EndReason, ...]] = {
    S.NOT_ELIGIBLE: _CRITERIA,
    S.SCREEN_FAILED: _CRITERIA,
    S.NOT_INTERESTED: (
        EndReason.TRAVEL,
        EndReason.VISITS,
        EndReason.WORRIES,
        EndReason.COSTS,
        EndReason.OTHER_TREATMENT,
        EndReason.NO_REASON,
    ),
    S.REFERRED_ON: (
        EndReason.OTHER_CENTER,
        EndReason.OTHER_DEPARTMENT,
        EndReason.OWN_DOCTOR,
        EndReason.SUPPORT,
    ),
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
    ERASING = "erasing", _("We are erasing what you sent us")
    ERASED = "erased", _("What you sent us is erased")


STEPS: dict[InquiryState, ReceiptStep] = {
    **dict.fromkeys((*OPEN, S.ENROLLED), ReceiptStep.IN_CONTACT),
    **dict.fromkeys(ENDS, ReceiptStep.CLOSED),
    S.NEW: ReceiptStep.RECEIVED,
    # Read is what somebody opened: an inquiry can be assigned from the list.
    S.ASSIGNED: ReceiptStep.RECEIVED,
    S.ATTEMPTING: ReceiptStep.TRIED,
}


class Source(TextChoices):
    WEB = "web", _("Web form")
    PHONE = "phone", _("Phone")
    FAX = "fax", _("Fax")
    LETTER = "letter", _("Letter")
    CLINICIAN = "clinician", _("Referring clinician")


class ConsentGiven(TextChoices):
    """How somebody agreed who did not tick the box of the form."""

    SPOKEN = "spoken", _("Spoken: the text was read out")
    WRITTEN = "written", _("In writing: a signed form or letter")
    FAXED = "faxed", _("Signed and sent by fax")


class Origin(TextChoices):
    """Which page the sender wrote from."""

    TRIAL = "trial", _("Page of a trial")
    CLOSED_TRIAL = "closed_trial", _("Page of a closed trial")
    UNCONFIRMED_TRIAL = "unconfirmed_trial", _("Page of a trial that nobody confirmed")
    HELP = "help", _("Help me find a trial")
    ENTERED = "entered", _("Entered by staff")


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


# Which recorded attempt is itself the closing message.
TOLD_BY: dict[Closing, tuple[Channel, Outcome]] = {
    Closing.BY_PHONE: (Channel.PHONE, Outcome.SPOKE),
    Closing.BY_LETTER: (Channel.LETTER, Outcome.SENT),
}


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


class DraftKind(TextChoices):
    """Which form of an inquiry's page a draft belongs to."""

    NOTE = "note", _("Note")
    ATTEMPT = "attempt", _("Attempt")


class EmergencyReason(TextChoices):
    """Why somebody opened an inquiry that is not theirs."""

    SENDER_CALLS = "sender_calls", _("The sender is on the phone and the team cannot be reached")
    SAFETY = "safety", _("Somebody may be in danger")
    NOBODY_THERE = "nobody_there", _("Everybody responsible is away")
    LEGAL = "legal", _("A legal or data protection request")
    TECHNICAL = "technical", _("A technical fault that needs a look at this inquiry")


class ExportReason(TextChoices):
    """Why names and contact data leave the site."""

    CONTINUITY = "continuity", _("The site cannot be used for a while")
    STUDY_SYSTEM = "study_system", _("For the study's own system")
    INSPECTION = "inspection", _("For an inspection or audit")
    LEGAL = "legal", _("A legal or data protection request")
