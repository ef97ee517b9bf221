"""The reply promise: working time without pauses, and what the public figures say."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clinic.page_cache import generation
from clinic.roles import LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import make_inquiry
from tests.inquiries.private_page import address_of
from tests.inquiries.test_clock import OFFICE, hours, instants
from trials.inquiries.clock import due_after_pause, waited_time, working_time
from trials.inquiries.enums import (
    Channel,
    Closing,
    InquiryState,
    Outcome,
    QuarantineReason,
    Source,
)
from trials.inquiries.measuring import LEAST, Reply, measure
from trials.inquiries.models import Inquiry, Pause, ReplyFigures
from trials.inquiries.sender_enums import PauseReason
from trials.inquiries.services import (
    ask_for_contact,
    change_state,
    go_on,
    measure_replies,
    record_attempt,
)
from trials.inquiries.services.clocks import end_pause, start_pause

spans = st.tuples(instants, instants).map(lambda pair: tuple(sorted(pair)))
pauses = st.lists(spans, max_size=5)
waits = st.one_of(st.none(), st.timedeltas(timedelta(), timedelta(hours=200)))
replies = st.lists(st.builds(Reply, waits, st.booleans()), max_size=60)
enough = st.lists(st.builds(Reply, waits, st.booleans()), min_size=LEAST, max_size=60)


@given(hours, spans, pauses, spans)
def test_pauses__never_make_the_wait_longer_nor_negative(office, span, some, one_more):
    waited = waited_time(office, *span, some)
    assert timedelta() <= waited_time(office, *span, [*some, one_more]) <= waited
    assert waited <= working_time(office, *span)


@given(hours, spans, pauses, st.randoms())
def test_pauses__count_the_same_in_any_order_and_twice(office, span, some, random):
    shuffled = [*some, *some]
    random.shuffle(shuffled)
    assert waited_time(office, *span, shuffled) == waited_time(office, *span, some)


@given(hours, instants, instants, instants, pauses)
def test_pauses__the_wait_adds_up(office, one, two, three, some):
    start, middle, end = sorted((one, two, three))
    parts = waited_time(office, start, middle, some) + waited_time(office, middle, end, some)
    assert waited_time(office, start, end, some) == parts


@given(hours, spans)
def test_pauses__one_over_all_leaves_nothing(office, span):
    assert waited_time(office, *span, [span]) == timedelta()


@given(hours, instants, instants, instants)
def test_due_after_pause__leaves_what_was_left_and_is_never_earlier(office, one, two, three):
    paused, due, resumed = sorted((one, two, three))
    later = due_after_pause(office, due, paused, resumed)
    assert later >= due
    left = working_time(office, paused, due)
    assert working_time(office, resumed, later) >= left or later == due
    assert due_after_pause(office, paused, due, resumed) == paused  # it was overdue already


def test_due_after_pause__a_day_of_pause_is_a_day():
    start = OFFICE.opening(timezone.now().date().replace(year=2026, month=11, day=23))
    day = timedelta(days=1)
    due = due_after_pause(OFFICE, start + timedelta(hours=8), start, start + day)
    assert due == start + day + timedelta(hours=8)


@given(replies)
def test_measure__is_none_below_twenty_and_a_percentage_from_there(some):
    figures = measure(some)
    if len(some) < LEAST:
        assert figures is None
    else:
        assert 0 <= figures.kept_percent <= 100
        assert figures.median_hours is None or figures.median_hours >= 1


@given(enough)
def test_measure__at_least_half_were_answered_within_the_median(some):
    figures = measure(some)
    if figures.median_hours is None:
        assert sum(reply.waited is None for reply in some) >= len(some) / 2
    else:
        within = timedelta(hours=figures.median_hours)
        assert sum(r.waited is not None and r.waited <= within for r in some) > len(some) / 2


@given(enough, st.randoms())
def test_measure__is_free_of_order_and_never_flatters(some, random):
    shuffled = list(some)
    random.shuffle(shuffled)
    assert measure(shuffled) == measure(some)
    kept = sum(reply.is_kept for reply in some)
    assert measure(some).kept_percent <= kept / len(some) * 100


@pytest.fixture
def site(db):
    make_home_page()


def answered(number, *, days_ago=10, is_late=False, **changes):
    """Make inquiries of some days ago that were answered at the end of the day they came."""
    for _ in range(number):
        inquiry = make_inquiry()
        received = timezone.now() - timedelta(days=days_ago)
        due = received + timedelta(days=4)
        fields = {
            "received_at": received,
            "reply_due_at": due,
            "first_attempt_at": due + timedelta(days=1) if is_late else received,
        }
        Inquiry.objects.filter(pk=inquiry.pk).update(**fields | changes)


def figures():
    measure_replies()
    row = ReplyFigures.objects.first()
    return row and (row.median_hours, row.kept_percent)


@pytest.mark.django_db
class TestFigures:
    @pytest.fixture(autouse=True)
    def _site(self, site):
        pass

    def test_there_are_none_below_twenty(self):
        answered(LEAST - 1)
        assert figures() is None

    def test_late_ones_and_those_who_still_wait_count_against_us(self):
        answered(18)
        answered(1, is_late=True)
        answered(1, first_attempt_at=None)
        assert figures() == (1, 90)

    @pytest.mark.parametrize(
        "changes",
        [
            {"is_quarantined": True, "quarantine_reasons": [QuarantineReason.HONEYPOT]},
            {"source": Source.PHONE},
            {"state": InquiryState.SPAM, "closing": "not_a_person", "closed_at": timezone.now()},
            {"days_ago": 91},
            {"days_ago": 0},
            {"first_attempt_at": None, "clock_paused_at": timezone.now()},
            {
                "first_attempt_at": None,
                "state": InquiryState.WITHDRAWN,
                "closing": Closing.BY_SENDER,
                "closed_at": timezone.now(),
            },
        ],
    )
    def test_who_does_not_count(self, changes):
        answered(LEAST)
        before = figures()
        answered(5, is_late="first_attempt_at" not in changes, **changes)
        assert figures() == before == (1, 100)

    def test_cached_pages_grow_old_only_when_something_changed(self):
        answered(LEAST)
        measure_replies()
        before = generation()
        answered(1)
        measure_replies()
        assert generation() == before
        answered(1, is_late=True)
        measure_replies()
        assert generation() > before

    def test_the_row_goes_with_the_inquiries(self):
        answered(LEAST)
        assert figures()
        Inquiry.objects.update(received_at=timezone.now() - timedelta(days=100))
        assert figures() is None

    def test_the_worker_may_and_the_page_says_it(self, as_role, client):
        answered(LEAST - 2)
        answered(2, is_late=True)
        with as_role("worker"):
            measure_replies()
        for address in ("/en/trials/help/", address_of(make_inquiry())):
            page = client.get(address).text
            assert "half of the people who wrote to us heard from us within 1 working hour." in page
            assert "We kept our promise 90 times out of 100." in page

    def test_one_page_costs_one_query_for_it(self, client):
        answered(LEAST)
        measure_replies()
        for expected in (1, 0):  # rendered, and given out again
            with CaptureQueriesContext(connection) as queries:
                client.get("/en/trials/help/")
            assert sum("replyfigures" in query["sql"] for query in queries) == expected


@pytest.mark.django_db
class TestPauses:
    @pytest.fixture
    def lead(self, site):
        return make_user(LEADS)

    def test_staff_stop_the_clock_and_the_private_page_asks(self, lead, client):
        inquiry = make_inquiry()
        changed = ask_for_contact(inquiry_id=inquiry.pk, actor=lead, version=0)
        assert changed.clock_paused_at is not None
        late = timezone.now() + timedelta(days=30)
        assert not Inquiry.objects.overdue(late).exists()
        assert Pause.objects.get().by == lead
        assert "We cannot reach you" in client.get(address_of(inquiry)).text
        changed = go_on(inquiry_id=inquiry.pk, actor=lead, version=1)
        assert changed.clock_paused_at is None
        assert Inquiry.objects.overdue(late).exists()
        assert "We cannot reach you" not in client.get(address_of(inquiry)).text

    def test_two_pauses_that_overlap_are_one(self, lead):
        inquiry = make_inquiry()
        start = inquiry.received_at
        one, other = PauseReason.CONTACT_UNUSABLE, PauseReason.ASKED_TO_STOP
        start_pause(inquiry, one, start)
        start_pause(inquiry, other, start + timedelta(days=1))
        end_pause(inquiry, one, start + timedelta(days=2))
        assert inquiry.clock_paused_at == start
        due = inquiry.reply_due_at
        end_pause(inquiry, other, start + timedelta(days=3))
        assert inquiry.clock_paused_at is None and inquiry.reply_due_at > due

    def test_an_attempt_ends_them_and_is_no_later_for_them(self, lead):
        inquiry = make_inquiry()
        received = timezone.now() - timedelta(days=20)
        Inquiry.objects.update(received_at=received, reply_due_at=received + timedelta(days=1))
        inquiry.refresh_from_db()
        start_pause(inquiry, PauseReason.CONTACT_UNUSABLE, received + timedelta(hours=1))
        inquiry.save()
        record_attempt(
            inquiry_id=inquiry.pk,
            channel=Channel.PHONE,
            outcome=Outcome.NO_ANSWER,
            at=timezone.now() - timedelta(minutes=1),
            actor=lead,
            version=inquiry.version,
        )
        inquiry.refresh_from_db()
        assert inquiry.clock_paused_at is None
        assert not inquiry.pauses.filter(ended_at=None).exists()
        assert inquiry.first_attempt_at <= inquiry.reply_due_at

    def test_a_closed_inquiry_that_is_opened_again_has_a_running_clock(self, lead):
        inquiry = make_inquiry()
        start_pause(inquiry, PauseReason.ASKED_TO_STOP, timezone.now())
        inquiry.save()
        for state, closing in ((InquiryState.WITHDRAWN, "by_sender"), (InquiryState.ASSIGNED, "")):
            inquiry = change_state(
                inquiry_id=inquiry.pk,
                state=state,
                closing=closing,
                actor=lead,
                version=Inquiry.objects.get().version,
            )
        assert Inquiry.objects.awaiting_attempt().get() == inquiry
