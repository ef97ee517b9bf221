"""The order of work: pages without a gap or a repeat, and what stands on top."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clinic.models import User
from clinic.roles import COORDINATORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import make_inquiry, make_member, make_trial
from trials.inquiries.enums import Closing, InquiryState
from trials.inquiries.inbox_forms import PARTS
from trials.inquiries.lookup import index_submissions
from trials.inquiries.models import Inquiry
from trials.inquiries.queue import STRETCHES, queue_page, read_place

S = InquiryState
INBOX = "/admin/inquiries/"


@pytest.fixture
def lead(db):
    make_home_page()
    return make_user(LEADS)


@pytest.fixture
def mixed(lead):
    """Three inquiries in each stretch of the queue, two of them at the same moment."""
    now, today = timezone.now(), timezone.localdate()
    answered = {"first_attempt_at": now, "state": S.ATTEMPTING, "assignee": lead}
    closed = {"state": S.WITHDRAWN, "closing": Closing.TOLD, "closed_at": now}
    for number in range(15):
        late = now - timedelta(days=10 - min(number % 3, 1))
        fields = {"received_at": late, "reply_due_at": late + timedelta(days=1)}
        # Every third one waits for its sender: its clock does not run either.
        stands = {"clock_paused_at": now} if number % 3 == 0 else answered
        match number // 3:
            case 0:
                fields |= {"urgent_at": late} | (answered if number else {})
            case 2:
                fields |= stands | {"next_action_on": today + timedelta(days=number % 3 // 2)}
            case 3:
                fields |= stands
            case 4:
                fields |= closed | {"urgent_at": now}
        Inquiry.objects.filter(pk=make_inquiry().pk).update(**fields)
    return list(queue_page(Inquiry.objects.all(), size=50).inquiries)


def test_order__urgent_words_then_running_clocks_then_dated_then_open_then_closed(mixed):
    assert len(mixed) == 15
    urgent, running, dated, undated, closed = (mixed[i : i + 3] for i in range(0, 15, 3))
    assert [i.urgent_at for i in urgent] == sorted(i.urgent_at for i in urgent if i.is_open)
    assert all(i.awaits_attempt and not i.clock_paused_at for i in running)
    assert [i.reply_due_at for i in running] == sorted(i.reply_due_at for i in running)
    assert [i.next_action_on for i in dated] == sorted(i.next_action_on for i in dated)
    assert all(inquiry.is_open and not inquiry.next_action_on for inquiry in undated)
    assert not any(inquiry.is_open for inquiry in closed)
    for stretch in (dated, undated):
        assert [bool(inquiry.clock_paused_at) for inquiry in stretch].count(True) == 1


@pytest.mark.parametrize(
    ("number", "index"),
    [
        (0, "inquiry_urgent"),
        (1, "inquiry_not_told"),
        (2, "inquiry_awaits_attempt"),
        (3, "inquiry_has_next_action"),
        (4, "inquiry_without_date"),
        (5, "inquiry_newest"),
    ],
)
def test_every_stretch__has_its_index(mixed, number, index):
    rows = STRETCHES[number].rows(Inquiry.objects.all(), None)[:5]
    with connection.cursor() as cursor:
        # What a large table does by itself.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    assert f"using {index} " in rows.explain().lower()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 11, 12, 14, 15])
def test_pages__together_are_the_whole_queue(mixed, size):
    found, after = [], None
    for _page in range(16):
        page = queue_page(Inquiry.objects.all(), size=size, after=after)
        found += page.inquiries
        after = page.next_place and read_place(str(page.next_place))
        if after is None:
            break
    assert found == mixed


@given(st.text(max_size=80))
def test_place__of_any_text_is_ours_or_none(text):
    place = read_place(text)
    assert place is None or str(read_place(str(place))) == str(place)


@pytest.mark.parametrize(
    "text",
    ["", "0", "9_2026-01-01_x", "0_2026-01-01T00:00:00_8b1a0e2e-0d6d-4a3b-9d8e-1f2a3b4c5d6e",
     "1_2026-02-31_8b1a0e2e-0d6d-4a3b-9d8e-1f2a3b4c5d6e", "2_x_y", "0_\x00_\x00"],
)  # fmt: skip
def test_place__that_we_did_not_write_is_the_first_page(client, lead, text):
    assert read_place(text) is None
    client.force_login(lead)
    assert client.get(INBOX, {"after": text.replace("\x00", "")}).status_code == 200


def test_list__goes_on_behind_the_last_row(client, lead, monkeypatch, mixed):
    monkeypatch.setattr("trials.inquiries.inbox_views.PER_PAGE", 5)
    client.force_login(lead)
    first = client.get(INBOX, {"show": "all"})
    assert "First page" not in first.content.decode()
    second = client.get(INBOX, {"show": "all", "after": str(first.context["next_place"])})
    shown = [row[0] for row in first.context["rows"] + second.context["rows"]]
    assert shown == mixed[:10] and "First page" in second.content.decode()


@pytest.mark.parametrize("name", [name for name, part in PARTS.items() if not part.has_ended])
def test_parts_without_ended_ones__are_whole_all_the_same(mixed, lead, name):
    Inquiry.objects.filter(pk=mixed[-1].pk).update(
        not_told_at=timezone.now(), closing=Closing.MESSAGE
    )
    found = PARTS[name].choose(Inquiry.objects.visible_to(lead), lead, timezone.now())
    whole = queue_page(found, size=50).inquiries
    assert set(whole) == set(found)
    assert queue_page(found, size=50, has_ended=False).inquiries == whole


def test_part_without_ended_ones__has_no_page_among_them(client, mixed, lead):
    """An address of the list of all, with the part changed by hand."""
    place = queue_page(Inquiry.objects.all(), size=14).next_place
    client.force_login(lead)
    shown = client.get(INBOX, {"show": "open", "after": str(place)})
    assert shown.status_code == 200 and shown.context["rows"] == []


def test_queue__of_whoever_lost_the_inbox_is_empty(mixed, lead):
    assert Inquiry.objects.queue_of(lead).exists()
    lead.groups.clear()
    assert not Inquiry.objects.queue_of(User.objects.get(pk=lead.pk)).exists()


@pytest.mark.parametrize("role", [LEADS, COORDINATORS])
def test_queue__is_among_what_one_may_see(mixed, role):
    trial = make_trial()
    member = make_member(trial, role)
    make_inquiry(trial=trial)
    make_inquiry(trial=make_trial())
    Inquiry.objects.filter(pk=mixed[0].pk).update(assignee=member)
    queue = set(Inquiry.objects.queue_of(member))
    assert len(queue) >= 2 and queue <= set(Inquiry.objects.visible_to(member))


def test_pages__cost_the_same_number_of_queries(mixed):
    def cost(**arguments):
        with CaptureQueriesContext(connection) as queries:
            queue_page(Inquiry.objects.all(), size=4, **arguments)
        return len(queries)

    place = queue_page(Inquiry.objects.all(), size=8).next_place
    assert cost() <= 3 and cost(after=place) <= 3


class TestParts:
    def test_my_queue__is_mine_and_what_nobody_of_my_teams_took(self, lead):
        trial, other = make_trial(), make_trial()
        me, colleague = make_member(trial, COORDINATORS), make_member(trial, COORDINATORS)
        free, mine, theirs, done = (make_inquiry(trial=trial) for _number in range(4))
        make_inquiry(trial=other)
        for inquiry, person in ((mine, me), (theirs, colleague), (done, me)):
            Inquiry.objects.filter(pk=inquiry.pk).update(assignee=person, state=S.ASSIGNED)
        Inquiry.objects.filter(pk=done.pk).update(
            state=S.SPAM, closing=Closing.NOT_A_PERSON, closed_at=timezone.now()
        )
        assert set(Inquiry.objects.queue_of(me)) == {free, mine}
        assert set(Inquiry.objects.queue_of(lead)) == set()

    def test_filters__narrow_the_list(self, client, lead):
        plain = make_inquiry()
        spanish = make_inquiry(language="es", answers={"needs_interpreter": True})
        phoned = make_inquiry(source="phone")
        today = timezone.localdate()
        Inquiry.objects.filter(pk=phoned.pk).update(next_action_on=today, assignee=lead)
        client.force_login(lead)

        def shown(**query):
            return {row[0] for row in client.get(INBOX, {"show": "open", **query}).context["rows"]}

        assert shown() == {plain, spanish, phoned}
        assert shown(language="es") == shown(interpreter="on") == {spanish}
        assert shown(source="phone") == shown(assignee=lead.pk) == shown(show="today") == {phoned}
        assert shown(language="es", source="phone") == set()

    def test_default__is_the_queue_for_coordinators_and_all_open_for_leads(self, client, lead):
        for user, part in ((lead, "open"), (make_user(COORDINATORS), "queue")):
            client.force_login(user)
            [current] = [p for p in client.get(INBOX).context["parts"] if p["is_current"]]
            assert current["key"] == part

    def test_numbers__stop_where_nobody_needs_them(self, client, lead, monkeypatch):
        monkeypatch.setattr("trials.inquiries.inbox_views.MOST_COUNTED", 2)
        for _number in range(4):
            make_inquiry()
        client.force_login(lead)
        numbers = {p["key"]: p["number"] for p in client.get(INBOX).context["parts"]}
        assert numbers["unassigned"] == "2+" and numbers["quarantine"] == ""

    def test_interpreter__follows_a_correction(self, lead):
        inquiry = make_inquiry()
        index_submissions()
        make_inquiry(inquiry_id=inquiry.pk, answers={"needs_interpreter": True})
        index_submissions()
        inquiry.refresh_from_db()
        assert inquiry.needs_interpreter
