from pathlib import Path

import pytest

from trials.inquiries import state_diagram
from trials.inquiries.enums import (
    CLOSINGS,
    ENDS,
    OPEN,
    REOPENED_BY_LEADS,
    STEPS,
    TRANSITIONS,
    Closing,
    InquiryState,
    may_follow,
)

DIAGRAM = Path(__file__).resolve().parents[2] / "docs" / "inquiry-states.md"


def reachable(start: InquiryState) -> set[InquiryState]:
    seen, waiting = {start}, [start]
    while waiting:
        for state in TRANSITIONS[waiting.pop()]:
            if state not in seen:
                seen.add(state)
                waiting.append(state)
    return seen


def test_groups__every_state_is_open_or_enrolled_or_an_end():
    assert {*OPEN, InquiryState.ENROLLED, *ENDS} == set(InquiryState)
    assert not set(OPEN) & set(ENDS)


def test_transitions__every_state_has_a_row_and_none_leads_to_itself():
    assert set(TRANSITIONS) == set(InquiryState)
    assert all(old not in following for old, following in TRANSITIONS.items())


def test_transitions__every_state_can_be_reached_from_new():
    assert reachable(InquiryState.NEW) == set(InquiryState)


@pytest.mark.parametrize("state", OPEN)
def test_transitions__the_sender_can_withdraw_and_ask_for_silence_at_any_time(state):
    assert {InquiryState.WITHDRAWN, InquiryState.DO_NOT_CONTACT} <= set(TRANSITIONS[state])


@pytest.mark.parametrize("end", ENDS)
def test_transitions__an_end_can_be_undone_as_assigned_only(end):
    assert TRANSITIONS[end] == (InquiryState.ASSIGNED,)


@pytest.mark.parametrize("end", REOPENED_BY_LEADS)
def test_may_follow__only_a_lead_undoes_a_silencing_end(end):
    assert may_follow(end, InquiryState.ASSIGNED, is_lead=True)
    assert not may_follow(end, InquiryState.ASSIGNED, is_lead=False)


def test_may_follow__refuses_what_the_table_does_not_name():
    assert not may_follow(InquiryState.NEW, InquiryState.ENROLLED, is_lead=True)
    assert not may_follow(InquiryState.NEW, InquiryState.COULD_NOT_REACH, is_lead=True)


def test_closings__every_end_and_nothing_else_says_how_the_sender_learns_of_it():
    assert set(CLOSINGS) == set(ENDS)
    assert all(CLOSINGS.values())


@pytest.mark.parametrize(
    "end",
    [InquiryState.DIED, InquiryState.DO_NOT_CONTACT, InquiryState.SPAM, InquiryState.DUPLICATE],
)
def test_closings__no_message_to_those_who_must_not_get_one(end):
    assert Closing.MESSAGE not in CLOSINGS[end]


def test_steps__the_sender_sees_one_for_every_state():
    assert set(STEPS) == set(InquiryState)


def test_documentation__shows_the_table_as_it_is_in_code():
    text = DIAGRAM.read_text(encoding="utf-8")
    assert f"```mermaid\n{state_diagram.mermaid()}\n```" in text
    assert state_diagram.ends_table() in text
