"""Two inquiries of one person become one, with nothing lost."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.models import AuditEvent
from clinic.roles import COORDINATORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_member, make_trial
from trials.inquiries.duplicates import duplicates_of
from trials.inquiries.enums import Channel, Closing, InquiryState, Outcome, ReceiptStep, Visibility
from trials.inquiries.lookup import index_submissions
from trials.inquiries.models import Inquiry, InquiryTrial, ReceiptStatus
from trials.inquiries.services import (
    RefusedError,
    StaleError,
    add_note,
    change_state,
    merge,
    open_inquiry,
    record_attempt,
    undo_merge,
)
from trials.inquiries.tokens import receipt_hash, receipt_token

pytestmark = pytest.mark.django_db
S = InquiryState


@pytest.fixture
def lead():
    return make_user(LEADS)


@pytest.fixture
def earlier():
    made = make_inquiry(trial=make_trial())
    Inquiry.objects.filter(pk=made.pk).update(received_at=made.received_at - timedelta(days=2))
    made.refresh_from_db()
    return made


@pytest.fixture
def later(earlier):
    return make_inquiry(trial=make_trial(), answers={"message": "It is me again."})


def join(kept, merged, actor, **versions):
    kept.refresh_from_db()
    merged.refresh_from_db()
    return merge(
        kept_id=kept.pk,
        merged_id=merged.pk,
        actor=actor,
        **{"kept_version": kept.version, "merged_version": merged.version, **versions},
    )


def step_of(inquiry):
    token = receipt_token(inquiry.pk, inquiry.receipt_renewal)
    return ReceiptStatus.objects.get(token_hash=receipt_hash(token)).step


def written(opened):
    """Return all that an open inquiry shows: what was sent, noted and tried."""
    return (
        sorted(str(sent.answers["message"]) for sent in opened.submissions),
        sorted(text for _note, text in opened.notes),
        sorted(text for _attempt, text in opened.attempts),
    )


def look(inquiry, actor):
    return open_inquiry(inquiry_id=inquiry.pk, actor=actor, request=None)


def test_merge__the_later_one_ends_as_a_duplicate_and_points_to_the_other(lead, earlier, later):
    kept = join(earlier, later, lead)
    later.refresh_from_db()
    assert (later.state, later.closing) == (S.DUPLICATE, Closing.OTHER_INQUIRY)
    assert later.merged_into == kept == earlier
    events = AuditEvent.objects.filter(actor=lead.pk, object_type="inquiry")
    assert events.get(action="inquiry.merged").data == {"merged": str(later.pk)}
    assert events.get(action="inquiry.merged_away").data == {"into": str(earlier.pk)}


def test_merge__somebody_looks_at_what_nobody_answered(lead, earlier, later):
    join(earlier, later, lead)
    earlier.refresh_from_db()
    assert earlier.next_action_on == timezone.localdate()


def test_merge__both_teams_see_the_one_that_goes_on(lead, earlier, later):
    member = make_member(later.trials.get(), COORDINATORS)
    assert not Inquiry.objects.visible_to(member).filter(pk=earlier.pk).exists()
    join(earlier, later, lead)
    assert set(Inquiry.objects.visible_to(member)) == {earlier, later}
    undo_merge(merged_id=later.pk, version=1, actor=lead)
    assert set(Inquiry.objects.visible_to(member)) == {later}


def test_merge__its_receipt_goes_on_with_the_step_of_the_other(lead, earlier, later):
    join(earlier, later, lead)
    assert step_of(later) == step_of(earlier) == ReceiptStep.RECEIVED
    earlier.refresh_from_db()
    change_state(
        inquiry_id=earlier.pk, state=S.IN_CONVERSATION, actor=lead, version=earlier.version
    )
    assert step_of(later) == step_of(earlier) == ReceiptStep.IN_CONTACT


def test_merge__what_is_sent_by_the_old_form_later_is_found_too(lead, earlier, later):
    trial = later.trials.get()
    join(earlier, later, lead)
    make_inquiry(inquiry_id=later.pk, trial=trial, answers={"phone": "415 555 0177"})
    opened = look(earlier, lead)
    assert opened.answers["phone"] == "415 555 0177"
    assert Inquiry.objects.get(pk=earlier.pk).open_answers()["phone"] == "415 555 0177"


def test_merge__the_rule_of_reach_counts_the_attempts_of_both(lead, earlier, later):
    for inquiry in (earlier, later):
        record_attempt(
            inquiry_id=inquiry.pk,
            channel=Channel.PHONE,
            outcome=Outcome.NO_ANSWER,
            at=timezone.now(),
            actor=lead,
            version=0,
        )
    kept = join(earlier, later, lead)
    with pytest.raises(RefusedError, match="1 more attempt"):
        change_state(
            inquiry_id=kept.pk,
            state=S.COULD_NOT_REACH,
            closing=Closing.TOLD,
            actor=lead,
            version=kept.version,
        )


@pytest.mark.parametrize("case", ["self", "order", "closed", "quarantine", "again"])
def test_merge__refuses_what_would_lose_or_silence_somebody(lead, earlier, later, case):
    kept, merged = earlier, later
    match case:
        case "self":
            merged = kept
        case "order":
            kept, merged = later, earlier
        case "closed":
            Inquiry.objects.filter(pk=kept.pk).update(
                state=S.WITHDRAWN, closing=Closing.TOLD, closed_at=timezone.now()
            )
        case "quarantine":
            Inquiry.objects.filter(pk=kept.pk).update(
                is_quarantined=True, quarantine_reasons=["honeypot"]
            )
        case "again":
            join(kept, merged, lead)
    with pytest.raises(RefusedError):
        join(kept, merged, lead)


def test_merge__needs_both_to_be_visible(earlier, later):
    member = make_member(earlier.trials.get(), COORDINATORS)
    with pytest.raises(Http404):
        join(earlier, later, member)
    later.refresh_from_db()
    assert later.merged_into is None


@pytest.mark.parametrize("version", ["kept_version", "merged_version"])
def test_merge__refuses_what_a_colleague_changed(lead, earlier, later, version):
    with pytest.raises(StaleError):
        join(earlier, later, lead, **{version: 7})


def test_merge__of_what_was_merged_into_before_takes_all_along(lead, earlier, later):
    third = make_inquiry()
    join(later, third, lead)
    join(earlier, later, lead)
    third.refresh_from_db()
    assert third.merged_into == earlier
    assert len(look(earlier, lead).submissions) == 3


def test_undo__is_for_leads_and_gives_both_back(lead, earlier, later):
    coordinator = make_member(earlier.trials.get(), COORDINATORS)
    join(earlier, later, lead)
    with pytest.raises(RefusedError):
        undo_merge(merged_id=later.pk, version=1, actor=coordinator)
    undo_merge(merged_id=later.pk, version=1, actor=lead)
    later.refresh_from_db()
    assert (later.state, later.merged_into, later.closing) == (S.ASSIGNED, None, "")
    assert len(look(earlier, lead).submissions) == len(look(later, lead).submissions) == 1
    assert InquiryTrial.objects.count() == 2


def test_change_state__of_a_merged_one_is_refused(lead, earlier, later):
    join(earlier, later, lead)
    with pytest.raises(RefusedError, match="undo"):
        change_state(inquiry_id=later.pk, state=S.ASSIGNED, actor=lead, version=1)


def test_database__a_merged_inquiry_is_a_duplicate_of_another(earlier, later):
    for wrong in (
        {"merged_into": earlier},
        {
            "merged_into": later,
            "state": S.DUPLICATE,
            "closing": Closing.OTHER_INQUIRY,
            "closed_at": timezone.now(),
        },
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Inquiry.objects.filter(pk=later.pk).update(**wrong)


texts = st.lists(st.text("abc ", min_size=1).filter(str.strip), max_size=3)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(texts, texts, st.integers(1, 3), st.integers(1, 3), st.booleans())
def test_merge__nothing_is_lost_whatever_was_written(first, second, sent, again, of_leads):
    lead, trial = make_user(LEADS), make_trial()
    kept, merged = make_inquiry(trial=trial), make_inquiry()
    for inquiry, times in ((kept, sent), (merged, again)):
        for number in range(1, times):
            origin = {"trial": trial} if inquiry == kept else {}
            make_inquiry(inquiry_id=inquiry.pk, answers={"message": f"{number}"}, **origin)
    visibility = Visibility.LEADS if of_leads else Visibility.TEAM
    for inquiry, notes in ((kept, first), (merged, second)):
        for text in notes:
            add_note(inquiry_id=inquiry.pk, text=text, visibility=visibility, actor=lead)
            inquiry.refresh_from_db()
            record_attempt(
                inquiry_id=inquiry.pk,
                channel=Channel.EMAIL,
                outcome=Outcome.SENT,
                at=timezone.now(),
                text=text,
                actor=lead,
                version=inquiry.version,
            )
    before = [written(look(inquiry, lead)) for inquiry in (kept, merged)]
    join(kept, merged, lead)
    together = tuple(sorted(a + b) for a, b in zip(*before, strict=True))
    assert written(look(kept, lead)) == together
    merged.refresh_from_db()
    undo_merge(merged_id=merged.pk, version=merged.version, actor=lead)
    assert [written(look(inquiry, lead)) for inquiry in (kept, merged)] == before


class TestDuplicates:
    def test_same_email_or_phone__is_likely_and_the_same_name_a_hint(self, lead):
        one = make_inquiry()
        by_mail = make_inquiry(answers={"name": "Z. Q.", "phone": ""})
        by_phone = make_inquiry(answers={"name": "Somebody Else", "email": "else@example.org"})
        by_name = make_inquiry(answers={"email": "other@example.org", "phone": "415 555 0199"})
        make_inquiry(answers={"name": "Zebulon", "email": "z@example.org", "phone": ""})
        index_submissions()
        found = {d.inquiry: d.is_likely for d in duplicates_of(one, lead)}
        assert found == {by_mail: True, by_phone: True, by_name: False}

    def test_nothing_is_shown__that_one_may_not_see(self, earlier, later):
        index_submissions()
        member = make_member(earlier.trials.get(), COORDINATORS)
        assert duplicates_of(earlier, member) == []

    def test_page__offers_the_merge_and_does_it(self, client, lead, earlier, later):
        make_home_page()
        index_submissions()
        client.force_login(lead)
        page = client.get(f"/admin/inquiries/{later.pk}/").content.decode()
        assert "Same email or phone." in page and f"Merge this one into {earlier.reference}" in page
        data = {"version": 0, "other": later.pk, "other_version": 0}
        client.post(f"/admin/inquiries/{earlier.pk}/merge/", data)
        kept = client.get(f"/admin/inquiries/{earlier.pk}/").content.decode()
        assert "It is me again." in kept and later.reference in kept
        gone = client.get(f"/admin/inquiries/{later.pk}/").content.decode()
        assert "This inquiry goes on in" in gone and "Undo the merge" in gone
        client.post(f"/admin/inquiries/{later.pk}/undo-merge/", {"version": 1})
        later.refresh_from_db()
        assert later.merged_into is None

    def test_list__shows_the_name_of_the_newest_of_both(self, client, lead, earlier, later):
        make_home_page()
        join(earlier, later, lead)
        client.force_login(lead)
        page = client.get("/admin/inquiries/").content.decode()
        assert earlier.reference in page and later.reference not in page
        assert '<span class="inbox__tag">Merged</span>' in page and PLANTED["name"] in page


@pytest.mark.django_db(transaction=True)
def test_merge__of_the_same_two_at_once_happens_once():
    lead = make_user(LEADS)
    kept, merged = make_inquiry(), make_inquiry()
    results: list[str] = []
    start = threading.Barrier(2)

    def run() -> None:
        start.wait()
        try:
            merge(
                kept_id=kept.pk, kept_version=0, merged_id=merged.pk, merged_version=0, actor=lead
            )
            results.append("merged")
        except RefusedError:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(results) == ["merged", "refused"]
    assert AuditEvent.objects.filter(action="inquiry.merged").count() == 1
