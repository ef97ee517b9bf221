"""Ends: the reason, the closing message and what the database itself refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.models import AuditEvent
from clinic.roles import LEADS
from tests.factories import make_user
from tests.inquiries.factories import make_inquiry
from trials.inquiries.enums import (
    REASONS,
    TRANSITIONS,
    Channel,
    Closing,
    EndReason,
    InquiryState,
    Outcome,
)
from trials.inquiries.models import Inquiry
from trials.inquiries.services import RefusedError, change_state, record_attempt
from trials.inquiries.staff_forms import StateForm

pytestmark = pytest.mark.django_db
S = InquiryState


@pytest.fixture
def lead():
    return make_user(LEADS)


@pytest.fixture
def inquiry(lead):
    """An inquiry in conversation, received a while ago."""
    made = make_inquiry()
    Inquiry.objects.filter(pk=made.pk).update(
        received_at=timezone.now() - timedelta(days=20), state=S.IN_CONVERSATION, assignee=lead
    )
    made.refresh_from_db()
    return made


def end(inquiry, lead, state=S.NOT_INTERESTED, closing=Closing.TOLD, reason=EndReason.TRAVEL):
    inquiry.refresh_from_db()
    return change_state(
        inquiry_id=inquiry.pk,
        state=state,
        closing=closing,
        reason=reason,
        actor=lead,
        version=inquiry.version,
    )


def attempt(inquiry, lead, channel, outcome, days_ago=0):
    inquiry.refresh_from_db()
    return record_attempt(
        inquiry_id=inquiry.pk,
        channel=channel,
        outcome=outcome,
        at=timezone.now() - timedelta(days=days_ago),
        actor=lead,
        version=inquiry.version,
    )


@pytest.mark.parametrize("state", [s for s in REASONS if s in TRANSITIONS[S.IN_CONVERSATION]])
@pytest.mark.parametrize("reason", ["", "nonsense", EndReason.NOT_RECORDED])
def test_end__needs_one_of_its_reasons(inquiry, lead, state, reason):
    with pytest.raises(RefusedError):
        end(inquiry, lead, state, reason=reason)
    assert end(inquiry, lead, state, reason=REASONS[state][0]).end_reason == REASONS[state][0]


def test_end__the_reason_of_another_end_does_not_do(inquiry, lead):
    with pytest.raises(RefusedError):
        end(inquiry, lead, S.NOT_ELIGIBLE, reason=EndReason.TRAVEL)


def test_end__its_reason_is_audited_and_goes_when_it_is_undone(inquiry, lead):
    end(inquiry, lead)
    event = AuditEvent.objects.get(action="inquiry.state_changed")
    assert event.data["reason"] == EndReason.TRAVEL
    end(inquiry, lead, S.ASSIGNED, closing="", reason="")
    inquiry.refresh_from_db()
    assert (inquiry.end_reason, inquiry.closing) == ("", "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": S.NOT_ELIGIBLE, "end_reason": ""},
        {"state": S.NOT_ELIGIBLE, "end_reason": EndReason.TRAVEL},
        {"state": S.WITHDRAWN, "end_reason": EndReason.TRAVEL},
        {"state": S.WITHDRAWN, "closing": Closing.BY_PHONE},
    ],
)
def test_database__refuses_ends_without_their_reason_or_call(inquiry, wrong):
    fields = {"closing": Closing.TOLD, "closed_at": timezone.now(), **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        Inquiry.objects.filter(pk=inquiry.pk).update(**fields)


@pytest.mark.parametrize(
    ("closing", "channel", "outcome"),
    [
        (Closing.BY_PHONE, Channel.PHONE, Outcome.SPOKE),
        (Closing.BY_LETTER, Channel.LETTER, Outcome.SENT),
    ],
)
def test_recorded_call_or_letter__is_the_closing_message(inquiry, lead, closing, channel, outcome):
    with pytest.raises(RefusedError):
        end(inquiry, lead, closing=closing)
    attempt(inquiry, lead, channel, Outcome.NO_ANSWER)
    with pytest.raises(RefusedError):
        end(inquiry, lead, closing=closing)
    attempt(inquiry, lead, channel, outcome, days_ago=1)
    newest = attempt(inquiry, lead, channel, outcome)
    assert end(inquiry, lead, closing=closing).closing_attempt == newest


def test_form__offers_a_call_only_when_one_is_recorded_and_never_a_duplicate(inquiry, lead):
    def offered(field):
        form = StateForm(inquiry=Inquiry.objects.get(pk=inquiry.pk), user=lead)
        return [value for value, _label in form.fields[field].choices]

    assert Closing.BY_PHONE not in offered("closing")
    assert S.DUPLICATE not in offered("ending") and S.NOT_ELIGIBLE in offered("ending")
    attempt(inquiry, lead, Channel.PHONE, Outcome.SPOKE)
    assert Closing.BY_PHONE in offered("closing")


def test_duplicate__ends_only_by_a_merge(inquiry, lead):
    with pytest.raises(RefusedError, match="Merge"):
        end(inquiry, lead, S.DUPLICATE, closing=Closing.OTHER_INQUIRY, reason="")


def test_could_not_reach__the_refusal_says_what_is_missing(inquiry, lead):
    attempt(inquiry, lead, Channel.PHONE, Outcome.NO_ANSWER, days_ago=3)
    with pytest.raises(RefusedError, match="2 more attempts") as refusal:
        end(inquiry, lead, S.COULD_NOT_REACH, reason="")
    assert "by email" in str(refusal.value) and "possible from" in str(refusal.value)
