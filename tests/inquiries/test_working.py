from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from clinic.models import AuditEvent, OutboxMessage
from clinic.roles import COORDINATORS, LEADS
from tests.factories import make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_member, make_trial
from trials.inquiries.enums import (
    CLOSINGS,
    ENDS,
    REASONS,
    TRANSITIONS,
    Channel,
    Closing,
    InquiryState,
    Outcome,
    QuarantineReason,
    ReceiptStep,
    Visibility,
    may_follow,
)
from trials.inquiries.models import Inquiry, ReceiptStatus
from trials.inquiries.services import (
    RefusedError,
    StaleError,
    add_note,
    adopt_ownerless,
    assign,
    change_state,
    open_inquiry,
    record_attempt,
    release,
)
from trials.inquiries.services.adopting import NobodyError

pytestmark = pytest.mark.django_db
S = InquiryState


def put_in(inquiry: Inquiry, state: InquiryState, actor) -> None:
    """Set a state past the rules, to test what may follow it."""
    closing = CLOSINGS[state][0] if state in ENDS else ""
    Inquiry.objects.filter(pk=inquiry.pk).update(
        state=state,
        assignee=actor,
        closing=closing,
        end_reason=REASONS.get(state, ("",))[0],
        closed_at=timezone.now() if closing else None,
    )
    inquiry.refresh_from_db()


def attempt(inquiry, actor, **overrides):
    inquiry.refresh_from_db()
    arguments = {
        "channel": Channel.PHONE,
        "outcome": Outcome.NO_ANSWER,
        "at": timezone.now(),
        "version": inquiry.version,
        **overrides,
    }
    return record_attempt(inquiry_id=inquiry.pk, actor=actor, **arguments)


def test_change_state__the_server_accepts_exactly_what_the_table_names():
    lead, inquiry = make_user(LEADS), make_inquiry()
    for old in S:
        for new in S:
            put_in(inquiry, old, lead)
            closing = CLOSINGS[new][-1] if new in ENDS else ""
            arguments = {"state": new, "closing": closing, "version": inquiry.version}
            arguments["reason"] = REASONS.get(new, ("",))[-1]
            by_itself = (S.COULD_NOT_REACH, S.DUPLICATE)  # have rules of their own
            allowed = may_follow(old, new, is_lead=True) and new not in by_itself
            if allowed:
                change_state(inquiry_id=inquiry.pk, actor=lead, **arguments)
                assert Inquiry.objects.get().state == new
            else:
                with pytest.raises(RefusedError):
                    change_state(inquiry_id=inquiry.pk, actor=lead, **arguments)
                assert Inquiry.objects.get().state == old


@pytest.mark.parametrize("end", [e for e in ENDS if e in TRANSITIONS[S.NEW]])
def test_change_state__an_end_needs_a_message_or_a_reason(end):
    lead, inquiry = make_user(LEADS), make_inquiry()
    for closing in ("", "because"):
        with pytest.raises(RefusedError):
            change_state(inquiry_id=inquiry.pk, state=end, closing=closing, actor=lead, version=0)


def test_change_state__the_closing_message_needs_an_address():
    lead, inquiry = make_user(LEADS), make_inquiry(answers={"email": ""})
    end = {"state": S.WITHDRAWN, "closing": Closing.MESSAGE, "version": 0}
    with pytest.raises(RefusedError):
        change_state(inquiry_id=inquiry.pk, actor=lead, **end)
    assert not OutboxMessage.objects.filter(template="inquiry_closed").exists()


@pytest.mark.parametrize("end", [S.DIED, S.DO_NOT_CONTACT])
def test_change_state__a_silencing_end_cancels_what_is_queued(end):
    lead, inquiry = make_user(LEADS), make_inquiry()
    assert OutboxMessage.objects.pending().exists()
    change_state(inquiry_id=inquiry.pk, state=end, closing=CLOSINGS[end][0], actor=lead, version=0)
    assert not OutboxMessage.objects.pending().exists()


def test_change_state__two_people_cannot_overwrite_each_other():
    lead, inquiry = make_user(LEADS), make_inquiry()
    change_state(inquiry_id=inquiry.pk, state=S.ATTEMPTING, actor=lead, version=0)
    with pytest.raises(StaleError):
        change_state(inquiry_id=inquiry.pk, state=S.IN_CONVERSATION, actor=lead, version=0)


