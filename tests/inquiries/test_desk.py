"""A day at the desk: many at once, kept filters, next actions, two people at one inquiry."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from clinic.models import AuditEvent, OutboxMessage
from clinic.outbox import send_next
from clinic.roles import COORDINATORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_member, make_trial
from trials.inquiries.desk_mails import remind_of_next_actions
from trials.inquiries.models import Inquiry, Note, SavedFilter
from trials.inquiries.services import StaleError, set_next_action

pytestmark = pytest.mark.django_db
INBOX = "/admin/inquiries/"


@pytest.fixture(autouse=True)
def site():
    make_home_page()


@pytest.fixture
def trial():
    return make_trial()


@pytest.fixture
def coordinator(trial):
    return make_member(trial, COORDINATORS)


@pytest.fixture
def lead():
    return make_user(LEADS)


def tick(*inquiries):
    return [f"{inquiry.pk}.{inquiry.version}" for inquiry in inquiries]


class TestBulkAssign:
    def give(self, client, user, chosen, assignee):
        client.force_login(user)
        data = {"chosen": chosen, "assignee": assignee.pk, "query": "show=unassigned&q=secret"}
        return client.post(f"{INBOX}assign/", data, follow=True)

    def test_each__is_checked_and_the_answer_says_which_were_refused_and_why(
        self, client, trial, coordinator, lead
    ):
        good, stale, foreign = make_inquiry(trial=trial), make_inquiry(trial=trial), make_inquiry()
        chosen = tick(good, stale, foreign)
        Inquiry.objects.filter(pk=stale.pk).update(version=3)
        response = self.give(client, coordinator, [*chosen, "nonsense", "x.1"], coordinator)
        text = response.content.decode()
        assert "1 inquiry assigned." in text
        assert f"{stale.reference}: Somebody else changed" in text
        assert "You may not see this inquiry." in text and foreign.reference not in text
        assert list(Inquiry.objects.filter(assignee=coordinator)) == [good]
        assert AuditEvent.objects.filter(action="inquiry.assigned").count() == 1
        assert response.redirect_chain == [(f"{INBOX}?show=unassigned", HTTPStatus.FOUND)]

    def test_person_off_the_team__is_refused_for_each(self, client, trial, lead):
        inquiry, stranger = make_inquiry(trial=trial), make_user(COORDINATORS)
        member = make_member(trial, COORDINATORS)
        self.give(client, member, tick(inquiry), stranger)
        assert Inquiry.objects.get().assignee is None

    def test_nothing_ticked__says_so(self, client, coordinator):
        response = self.give(client, coordinator, [], coordinator)
        assert "Tick inquiries" in response.content.decode()


class TestSavedFilters:
    def keep(self, client, user, name="Spanish", query="show=open&language=es&q=Zebulon&page=7"):
        client.force_login(user)
        return client.post(f"{INBOX}filters/", {"name": name, "query": query}, follow=True)

    def test_kept__is_what_was_chosen_and_never_a_text_that_was_searched(self, client, lead):
        self.keep(client, lead)
        saved = SavedFilter.objects.get()
        assert (saved.user, saved.query) == (lead, "show=open&language=es")
        page = client.get(f"{INBOX}?{saved.query}").content.decode()
        assert 'aria-current="page">Spanish</a>' in page

    def test_same_name__changes_it_and_others_have_their_own(self, client, lead, coordinator):
        self.keep(client, lead)
        self.keep(client, lead, query="show=overdue")
        self.keep(client, coordinator)
        assert SavedFilter.objects.get(user=lead).query == "show=overdue"
        assert SavedFilter.objects.count() == 2

    def test_delete__takes_ones_own_only(self, client, lead, coordinator):
        self.keep(client, lead)
        number = SavedFilter.objects.get().pk
        client.force_login(coordinator)
        client.post(f"{INBOX}filters/{number}/delete/")
        assert SavedFilter.objects.exists()
        client.force_login(lead)
        client.post(f"{INBOX}filters/{number}/delete/")
        assert not SavedFilter.objects.exists()

    def test_more_than_twenty__are_refused(self, client, lead):
        for number in range(21):
            response = self.keep(client, lead, name=f"Filter {number}")
        assert SavedFilter.objects.count() == 20
        assert "twenty filters" in response.content.decode()


class TestNextAction:
    def test_set__is_audited_and_versioned(self, coordinator, trial):
        inquiry, day = make_inquiry(trial=trial), timezone.localdate() + timedelta(days=3)
        arguments = {"inquiry_id": inquiry.pk, "day": day, "actor": coordinator}
        set_next_action(version=0, **arguments)
        assert Inquiry.objects.get().next_action_on == day
        assert AuditEvent.objects.get(action="inquiry.next_action_set").data == {
            "after": day.isoformat()
        }
        with pytest.raises(StaleError):
            set_next_action(version=0, **arguments)

    def test_morning_mail__is_one_a_person_and_lists_references_only(
        self, coordinator, trial, lead, as_role
    ):
        today = timezone.localdate()
        due, free, later = (make_inquiry(trial=trial) for _number in range(3))
        for inquiry, days, person in ((due, -2, coordinator), (free, 0, None), (later, 1, None)):
            Inquiry.objects.filter(pk=inquiry.pk).update(
                next_action_on=today + timedelta(days=days), assignee=person
            )
        OutboxMessage.objects.all().delete()
        with as_role("worker"):
            remind_of_next_actions()
            remind_of_next_actions()
            message = OutboxMessage.objects.get()
            assert (message.template, message.subject_id) == (
                "inquiries_due_today",
                str(coordinator.pk),
            )
            send_next()
        [sent] = mail.outbox
        assert sent.to == [coordinator.email]
        assert due.reference in sent.body and free.reference in sent.body
        assert later.reference not in sent.body
        assert not [value for value in PLANTED.values() if value in sent.body + sent.subject]
        assert trial.nct_id not in sent.body

    def test_morning_mail__is_not_sent_when_all_is_done_by_then(self, coordinator, trial):
        inquiry = make_inquiry(trial=trial)
        Inquiry.objects.update(next_action_on=timezone.localdate())
        OutboxMessage.objects.all().delete()
        remind_of_next_actions()
        Inquiry.objects.filter(pk=inquiry.pk).update(next_action_on=None)
        send_next()
        assert not mail.outbox and OutboxMessage.objects.get().cancelled_at


class TestTwoBrowsers:
    """Two people have the same page open; the second sees both versions side by side."""

    @pytest.fixture
    def browsers(self, client, coordinator, lead):
        first, second = client, Client()
        first.force_login(coordinator)
        second.force_login(lead)
        return first, second

    def test_next_action__the_refused_person_sees_both_days(self, browsers, trial):
        inquiry, (first, second) = make_inquiry(trial=trial), browsers
        address = f"{INBOX}{inquiry.pk}/next-action/"
        first.post(address, {"version": 0, "next_action_on": "2026-12-01"})
        refused = second.post(address, {"version": 0, "next_action_on": "2026-12-24"})
        assert refused.status_code == HTTPStatus.CONFLICT
        assert refused.context["conflict"] == [("Next action", "Dec. 24, 2026", "Dec. 1, 2026")]
        text = refused.content.decode()
        assert "What you sent" in text and "What is there now" in text
        # The field holds what was sent, on top of the present version: one click sends it again.
        assert 'value="2026-12-24"' in text and 'name="version" value="1"' in text
        again = second.post(address, {"version": 1, "next_action_on": "2026-12-24"})
        assert again.status_code == HTTPStatus.FOUND
        assert str(Inquiry.objects.get().next_action_on) == "2026-12-24"

    @pytest.mark.parametrize("action", ["assign", "state", "attempt", "next-action", "release"])
    def test_every_action__is_refused_on_an_old_version(self, browsers, trial, lead, action):
        inquiry, (_first, second) = make_inquiry(trial=trial), browsers
        Inquiry.objects.update(
            version=4, is_quarantined=True, quarantine_reasons=["honeypot"],
            received_at=timezone.now() - timedelta(days=1),
        )  # fmt: skip
        data = {
            "assign": {"assignee": lead.pk},
            "state": {"state": "attempting"},
            "attempt": {
                "channel": "phone",
                "outcome": "no_answer",
                "at": f"{timezone.localtime() - timedelta(hours=1):%Y-%m-%dT%H:%M}",
                "text": "Rang for long",
            },
        }.get(action, {})
        response = second.post(f"{INBOX}{inquiry.pk}/{action}/", {"version": 0, **data})
        assert response.status_code == HTTPStatus.CONFLICT
        inquiry.refresh_from_db()
        assert inquiry.version == 4 and inquiry.assignee is None and inquiry.is_quarantined
        assert ("Rang for long" in response.content.decode()) == (action == "attempt")

    def test_notes__never_collide(self, browsers, trial):
        inquiry = make_inquiry(trial=trial)
        for number, browser in enumerate(browsers):
            data = {"text": f"Note {number}", "visibility": "team"}
            browser.post(f"{INBOX}{inquiry.pk}/note/", data)
        assert Note.objects.count() == 2
