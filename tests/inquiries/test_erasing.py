"""Erasing: nothing that was told to us stays, all that reports count does."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from clinic.models import AuditEvent, OutboxMessage
from clinic.outbox import send_next
from clinic.roles import LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_trial
from tests.inquiries.private_page import address_of
from tests.inquiries.test_applying import WEEK, asked
from tests.inquiries.test_planted_data import found_in
from trials.inquiries import services
from trials.inquiries.enums import Channel, Closing, InquiryState, Outcome, Visibility
from trials.inquiries.lookup import index_submissions, search
from trials.inquiries.models import (
    Attempt,
    Inquiry,
    LookupToken,
    Note,
    ReceiptStatus,
    SenderRequest,
    Submission,
)
from trials.inquiries.sender_enums import KeepReason, RequestKind, RequestOutcome
from trials.inquiries.services import erasing
from trials.inquiries.services.changing import save
from trials.inquiries.services.erasing import decide_to_erase

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(db):
    make_home_page()
    return make_user(LEADS)


@pytest.fixture
def worked_on(lead):
    """An inquiry with a correction, notes, an attempt with its note, requests and tokens."""
    inquiry = make_inquiry(trial=make_trial(), is_urgent=True)
    make_inquiry(inquiry_id=inquiry.pk, answers={"phone": "415 555 0143"})
    asked(inquiry, RequestKind.NOTE, answers={"message": PLANTED["message"]})
    index_submissions()
    shared = {"inquiry_id": inquiry.pk, "actor": lead}
    services.add_note(text="Call after six", visibility=Visibility.TEAM, **shared)
    services.record_attempt(
        channel=Channel.PHONE,
        outcome=Outcome.SPOKE,
        at=timezone.now(),
        text="Spoke with her",
        version=Inquiry.objects.get().version,
        **shared,
    )
    return Inquiry.objects.get()


def test_erase__leaves_the_tombstone_alone(worked_on, as_role):
    assert Note.objects.count() == 2 and LookupToken.objects.exists()
    with as_role("worker"):
        assert services.erase(inquiry_id=worked_on.pk, why="test")
        assert not services.erase(inquiry_id=worked_on.pk, why="test")
    for model in (Submission, Note, LookupToken):
        assert not model.objects.exists()
    assert not OutboxMessage.objects.for_subject("inquiry", worked_on.pk).exists()
    assert {bytes(row.blob) for row in SenderRequest.objects.all()} == {b""}
    stone = Inquiry.objects.get()
    kept = ("received_at", "reply_due_at", "first_attempt_at", "language", "source", "origin")
    assert [getattr(stone, name) for name in kept] == [getattr(worked_on, name) for name in kept]
    assert stone.trials.count() == 1 and Attempt.objects.count() == 1
    assert (stone.state, stone.closing) == (InquiryState.WITHDRAWN, Closing.BY_SENDER)
    assert stone.erased_at and stone.urgent_at is None
    assert AuditEvent.objects.get(action="inquiry.erased").data == {"why": "test", "rows": 4}


def test_erase__leaves_an_end_as_it_was(worked_on, lead):
    services.change_state(
        inquiry_id=worked_on.pk,
        state=InquiryState.NOT_ELIGIBLE,
        closing="told",
        reason="age",
        actor=lead,
        version=worked_on.version,
    )
    services.erase(inquiry_id=worked_on.pk, why="retention")
    assert Inquiry.objects.get().state == InquiryState.NOT_ELIGIBLE


def test_erased__is_found_by_nothing_and_no_mail_goes_out(worked_on):
    services.erase(inquiry_id=worked_on.pk, why="test")
    assert not search(Inquiry.objects.all(), PLANTED["email"]).exists()
    while send_next():
        pass
    assert PLANTED["email"] not in [address for sent in mail.outbox for address in sent.to]


def test_erased__no_sealed_byte_stays_in_any_table(worked_on):
    blobs = [bytes(row.blob).hex() for model in (Submission, Note) for row in model.objects.all()]
    blobs += [bytes(row.blob).hex() for row in SenderRequest.objects.all()]
    services.erase(inquiry_id=worked_on.pk, why="test")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows = "\n".join(row for (row,) in cursor.fetchall())
            assert not [blob for blob in blobs if blob in re.sub(r"[\\x]", "", rows)], table
            assert found_in(rows) == [], table


def test_erased__can_be_looked_at_and_nothing_can_be_done(worked_on, lead, client):
    services.erase(inquiry_id=worked_on.pk, why="test")
    client.force_login(lead)
    page = client.get(f"/admin/inquiries/{worked_on.pk}/")
    assert page.status_code == 200 and "What is left says nothing" in page.text
    assert "Cannot be read" not in page.text
    assert "Erased" in client.get("/admin/inquiries/?show=closed").text
    version = Inquiry.objects.get().version
    with pytest.raises(services.RefusedError, match="was erased"):
        services.change_state(
            inquiry_id=worked_on.pk, state=InquiryState.ASSIGNED, actor=lead, version=version
        )


def test_erased__the_private_page_says_so_and_offers_nothing(worked_on, client):
    services.erase(inquiry_id=worked_on.pk, why="test")
    page = client.get(address_of(worked_on)).text
    assert "What you sent us is erased" in page
    assert "What you can do here" not in page


def row_inquiry():
    return Inquiry.objects.get()


def test_two_with_one_reference__only_the_requests_of_one_are_emptied(lead):
    first, second = make_inquiry(), make_inquiry()
    for inquiry in (first, second):
        asked(inquiry, RequestKind.NOTE, answers={"message": PLANTED["message"]})
    Inquiry.objects.update(reference=first.reference)
    ReceiptStatus.objects.update(reference=first.reference)
    services.erase(inquiry_id=first.pk, why="test")
    assert sorted(bool(bytes(row.blob)) for row in SenderRequest.objects.all()) == [False, True]


class TestDecision:
    @pytest.fixture
    def row(self, lead):
        inquiry = make_inquiry()
        inquiry.pre_screened_at = timezone.now()
        save(inquiry)
        row = asked(inquiry, RequestKind.ERASE)
        services.work_off_requests()
        return row

    def decide(self, row, actor, keep_reason=""):
        inquiry = Inquiry.objects.get()
        services.decide_erasure(
            inquiry_id=inquiry.pk,
            sender_request=row.pk,
            keep_reason=keep_reason,
            actor=actor,
            version=inquiry.version,
        )

    def test_is_not_made_while_the_sender_can_take_it_back(self, row, lead):
        with pytest.raises(services.RefusedError, match="still take this back"):
            self.decide(row, lead)

    def test_keeps_for_a_reason_that_the_page_tells(self, row, lead, client):
        services.work_off_requests(timezone.now() + WEEK)
        self.decide(row, lead, KeepReason.STUDY_RECORDS)
        row.refresh_from_db()
        assert row.outcome == RequestOutcome.KEPT
        assert Submission.objects.exists()
        page = client.get(address_of(Inquiry.objects.get())).text
        assert "the law makes us keep study records" in page

    def test_to_keep_is_a_hold_that_time_does_not_end(self, row, lead):
        services.work_off_requests(timezone.now() + WEEK)
        self.decide(row, lead, KeepReason.LEGAL_CLAIM)
        hold = Inquiry.objects.get().holds.get()
        assert (hold.reason, hold.until, hold.placed_by) == ("legal_claim", None, lead)

    def test_is_carried_out_by_the_worker(self, row, lead, as_role):
        services.work_off_requests(timezone.now() + WEEK)
        with as_role("staff"):
            self.decide(row, lead)
        assert Inquiry.objects.get().erased_at is None and Submission.objects.exists()
        decided = AuditEvent.objects.get(action="inquiry.erasure_decided")
        assert (decided.actor, decided.data) == (lead, {"why": "sender"})
        with as_role("worker"):
            assert services.carry_out_erasures() == 1
            assert services.carry_out_erasures() == 0
        assert Inquiry.objects.get().erased_at and not Submission.objects.exists()
        row.refresh_from_db()
        assert row.outcome == RequestOutcome.APPLIED

    def test_hides_at_once_what_was_told(self, row, lead, client):
        services.add_note(
            inquiry_id=row_inquiry().pk, text="Call after six", visibility="team", actor=lead
        )
        index_submissions()
        services.work_off_requests(timezone.now() + WEEK)
        self.decide(row, lead)
        inquiry = row_inquiry()
        client.force_login(lead)
        page = client.get(f"/admin/inquiries/{inquiry.pk}/").text
        listed = client.get("/admin/inquiries/?show=closed").text
        found = client.post("/admin/inquiries/", {"q": inquiry.reference}).text
        searched = client.post("/admin/inquiries/", {"q": PLANTED["phone"]}).text
        assert "as a rule within five minutes" in page and "Being erased" in listed
        for text in (page, listed, found):
            assert PLANTED["name"] not in text and PLANTED["message"] not in text
            assert "Call after six" not in text
        assert inquiry.reference in found and inquiry.reference not in searched
        own = client.get(address_of(inquiry)).text
        assert "We are erasing what you sent us" in own and "What you can do here" not in own
        with pytest.raises(services.RefusedError, match="erased"):
            services.add_note(inquiry_id=inquiry.pk, text="x", visibility="team", actor=lead)
        assert not OutboxMessage.objects.pending().exists()

    def test_one_that_fails_holds_up_no_other(self, row, lead, monkeypatch):
        other = make_inquiry()
        decide_to_erase(inquiry=other, actor=lead, why="sender")
        decide_to_erase(inquiry=Inquiry.objects.exclude(pk=other.pk).get(), actor=lead, why="x")
        real = erasing.erase

        def erase(*, inquiry_id, **more):
            if inquiry_id != other.pk:
                raise RuntimeError
            return real(inquiry_id=inquiry_id, **more)

        monkeypatch.setattr(erasing, "erase", erase)
        with pytest.raises(erasing.ErasingFailedError, match="1 inquiries could"):
            services.carry_out_erasures()
        assert Inquiry.objects.get(pk=other.pk).erased_at

    def test_is_a_leads(self, row, lead):
        services.work_off_requests(timezone.now() + WEEK)
        coordinator = make_user("Trial coordinators")
        Inquiry.objects.update(assignee=coordinator)
        with pytest.raises(services.RefusedError, match="Only a lead"):
            self.decide(row, coordinator)

    def test_is_made_on_the_page_of_the_inquiry(self, row, lead, client):
        services.work_off_requests(timezone.now() + WEEK)
        inquiry = Inquiry.objects.get()
        client.force_login(lead)
        address = f"/admin/inquiries/{inquiry.pk}/"
        assert "Decide by the rules of retention" in client.get(address).text
        inquiry.refresh_from_db()
        data = {"version": inquiry.version, "sender_request": row.pk, "keep_reason": "erase"}
        assert client.post(f"{address}erasure/", data).status_code == 302
        assert Inquiry.objects.get().erasure_decided_at
