"""No inquiry ends in silence: every end there is, every way of closing, and what may go wrong."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.models import OutboxMessage
from clinic.outbox import enqueue, send_next
from clinic.roles import LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry
from trials.inquiries import services
from trials.inquiries.enums import (
    CLOSINGS,
    ENDS,
    OPEN,
    REASONS,
    SILENCING,
    TOLD_BY,
    TRANSITIONS,
    Channel,
    Closing,
    InquiryState,
    Outcome,
)
from trials.inquiries.message_keys import ENDS_BY_KEY, KEYS_OF_ENDS
from trials.inquiries.models import Inquiry, ReceiptStatus, SenderRequest
from trials.inquiries.sender_enums import RequestKind
from trials.inquiries.services.applying import work_off_requests
from trials.inquiries.services.undelivered import note_undelivered
from trials.inquiries.tokens import receipt_hash, receipt_token

pytestmark = pytest.mark.django_db
S = InquiryState

# By these a person ends an inquiry; a duplicate ends by a merge.
BY_HAND = [end for end in ENDS if end != S.DUPLICATE]
EVERY_CLOSING = [(end, closing) for end in BY_HAND for closing in CLOSINGS[end]]


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()


@pytest.fixture
def lead():
    return make_user(LEADS)


def make_ready(end, lead, **overrides):
    """Return an inquiry that can come to this end, tried often enough, with a call and a letter."""
    before = next(state for state in reversed(OPEN) if end in TRANSITIONS[state])
    inquiry = make_inquiry(**overrides)
    Inquiry.objects.filter(pk=inquiry.pk).update(
        received_at=timezone.now() - timedelta(days=40), assignee=lead, state=S.ASSIGNED
    )
    said = [
        (Channel.PHONE, Outcome.SPOKE, 39),
        (Channel.LETTER, Outcome.SENT, 38),
        (Channel.PHONE, Outcome.NO_ANSWER, 30),
        (Channel.EMAIL, Outcome.SENT, 20),
        (Channel.PHONE, Outcome.NO_ANSWER, 10),
    ]
    for channel, outcome, days_ago in said:
        inquiry.refresh_from_db()
        services.record_attempt(
            inquiry_id=inquiry.pk,
            channel=channel,
            outcome=outcome,
            at=timezone.now() - timedelta(days=days_ago),
            actor=lead,
            version=inquiry.version,
        )
    Inquiry.objects.filter(pk=inquiry.pk).update(state=before)
    inquiry.refresh_from_db()
    return inquiry


def end(inquiry, state, closing, lead):
    inquiry.refresh_from_db()
    return services.change_state(
        inquiry_id=inquiry.pk,
        state=state,
        closing=closing,
        reason=REASONS[state][0] if state in REASONS else "",
        actor=lead,
        version=inquiry.version,
    )


def send_all():
    mail.outbox.clear()
    while send_next():
        pass
    return [message for message in mail.outbox if message.to == [PLANTED["email"]]]


def test_every_end__has_its_closings_and_those_with_a_message_a_text():
    assert set(CLOSINGS) == set(ENDS)
    assert all(CLOSINGS[one] for one in ENDS)
    assert set(KEYS_OF_ENDS) == {one for one in ENDS if Closing.MESSAGE in CLOSINGS[one]}
    assert len(ENDS_BY_KEY) == len(KEYS_OF_ENDS)


@pytest.mark.parametrize(
    ("state", "closing"), EVERY_CLOSING, ids=[f"{s}-{c}" for s, c in EVERY_CLOSING]
)
def test_every_end__is_told_or_says_why_not(state, closing, lead):
    inquiry = make_ready(state, lead)
    send_all()
    ended = end(inquiry, state, closing, lead)
    told = send_all()
    assert (ended.state, ended.closing) == (state, closing) and ended.closed_at
    if closing == Closing.MESSAGE:
        assert len(told) == 1 and inquiry.reference in told[0].body
    else:
        assert told == []
    assert bool(ended.closing_attempt) == (closing in TOLD_BY)
    note_undelivered()
    ended.refresh_from_db()
    assert ended.not_told_at is None


@pytest.mark.parametrize("state", BY_HAND)
def test_every_end__without_a_closing_is_refused(state, lead):
    inquiry = make_ready(state, lead)
    for wrong in {"", *Closing.values} - set(CLOSINGS[state]):
        with pytest.raises(services.RefusedError):
            end(inquiry, state, wrong, lead)


@pytest.mark.parametrize("state", ENDS)
def test_database__refuses_an_end_with_a_closing_that_does_not_fit(state):
    inquiry = make_inquiry()
    fields = {"state": state, "closed_at": timezone.now()}
    if state in REASONS:
        fields["end_reason"] = REASONS[state][0]
    for wrong in {"", *Closing.values} - set(CLOSINGS[state]) - set(TOLD_BY):
        with pytest.raises(IntegrityError), transaction.atomic():
            Inquiry.objects.filter(pk=inquiry.pk).update(closing=wrong, **fields)


@pytest.mark.parametrize("state", KEYS_OF_ENDS)
def test_closing_message__without_an_address_is_refused(state, lead):
    inquiry = make_inquiry(answers={"email": ""})
    before = next(state_ for state_ in OPEN if state in TRANSITIONS[state_])
    Inquiry.objects.filter(pk=inquiry.pk).update(state=before, assignee=lead)
    with pytest.raises(services.RefusedError):
        end(inquiry, state, Closing.MESSAGE, lead)


@pytest.mark.parametrize("state", SILENCING)
def test_silencing_end__cancels_whatever_is_queued(state, lead):
    inquiry = make_ready(state, lead)
    token = receipt_token(inquiry.pk, inquiry.receipt_renewal)
    receipt = ReceiptStatus.objects.get(token_hash=receipt_hash(token))
    services.ask(receipt=receipt, kind=RequestKind.CONTACT, answers={"email": "new@example.org"})
    request = SenderRequest.objects.get()
    work_off_requests()
    enqueue_all(inquiry)
    queued = OutboxMessage.objects.pending()
    assert queued.filter(subject_type="sender_request", subject_id=str(request.pk)).exists()
    assert queued.filter(template="inquiry_contact_asked").exists()
    end(inquiry, state, CLOSINGS[state][0], lead)
    assert not OutboxMessage.objects.pending()
    assert send_all() == []


@pytest.mark.parametrize("state", SILENCING)
def test_silencing_end__what_is_queued_later_does_not_go_out_either(state, lead):
    inquiry = make_ready(state, lead)
    end(inquiry, state, CLOSINGS[state][0], lead)
    enqueue_all(inquiry)
    assert send_all() == []


def enqueue_all(inquiry):
    for template in (
        "inquiry_received",
        "inquiry_tried",
        "inquiry_next_step",
        "inquiry_link",
        "inquiry_contact_asked",
        "inquiry_closed",
    ):
        enqueue(
            template=template,
            subject_type="inquiry",
            subject_id=inquiry.pk,
            audience="sender",
            language="en",
        )


def test_opened_again__the_closing_message_that_waits_does_not_go_out(lead):
    inquiry = make_ready(S.REFERRED_ON, lead)
    send_all()
    end(inquiry, S.REFERRED_ON, Closing.MESSAGE, lead)
    end(inquiry, S.ASSIGNED, "", lead)
    assert send_all() == []
    end(inquiry, S.TRIAL_CLOSED, Closing.MESSAGE, lead)
    assert len(send_all()) == 1


def test_opened_again__the_call_before_that_told_of_another_end(lead):
    inquiry = make_ready(S.NOT_INTERESTED, lead)
    end(inquiry, S.NOT_INTERESTED, Closing.BY_PHONE, lead)
    end(inquiry, S.ASSIGNED, "", lead)
    with pytest.raises(services.RefusedError, match="Record the call"):
        end(inquiry, S.TRIAL_CLOSED, Closing.BY_PHONE, lead)
    inquiry.refresh_from_db()
    services.record_attempt(
        inquiry_id=inquiry.pk,
        channel=Channel.PHONE,
        outcome=Outcome.SPOKE,
        at=timezone.now().replace(second=0, microsecond=0),
        actor=lead,
        version=inquiry.version,
    )
    assert end(inquiry, S.TRIAL_CLOSED, Closing.BY_PHONE, lead).closing_attempt