def test_change_state__could_not_reach_needs_three_attempts_on_both_channels_over_two_weeks():
    lead, inquiry = make_user(LEADS), make_inquiry()
    now = timezone.now()
    Inquiry.objects.update(received_at=now - timedelta(days=20))
    for days, channel in ((16, Channel.PHONE), (10, Channel.TEXT), (1, Channel.PHONE)):
        attempt(inquiry, lead, at=now - timedelta(days=days), channel=channel)

    def give_up():
        inquiry.refresh_from_db()
        change_state(
            inquiry_id=inquiry.pk,
            state=S.COULD_NOT_REACH,
            closing=Closing.MESSAGE,
            actor=lead,
            version=inquiry.version,
        )

    with pytest.raises(RefusedError):
        give_up()
    attempt(inquiry, lead, channel=Channel.EMAIL, outcome=Outcome.SENT)
    give_up()
    assert Inquiry.objects.get().state == S.COULD_NOT_REACH


def test_record_attempt__the_first_one_stops_the_clock_and_moves_the_state():
    lead, inquiry = make_user(LEADS), make_inquiry()
    attempt(inquiry, lead, text=PLANTED["message"])
    inquiry.refresh_from_db()
    assert inquiry.state == S.ATTEMPTING
    assert inquiry.first_attempt_at and not inquiry.awaits_attempt
    assert inquiry.assignee == lead
    assert ReceiptStatus.objects.get().step == ReceiptStep.TRIED
    first = inquiry.first_attempt_at
    attempt(inquiry, lead, outcome=Outcome.SPOKE)
    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.first_attempt_at) == (S.IN_CONVERSATION, first)


def test_record_attempt__in_the_minute_of_receipt_counts_from_the_receipt():
    lead, inquiry = make_user(LEADS), make_inquiry()
    received = timezone.now().replace(second=0, microsecond=0) - timedelta(seconds=20)
    Inquiry.objects.filter(pk=inquiry.pk).update(received_at=received)
    attempt(inquiry, lead, at=received.replace(second=0))
    inquiry.refresh_from_db()
    assert inquiry.first_attempt_at == received


def test_record_attempt__refuses_the_future_and_closed_inquiries():
    lead, inquiry = make_user(LEADS), make_inquiry()
    with pytest.raises(RefusedError):
        attempt(inquiry, lead, at=inquiry.received_at - timedelta(minutes=2))
    with pytest.raises(RefusedError):
        attempt(inquiry, lead, at=timezone.now() + timedelta(hours=1))
    put_in(inquiry, S.SPAM, lead)
    with pytest.raises(RefusedError):
        attempt(inquiry, lead)


def test_assign__only_to_people_who_may_see_it():
    trial = make_trial()
    coordinator, stranger = make_member(trial, COORDINATORS), make_user(COORDINATORS)
    inquiry = make_inquiry(trial=trial)
    with pytest.raises(RefusedError):
        assign(inquiry_id=inquiry.pk, assignee=stranger, actor=coordinator, version=0)
    assign(inquiry_id=inquiry.pk, assignee=coordinator, actor=coordinator, version=0)
    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.assignee) == (S.ASSIGNED, coordinator)


def test_services__refuse_who_may_not_see_the_inquiry():
    stranger, inquiry = make_user(COORDINATORS), make_inquiry(trial=make_trial())
    with pytest.raises(Http404):
        change_state(inquiry_id=inquiry.pk, state=S.ATTEMPTING, actor=stranger, version=0)
    with pytest.raises(Http404):
        add_note(inquiry_id=inquiry.pk, text="x", visibility=Visibility.TEAM, actor=stranger)
    with pytest.raises(Http404):
        open_inquiry(inquiry_id=inquiry.pk, actor=stranger, request=None)


def test_add_note__leads_only_notes_stay_with_leads():
    trial = make_trial()
    lead, coordinator = make_user(LEADS), make_member(trial, COORDINATORS)
    inquiry = make_inquiry(trial=trial)
    add_note(inquiry_id=inquiry.pk, text="for all", visibility=Visibility.TEAM, actor=lead)
    add_note(inquiry_id=inquiry.pk, text="for leads", visibility=Visibility.LEADS, actor=lead)

    def texts(user):
        opened = open_inquiry(inquiry_id=inquiry.pk, actor=user, request=None)
        return [text for _note, text in opened.notes]

    assert texts(lead) == ["for all", "for leads"]
    assert texts(coordinator) == ["for all"]


