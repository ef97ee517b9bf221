"""Synthetic inquiries: what tells them from those of people.

The worker sends the public form as a visitor does. It sends along a *pass*, which it can make for
one form alone: the inquiry whose id the form's token holds. The public door marks that inquiry as
synthetic and leaves out what would reach people; all else is the way of every inquiry, the signs of
spam included. The mark hides nothing for long: an inquiry that bears it and that the worker did not
begin becomes an ordinary one (see ``services.synthetic``).
"""

import hmac

from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinic.models import OutboxMessage
from clinic.models.outbox import Audience
from clinic.outbox import enqueue, register_template
from trials.inquiries.models import Inquiry
from trials.inquiries.tokens import FormToken, synthetic_pass

HEADER = "X-Synthetic-Inquiry"
TEMPLATE = "inquiry_synthetic"
# Who shares an address with us must not find the hour's forms used up by ours.
ORIGIN_OF_LIMIT = "synthetic"


def is_synthetic(request: HttpRequest, token: FormToken | None) -> bool:
    """Return whether a form was sent by our worker, with the pass for its own token."""
    sent = request.headers.get(HEADER, "")
    if not sent or token is None:
        return False
    return hmac.compare_digest(sent.encode(), synthetic_pass(token.inquiry_id).encode())


def queue_message(inquiry: Inquiry) -> None:
    """Queue the one message of a synthetic inquiry, to the address in it."""
    enqueue(
        template=TEMPLATE,
        subject_type="inquiry",
        subject_id=inquiry.pk,
        audience=Audience.SENDER,
        language=inquiry.language,
    )


def build_message(message: OutboxMessage) -> EmailMessage | None:
    """Return the message; opened as the confirmation to a person is, but without an audit row."""
    inquiry = Inquiry.with_synthetic.filter(pk=message.subject_id, is_synthetic=True).first()
    if inquiry is None:
        return None
    address = inquiry.submissions.latest("received_at").unsealed()["email"]
    text = "This message shows that inquiries of the website arrive. Nobody has to read it.\n"
    return EmailMessage("Synthetic inquiry, nothing to do", text, to=[address])


def register() -> None:
    """Tell the outbox who writes this message."""
    register_template(TEMPLATE, build_message, _("Message of a synthetic inquiry"))
