"""Signs that a form was not filled in by a person. They lead to quarantine, never to loss."""

from datetime import datetime, timedelta

from django.http import HttpRequest

from clinic.client_address import client_address
from clinic.rate_limit import hit
from trials.inquiries.enums import QuarantineReason
from trials.inquiries.forms import HONEYPOT, InquiryForm
from trials.inquiries.synthetic import ORIGIN_OF_LIMIT
from trials.inquiries.tokens import FormToken

MINIMUM_FILL_TIME = timedelta(seconds=3)
# A hospital's whole network shares one address: thirty an hour is a busy day there.
MOST_PER_HOUR = 30


def quarantine_reasons(
    request: HttpRequest,
    form: InquiryForm,
    token: FormToken | None,
    now: datetime,
    *,
    is_synthetic: bool = False,
) -> list[QuarantineReason]:
    """Return why a valid form goes to quarantine; nothing for most."""
    reasons = []
    if form.cleaned_data[HONEYPOT]:
        reasons.append(QuarantineReason.HONEYPOT)
    if token is None:
        reasons.append(QuarantineReason.NO_TOKEN)
    elif now - token.shown_at < MINIMUM_FILL_TIME:
        reasons.append(QuarantineReason.TOO_FAST)
    sender = ORIGIN_OF_LIMIT if is_synthetic else client_address(request)
    if hit("inquiry", sender, MOST_PER_HOUR, timedelta(hours=1)):
        reasons.append(QuarantineReason.TOO_MANY)
    return reasons