def test_release__sends_the_confirmation_that_was_held_back():
    lead = make_user(LEADS)
    inquiry = make_inquiry(quarantine_reasons=[QuarantineReason.HONEYPOT])
    release(inquiry_id=inquiry.pk, actor=lead, version=0)
    inquiry.refresh_from_db()
    assert not inquiry.is_quarantined and inquiry.quarantine_reasons == ["honeypot"]
    assert OutboxMessage.objects.filter(template="inquiry_received").exists()


def test_open_inquiry__tells_the_sender_that_a_person_read_it():
    lead, inquiry = make_user(LEADS), make_inquiry()
    open_inquiry(inquiry_id=inquiry.pk, actor=lead, request=None)
    assert ReceiptStatus.objects.get().step == ReceiptStep.READ
    assert AuditEvent.objects.filter(action="inquiry.opened", actor=lead).count() == 1


def test_open_inquiry__fails_when_it_cannot_be_recorded(monkeypatch):
    from trials.inquiries.services import reading

    def fail(**_event):
        raise RuntimeError("audit")

    lead, inquiry = make_user(LEADS), make_inquiry()
    monkeypatch.setattr(reading, "record_event", fail)
    with pytest.raises(RuntimeError):
        open_inquiry(inquiry_id=inquiry.pk, actor=lead, request=None)


def test_adopt_ownerless__gives_them_to_a_lead(as_role):
    lead = make_user(LEADS)
    general, teamless = make_inquiry(), make_inquiry(trial=make_trial())
    trial = make_trial()
    make_member(trial, COORDINATORS)
    with_team = make_inquiry(trial=trial)
    with as_role("worker"):
        assert adopt_ownerless() == 2
        assert adopt_ownerless() == 0
    owners = {inquiry.pk: inquiry.assignee for inquiry in Inquiry.objects.all()}
    assert owners == {general.pk: lead, teamless.pk: lead, with_team.pk: None}


@pytest.mark.parametrize("gone", ["login deactivated", "role taken away"])
def test_adopt_ownerless__takes_over_from_somebody_who_is_gone(as_role, gone):
    lead, trial = make_user(LEADS), make_trial()
    make_member(trial, COORDINATORS)
    owner = make_member(trial, COORDINATORS)
    general, with_team, closed = make_inquiry(), make_inquiry(trial=trial), make_inquiry()
    for inquiry in (general, with_team, closed):
        assign(inquiry_id=inquiry.pk, assignee=owner, actor=lead, version=0)
    change_state(
        inquiry_id=closed.pk,
        state=InquiryState.WITHDRAWN,
        closing=Closing.TOLD,
        actor=lead,
        version=1,
    )
    with as_role("worker"):
        assert adopt_ownerless() == 0
    if gone == "login deactivated":
        owner.is_active = False
        owner.save()
    else:
        owner.groups.clear()
    with as_role("worker"):
        assert adopt_ownerless() == 2
        assert adopt_ownerless() == 0
    owners = {inquiry.pk: inquiry.assignee for inquiry in Inquiry.objects.all()}
    assert owners == {general.pk: lead, with_team.pk: lead, closed.pk: owner}
    event = AuditEvent.objects.filter(action="inquiry.adopted").first()
    assert event.data == {"before": owner.pk, "after": lead.pk}


def test_adopt_ownerless__a_team_of_people_who_are_gone_is_none():
    lead, trial = make_user(LEADS), make_trial()
    make_member(trial, COORDINATORS).groups.clear()
    inquiry = make_inquiry(trial=trial)
    assert adopt_ownerless() == 1
    assert Inquiry.objects.get(pk=inquiry.pk).assignee == lead


def test_audit__holds_ids_and_states_and_nothing_about_people():
    lead, inquiry = make_user(LEADS), make_inquiry()
    attempt(inquiry, lead, text=PLANTED["message"])
    add_note(inquiry_id=inquiry.pk, text=PLANTED["name"], visibility=Visibility.TEAM, actor=lead)
    written = repr(list(AuditEvent.objects.values()))
    assert not [value for value in PLANTED.values() if value in written]


def test_adopt_ownerless__fails_loudly_when_there_is_nobody():
    assert adopt_ownerless() == 0
    make_inquiry()
    with pytest.raises(NobodyError):
        adopt_ownerless()
