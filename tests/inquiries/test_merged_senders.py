"""What senders ask for, urgent words and pauses outlive a merge; erasing and undoing too."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.models import AuditEvent
from clinic.roles import LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_trial
from tests.inquiries.test_applying import NEW, WEEK, asked, receipt_of
from tests.inquiries.test_planted_data import found_in
from trials.inquiries import services
from trials.inquiries.access_log import accesses, events_about
from trials.inquiries.enums import DraftKind, InquiryState, ReceiptStep, Visibility
from trials.inquiries.lookup import index_submissions
from trials.inquiries.models import Inquiry, LookupToken, Note, NoteDraft, SenderRequest, Submission
from trials.inquiries.sender_enums import IdentityCheck, PauseReason, RequestKind, RequestOutcome
from trials.inquiries.timeline import timeline

pytestmark = pytest.mark.django_db
INBOX = "/admin/inquiries/"


@pytest.fixture
def lead(db):
    make_home_page()
    return make_user(LEADS)


@pytest.fixture
def earlier(lead):
    made = make_inquiry(trial=make_trial())
    Inquiry.objects.filter(pk=made.pk).update(received_at=made.received_at - timedelta(days=1))
    return fresh(made)


@pytest.fixture
def later(earlier):
    return make_inquiry(trial=make_trial(), answers={"message": "It is me again."})


@pytest.fixture
def work(as_role):
    """Let the worker work, as it may, at some time after now."""

    def run(after=timedelta()):
        with as_role("worker"):
            return services.work_off_requests(timezone.now() + after)

    return run


def fresh(inquiry):
    return Inquiry.objects.get(pk=inquiry.pk)


def join(kept, merged, actor):
    versions = {"kept_version": fresh(kept).version, "merged_version": fresh(merged).version}
    services.merge(kept_id=kept.pk, merged_id=merged.pk, actor=actor, **versions)
    return fresh(kept), fresh(merged)


def part(merged, actor):
    services.undo_merge(merged_id=merged.pk, version=fresh(merged).version, actor=actor)


def waits(inquiry):
    return set(inquiry.pauses.filter(ended_at=None).values_list("reason", flat=True))


class TestRequests:
    def test_on_the_page_of_the_merged_one_are_about_the_one_that_goes_on(
        self, earlier, later, lead, work
    ):
        join(earlier, later, lead)
        asked(later, RequestKind.WISHES, answers={"contact_when": "after six"})
        work()
        assert fresh(earlier).open_answers()["contact_when"] == "after six"
        assert earlier.submissions.count() == 2 and later.submissions.count() == 1

    def test_of_both_are_listed_and_opened_with_the_one_that_goes_on(
        self, earlier, later, lead, client
    ):
        asked(earlier, RequestKind.NOTE, answers={"message": "First note"})
        asked(later, RequestKind.CONTACT, answers={"email": NEW})
        join(earlier, later, lead)
        client.force_login(lead)
        [row] = client.get(INBOX, {"show": "asked"}).context["rows"]
        assert row[0] == earlier and sorted(row[1].requests) == ["A note", "Other contact data"]
        page = client.get(f"{INBOX}{earlier.pk}/").text
        assert "First note" in page and NEW in page and "Use the new contact data" in page
        merged_page = client.get(f"{INBOX}{later.pk}/").text
        assert NEW in merged_page and "Use the new contact data" not in merged_page

    def test_new_contact_of_the_merged_one_is_confirmed_with_the_other(
        self, earlier, later, lead, work
    ):
        row = asked(later, RequestKind.CONTACT, answers={"email": NEW})
        work()
        join(earlier, later, lead)
        arguments = {"sender_request": row.pk, "identity": IdentityCheck.CALLED_BACK, "actor": lead}
        with pytest.raises(services.RefusedError):
            services.confirm_contact(inquiry_id=later.pk, version=fresh(later).version, **arguments)
        services.confirm_contact(inquiry_id=earlier.pk, version=fresh(earlier).version, **arguments)
        assert fresh(earlier).open_answers()["email"] == NEW

    def test_a_newer_contact_replaces_one_of_the_other_page(self, earlier, later, lead, work):
        first = asked(earlier, RequestKind.CONTACT, answers={"email": "first@example.org"})
        join(earlier, later, lead)
        asked(later, RequestKind.CONTACT, answers={"email": NEW})
        work()
        first.refresh_from_db()
        assert first.outcome == RequestOutcome.SUPERSEDED

    def test_a_withdrawal_by_the_old_link_closes_the_one_that_goes_on(
        self, earlier, later, lead, work
    ):
        join(earlier, later, lead)
        asked(later, RequestKind.WITHDRAW)
        work()
        assert waits(earlier) == {PauseReason.ASKED_TO_STOP}
        work(WEEK)
        assert fresh(earlier).state == InquiryState.WITHDRAWN
        assert fresh(later).state == InquiryState.DUPLICATE
        assert receipt_of(later).step == receipt_of(earlier).step == ReceiptStep.CLOSED

    def test_an_undo_by_the_old_link_lets_the_clock_go_on(self, earlier, later, lead, work):
        row = asked(later, RequestKind.WITHDRAW)
        work()
        join(earlier, later, lead)
        assert waits(earlier) == {PauseReason.ASKED_TO_STOP} and waits(later) == set()
        asked(later, RequestKind.UNDO, about=row.pk)
        work()
        assert waits(earlier) == set() and fresh(earlier).clock_paused_at is None

    def test_are_in_the_timeline_with_the_reference_they_came_by(self, earlier, later, lead):
        asked(later, RequestKind.WITHDRAW)
        join(earlier, later, lead)
        opened = services.open_inquiry(inquiry_id=earlier.pk, actor=lead, request=None)
        [entry] = [e for e in timeline(opened, lead) if e.title == "Wants to withdraw"]
        assert (entry.who, entry.reference) == ("The sender", later.reference)


class TestClockAndUrgency:
    def test_pause_is_carried_over_and_goes_back_with_the_undo(
        self, earlier, later, lead, work, as_role
    ):
        asked(later, RequestKind.ERASE)
        work()
        with as_role("staff"):
            join(earlier, later, lead)
        assert fresh(earlier).clock_paused_at and fresh(later).clock_paused_at is None
        with as_role("staff"):
            part(later, lead)
        assert waits(later) == {PauseReason.ASKED_TO_STOP} and waits(earlier) == set()
        assert fresh(later).clock_paused_at and fresh(earlier).clock_paused_at is None

    def test_undo_leaves_the_pause_of_the_earlier_one_that_asked_itself(
        self, earlier, later, lead, work
    ):
        asked(earlier, RequestKind.WITHDRAW)
        work()
        join(earlier, later, lead)
        part(later, lead)
        assert waits(earlier) == {PauseReason.ASKED_TO_STOP} and waits(later) == set()

    def test_unusable_contact_is_asked_for_on_both_pages(self, earlier, later, lead, work):
        services.ask_for_contact(inquiry_id=later.pk, actor=lead, version=later.version)
        join(earlier, later, lead)
        assert receipt_of(earlier).needs_contact and receipt_of(later).needs_contact
        asked(later, RequestKind.CONTACT, answers={"phone": "415 555 0170"})
        work()
        assert waits(earlier) == set() and not receipt_of(earlier).needs_contact

    def test_urgent_words_are_carried_over_and_dealt_with_once(self, earlier, lead):
        urgent = make_inquiry(is_urgent=True)
        kept, merged = join(earlier, urgent, lead)
        assert kept.urgent_at and set(Inquiry.objects.urgent()) == {kept}
        services.handle_urgency(inquiry_id=kept.pk, actor=lead, version=kept.version)
        part(merged, lead)
        assert not Inquiry.objects.urgent().exists()

    def test_urgent_words_sent_by_the_old_form_mark_the_one_that_goes_on(
        self, earlier, later, lead
    ):
        join(earlier, later, lead)
        make_inquiry(inquiry_id=later.pk, answers={"message": "now"}, is_urgent=True)
        index_submissions()
        assert fresh(earlier).urgent_at


class TestErasing:
    def test_of_either_erases_both_and_the_drafts(self, earlier, later, lead, as_role):
        for one in (earlier, later):
            services.add_note(
                inquiry_id=one.pk, text="Called", visibility=Visibility.TEAM, actor=lead
            )
        join(earlier, later, lead)
        for one in (earlier, later):
            services.save_draft(
                inquiry_id=one.pk, kind=DraftKind.NOTE, text="half a note", user=lead
            )
        index_submissions()
        with as_role("worker"):
            assert services.erase(inquiry_id=later.pk, why="test")
            assert not services.erase(inquiry_id=earlier.pk, why="test")
        for model in (Submission, Note, NoteDraft, LookupToken):
            assert not model.objects.exists(), model
        assert fresh(earlier).erased_at and fresh(later).erased_at
        assert fresh(later).state == InquiryState.DUPLICATE
        assert receipt_of(earlier).step == receipt_of(later).step == ReceiptStep.ERASED
        assert AuditEvent.objects.filter(action="inquiry.erased").count() == 2

    def test_asked_for_by_the_old_link_empties_the_requests_of_both(
        self, earlier, later, lead, work
    ):
        asked(earlier, RequestKind.NOTE, answers={"message": PLANTED["message"]})
        join(earlier, later, lead)
        asked(later, RequestKind.ERASE)
        work()
        work(WEEK)
        assert fresh(earlier).erased_at
        assert {bytes(row.blob) for row in SenderRequest.objects.all()} == {b""}
        assert not SenderRequest.objects.filter(settled_at=None).exists()

    def test_of_what_was_pre_screened_before_the_merge_waits_for_a_lead(
        self, earlier, later, lead, work
    ):
        Inquiry.objects.filter(pk=later.pk).update(pre_screened_at=timezone.now())
        join(earlier, later, lead)
        assert receipt_of(earlier).is_pre_screened
        asked(earlier, RequestKind.ERASE)
        work()
        work(WEEK)
        assert fresh(earlier).erased_at is None
        assert SenderRequest.objects.get().outcome == RequestOutcome.FOR_DECISION

    def test_leaves_nothing_to_write_on_merge_or_part(self, earlier, later, lead, client):
        other = make_inquiry()
        join(earlier, later, lead)
        services.erase(inquiry_id=earlier.pk, why="test")
        with pytest.raises(services.RefusedError):
            services.add_note(
                inquiry_id=earlier.pk, text="x", visibility=Visibility.TEAM, actor=lead
            )
        with pytest.raises(services.RefusedError):
            join(earlier, other, lead)
        with pytest.raises(services.RefusedError):
            part(later, lead)
        client.force_login(lead)
        draft = {"kind": "note", "text": PLANTED["message"]}
        assert client.post(f"{INBOX}{earlier.pk}/draft/", draft).status_code == 404
        assert not NoteDraft.objects.exists()
        page = client.get(f"{INBOX}{earlier.pk}/").text
        assert "Add note" not in page and "Next state" not in page and found_in(page) == []


class TestInbox:
    def test_bulk_leaves_out_whose_sender_wants_to_stop(self, earlier, later, lead):
        asked(later, RequestKind.WITHDRAW)
        asked(earlier, RequestKind.NOTE, answers={"message": "Hello"})
        chosen = [(one.pk, fresh(one).version) for one in (earlier, later)]
        result = services.bulk_assign(chosen=chosen, assignee=lead, actor=lead)
        assert result.assigned == [earlier.reference]
        assert [reference for reference, _why in result.refused] == [later.reference]
        assert fresh(later).assignee is None

    def test_bulk_leaves_out_what_a_merged_sender_wants_to_stop(self, earlier, later, lead):
        kept, _merged = join(earlier, later, lead)
        asked(later, RequestKind.ERASE)
        result = services.bulk_assign(chosen=[(kept.pk, kept.version)], assignee=lead, actor=lead)
        assert result.assigned == [] and len(result.refused) == 1

    def test_row_says_how_to_reach_safely_and_that_it_is_erased(self, lead, client):
        make_inquiry(answers={"may_leave_message": "no", "phone": "415 555 0170"})
        stone = make_inquiry()
        services.erase(inquiry_id=stone.pk, why="test")
        client.force_login(lead)
        page = client.get(INBOX, {"show": "all"}).text
        assert "Leave no message on the phone." in page
        assert "<em>Erased</em>" in page and "Cannot be read" not in page

    def test_list_of_merged_senders_costs_no_query_for_each(self, lead, client):
        client.force_login(lead)

        def cost():
            with CaptureQueriesContext(connection) as queries:
                assert client.get(INBOX).status_code == 200
            return len([one for one in queries if "SAVEPOINT" not in one["sql"]])

        def three():
            for _number in range(3):
                first, second = make_inquiry(), make_inquiry()
                asked(second, RequestKind.CONTACT, answers={"email": NEW})
                join(first, second, lead)

        three()
        cost()
        few = cost()
        three()
        assert cost() == few <= 20


def test_who_saw_it__counts_the_looks_at_what_it_was_merged_with(earlier, later, lead):
    services.open_inquiry(inquiry_id=later.pk, actor=lead, request=None)
    join(earlier, later, lead)
    services.open_inquiry(inquiry_id=earlier.pk, actor=lead, request=None)
    for one in (earlier, later):
        looks = [a.what for a in accesses(events_about(fresh(one)))]
        assert looks.count("Opened") == 2 and "Merged into another inquiry" in looks
