"""Urgent words and a wish to stop at once: one thing is said, and lists and mails follow it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.models import OutboxMessage
from clinic.roles import LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import make_inquiry
from tests.inquiries.test_applying import asked
from trials.inquiries.desk_mails import build_due_today, due_for, remind_of_next_actions
from trials.inquiries.models import Inquiry
from trials.inquiries.sender_enums import RequestKind
from trials.inquiries.services import bulk_assign, handle_urgency, merge

pytestmark = pytest.mark.django_db

SAFE = "only to ask whether they are safe"
STOP = "Stop working on this inquiry"
NOW = "sent it all the same. Reach out now."


@pytest.fixture
def lead(client):
    make_home_page()
    user = make_user(LEADS)
    client.force_login(user)
    return user


def due_inquiry(lead, *, urgent=False, stops=None):
    """Return an inquiry of a lead with a next action for today."""
    inquiry = make_inquiry(is_urgent=urgent)
    yesterday = timezone.localdate() - timedelta(days=1)
    Inquiry.objects.filter(pk=inquiry.pk).update(assignee=lead, next_action_on=yesterday)
    if stops:
        asked(inquiry, stops)
    inquiry.refresh_from_db()
    return inquiry


class TestBanner:
    @pytest.mark.parametrize(
        ("urgent", "stops", "said"),
        [
            (True, RequestKind.WITHDRAW, {SAFE}),
            (True, RequestKind.ERASE, {SAFE}),
            (False, RequestKind.WITHDRAW, {STOP}),
            (True, None, {NOW}),
            (False, None, set()),
        ],
        ids=["both", "both, to be erased", "stop", "urgent", "neither"],
    )
    def test_one_thing__is_to_be_done_first(self, client, lead, urgent, stops, said):
        inquiry = due_inquiry(lead, urgent=urgent, stops=stops)
        page = client.get(f"/admin/inquiries/{inquiry.pk}/").text
        assert {words for words in (SAFE, STOP, NOW) if words in page} == said
        assert page.count('id="first"') == len(said)

    def test_once_urgency_is_dealt_with__it_says_stop(self, client, lead):
        inquiry = due_inquiry(lead, urgent=True, stops=RequestKind.WITHDRAW)
        handle_urgency(inquiry_id=inquiry.pk, actor=lead, version=inquiry.version)
        page = client.get(f"/admin/inquiries/{inquiry.pk}/").text
        assert STOP in page and SAFE not in page


class TestDueToday:
    def test_list_and_mail__leave_out_who_wants_to_stop_but_not_who_is_in_need(
        self, client, lead, as_role
    ):
        plain = due_inquiry(lead)
        needs = due_inquiry(lead, urgent=True, stops=RequestKind.WITHDRAW)
        stops = [
            due_inquiry(lead, stops=kind) for kind in (RequestKind.WITHDRAW, RequestKind.ERASE)
        ]
        assert set(due_for(lead)) == {plain, needs}
        page = client.get("/admin/inquiries/", {"show": "today"})
        assert {row[0] for row in page.context["rows"]} == {plain, needs}
        assert {p["key"]: p["number"] for p in page.context["parts"]}["today"] == "2"
        with as_role("worker"):
            remind_of_next_actions()
        body = build_due_today(OutboxMessage.objects.get(subject_type="user")).body
        assert plain.reference in body and needs.reference in body
        assert not [one for one in stops if one.reference in body]

    def test_a_wish_taken_back__puts_it_on_the_list_again(self, lead):
        inquiry = due_inquiry(lead)
        row = asked(inquiry, RequestKind.WITHDRAW)
        assert not due_for(lead).exists()
        asked(inquiry, RequestKind.UNDO, about=row.pk)
        assert list(due_for(lead)) == [inquiry]

    def test_a_wish_on_the_page_of_a_merged_one__counts_for_the_one_that_goes_on(self, lead):
        kept, merged = due_inquiry(lead), due_inquiry(lead)
        merge(
            kept_id=kept.pk,
            kept_version=kept.version,
            merged_id=merged.pk,
            merged_version=merged.version,
            actor=lead,
        )
        assert list(due_for(lead)) == [kept]
        asked(merged, RequestKind.WITHDRAW)
        assert not due_for(lead).exists()

    def test_nobody_gets_a_mail__when_all_that_is_due_wants_to_stop(self, lead):
        due_inquiry(lead, stops=RequestKind.ERASE)
        remind_of_next_actions()
        assert not OutboxMessage.objects.exclude(subject_type="inquiry").exists()


class TestBulk:
    def test_assign__leaves_who_wants_to_stop_and_warns_of_who_is_in_need(self, client, lead):
        other = make_user(LEADS)
        plain = due_inquiry(lead)
        stops = due_inquiry(lead, stops=RequestKind.WITHDRAW)
        needs = due_inquiry(lead, urgent=True, stops=RequestKind.WITHDRAW)
        chosen = [(one.pk, one.version) for one in (plain, stops, needs)]
        result = bulk_assign(chosen=chosen, assignee=other, actor=lead)
        assert result.assigned == [plain.reference, needs.reference]
        assert result.stopping == [needs.reference]
        [(reference, why)] = result.refused
        assert reference == stops.reference and "asked to withdraw" in why

    def test_page__says_so(self, client, lead):
        needs = due_inquiry(lead, urgent=True, stops=RequestKind.WITHDRAW)
        stops = due_inquiry(lead, stops=RequestKind.ERASE)
        chosen = [f"{one.pk}.{one.version}" for one in (needs, stops)]
        page = client.post(
            "/admin/inquiries/assign/", {"chosen": chosen, "assignee": lead.pk}, follow=True
        ).text
        assert f"{needs.reference}: the sender asked to stop" in page
        assert f"{stops.reference}: The sender asked to withdraw" in page
