"""One list of all that happened with an inquiry."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.models import OutboxMessage
from clinic.roles import COORDINATORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import make_inquiry, make_member, make_trial
from trials.inquiries.enums import Channel, InquiryState, Outcome, Visibility
from trials.inquiries.models import Inquiry
from trials.inquiries.sender_enums import IdentityCheck
from trials.inquiries.services import (
    add_note,
    ask_for_contact,
    assign,
    change_state,
    go_on,
    handle_urgency,
    open_inquiry,
    record_attempt,
    renew_link,
    set_next_action,
)
from trials.inquiries.timeline import timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial():
    return make_trial()


@pytest.fixture
def coordinator(trial):
    return make_member(trial, COORDINATORS)


@pytest.fixture
def worked(trial, coordinator):
    """An inquiry with which everything happened once."""
    lead = make_user(LEADS)
    inquiry = make_inquiry(trial=trial)
    Inquiry.objects.update(received_at=timezone.now() - timedelta(days=1))
    shared = {"inquiry_id": inquiry.pk, "actor": coordinator}
    assign(assignee=coordinator, version=0, **shared)
    record_attempt(
        channel=Channel.PHONE,
        outcome=Outcome.SPOKE,
        at=timezone.now(),
        text="Has many questions",
        version=1,
        **shared,
    )
    add_note(text="Prefers mornings", visibility=Visibility.TEAM, **shared)
    add_note(inquiry_id=inquiry.pk, text="Between us", visibility=Visibility.LEADS, actor=lead)
    set_next_action(day=timezone.localdate(), version=2, **shared)
    change_state(
        state=InquiryState.NOT_ELIGIBLE, reason="age", closing="message", version=3, **shared
    )
    return inquiry


def entries(inquiry, reader):
    return timeline(open_inquiry(inquiry_id=inquiry.pk, actor=reader, request=None), reader)


def test_everything__is_there_in_its_order(worked, coordinator):
    found = entries(worked, coordinator)
    titles = " | ".join(entry.title for entry in found)
    for words in (
        "The form was sent",
        f"Assigned to {coordinator.email}",
        "Attempt: Phone, Spoke with the sender",
        "Note (Everyone",
        "Next action: ",
        "In conversation → Not eligible. Age. Send the closing message",
        "Confirmation (Sender of the inquiry): waits to be sent",
        "Closing message (Sender of the inquiry): waits to be sent",
    ):
        assert words in titles, words
    assert {"Has many questions", "Prefers mornings"} <= {entry.text for entry in found}
    assert [entry.at for entry in found] == sorted(entry.at for entry in found)


def test_messages__say_how_they_stand(worked, coordinator):
    now = timezone.now()
    states = {"sent": "sent_at", "given up": "dead_at", "cancelled": "cancelled_at"}
    for words, field in states.items():
        OutboxMessage.objects.update(sent_at=None, dead_at=None, cancelled_at=None)
        OutboxMessage.objects.update(**{field: now})
        titles = [entry.title for entry in entries(worked, coordinator)]
        assert f"Closing message (Sender of the inquiry): {words}" in titles


def test_looks_and_notes_of_leads__are_for_leads(worked, coordinator):
    lead = make_user(LEADS)
    entries(worked, lead)
    seen = entries(worked, coordinator)
    assert not any(entry.is_look for entry in seen)
    assert "Between us" not in {entry.text for entry in seen}
    told = entries(worked, lead)
    assert {lead.email, coordinator.email} <= {entry.who for entry in told if entry.is_look}
    assert "Between us" in {entry.text for entry in told}


def test_page__is_one_list_with_times(client, worked, coordinator):
    make_home_page()
    client.force_login(coordinator)
    page = client.get(f"/admin/inquiries/{worked.pk}/").content.decode()
    assert page.count('<ol class="inquiry__timeline" aria-labelledby="timeline-title">') == 1
    assert "<time datetime=" in page and "Prefers mornings" in page


def test_what_staff_did_for_the_sender__is_in_it(trial, coordinator):
    inquiry = make_inquiry(trial=trial, is_urgent=True)
    shared = {"inquiry_id": inquiry.pk, "actor": coordinator}
    ask_for_contact(version=0, **shared)
    go_on(version=1, **shared)
    handle_urgency(version=2, **shared)
    renew_link(version=3, identity=IdentityCheck.IN_PERSON, **shared)
    opened = open_inquiry(inquiry_id=inquiry.pk, actor=coordinator, request=None)
    by_her = [entry.title for entry in timeline(opened, coordinator) if entry.who]
    assert by_her == [
        "The contact data cannot be used",
        "The clock goes on",
        "Urgent words dealt with",
        "A new link was given",
    ]
