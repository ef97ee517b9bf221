"""What staff let senders know by mail: that we tried, a next step, an end.

The message of an end is queued with it and taken back when the end is undone.
"""

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.models import OutboxMessage
from clinic.models.outbox import Audience
from clinic.outbox import cancel_for_subject, enqueue
from trials.inquiries.models import Inquiry, SenderRequest
from trials.inquiries.reach import mail_address
from trials.inquiries.services.changing import RefusedError, answers_of

CLOSING_TEMPLATE = "inquiry_closed"


def send_closing_message(inquiry: Inquiry) -> None:
    """Queue the message of the present end; raises RefusedError where there is no address."""
    if not mail_address(answers_of(inquiry)):
        raise RefusedError(_("The sender gave no email address to use: tell them another way."))
    queue_closing_message(inquiry)


def queue_closing_message(inquiry: Inquiry) -> None:
    """Queue the message of the present end for a sender with an address."""
    enqueue(
        template=CLOSING_TEMPLATE,
        subject_type="inquiry",
        subject_id=inquiry.pk,
        audience=Audience.SENDER,
        language=inquiry.language,
    )


def write_to_sender(inquiry: Inquiry, template: str) -> None:
    """Queue a message on the way, one of a kind a day; raises RefusedError where it cannot go."""
    if inquiry.is_quarantined:
        raise RefusedError(_("This inquiry is in quarantine: release it first."))
    if not mail_address(answers_of(inquiry)):
        raise RefusedError(_("The sender gave no email address to use: tell them another way."))
    enqueue(
        template=template,
        subject_type="inquiry",
        subject_id=inquiry.pk,
        audience=Audience.SENDER,
        language=inquiry.language,
        once=f"{inquiry.pk}/{timezone.localdate()}",
    )


def take_back_closing_message(inquiry: Inquiry) -> None:
    """Cancel a closing message that has not gone out: what it says is not so any more."""
    queued = OutboxMessage.objects.for_subject("inquiry", inquiry.pk).unsent()
    queued.filter(template=CLOSING_TEMPLATE).update(cancelled_at=timezone.now())


def cancel_all_messages(inquiry: Inquiry) -> None:
    """Cancel whatever is queued about an inquiry, those merged into it and what was asked there."""
    for pk in inquiry.family():
        cancel_for_subject("inquiry", pk)
    asked = SenderRequest.objects.filter(receipt__reference__in=inquiry.references())
    for pk in asked.values_list("pk", flat=True):
        cancel_for_subject("sender_request", pk)
