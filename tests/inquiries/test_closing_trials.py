"""People who wait about a trial that closes, and trials that nobody confirmed."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from clinic.models import AuditEvent, OutboxMessage
from clinic.models.outbox import Audience
from clinic.outbox import send_next
from tests.factories import make_user
from tests.inquiries.factories import form_data, make_inquiry, make_member, make_trial
from tests.trials.factories import (
    OUR_FACILITY,
    make_study,
    our_location,
    sync_studies,
    updated,
)
from trials.closing import close
from trials.inquiries.enums import Closing, InquiryState, Origin
from trials.inquiries.models import Inquiry
from trials.inquiries.reminders import open_trials_of, remind_teams
from trials.inquiries.services import change_state
from trials.models import SiteConfirmation, Trial

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=45)


def close_trial(trial):
    Trial.objects.filter(pk=trial.pk).update(our_site_open=False)
    close([trial])


def old_trial(**fields):
    """Return a trial that opened long ago and that nobody confirmed since."""
    return make_trial(our_site_changed_at=timezone.now() - LONG_AGO, **fields)


class TestClosing:
    def test_an_open_inquiry_becomes_a_task_for_today(self, as_role):
        trial = make_trial()
        inquiry = make_inquiry(trial=trial)
        with as_role("worker"):
            close([trial])
        inquiry.refresh_from_db()
        assert (inquiry.next_action_on, inquiry.version) == (timezone.localdate(), 1)
        message = OutboxMessage.objects.get(template="inquiry_trial_closed")
        assert (message.subject_id, message.audience) == (str(inquiry.pk), Audience.STAFF)
        assert AuditEvent.objects.filter(action="inquiry.trial_closed").count() == 1

    def test_twice_on_one_day_is_one_mail(self):
        trial = make_trial()
        make_inquiry(trial=trial)
        close([trial])
        close([trial])
        assert OutboxMessage.objects.filter(template="inquiry_trial_closed").count() == 1

    def test_what_has_ended_and_what_is_about_another_trial_stays(self):
        trial, lead = make_trial(), make_user("Coordination leads")
        ended, other = make_inquiry(trial=trial), make_inquiry(trial=make_trial())
        change_state(
            inquiry_id=ended.pk,
            state=InquiryState.WITHDRAWN,
            closing=Closing.TOLD,
            actor=lead,
            version=0,
        )
        close([trial])
        assert not Inquiry.objects.filter(next_action_on__isnull=False).exists()
        assert Inquiry.objects.get(pk=other.pk).version == 0

    def test_the_inbox_names_them(self, client):
        trial = make_trial()
        lead = make_member(trial, "Coordination leads")
        inquiry, other = make_inquiry(trial=trial), make_inquiry(trial=make_trial())
        close_trial(trial)
        client.force_login(lead)
        page = client.get("/admin/inquiries/?show=trial_closed").content.decode()
        assert inquiry.reference in page
        assert other.reference not in page
        assert (
            "is closed to new people here"
            in client.get(f"/admin/inquiries/{inquiry.pk}/").content.decode()
        )

    def test_the_mail_names_no_trial_and_no_person(self):
        trial = make_trial()
        make_member(trial, "Trial coordinators")
        make_inquiry(trial=trial)
        close_trial(trial)
        OutboxMessage.objects.exclude(template="inquiry_trial_closed").delete()
        send_next()
        sent = mail.outbox[-1]
        assert "A trial has closed" in sent.subject
        assert trial.nct_id not in sent.body + sent.subject
        assert "Quillfeather" not in sent.body


class TestASyncedRecord:
    """All the way: from what the registry says to the page, the inquiry and the word to staff."""

    @pytest.fixture
    def trial(self, clinic_settings):
        type(clinic_settings).objects.update(facility_names=OUR_FACILITY)
        sync_studies(record())
        return Trial.objects.get()

    @pytest.mark.parametrize(
        "later",
        [
            pytest.param(lambda: record("ACTIVE_NOT_RECRUITING"), id="our site stops"),
            pytest.param(make_study, id="our site leaves the record"),
            pytest.param(lambda: updated(record(), overallStatus="TERMINATED"), id="all stops"),
        ],
    )
    def test_that_closes_takes_the_button_away_and_makes_a_task(
        self, trial, client, as_role, later
    ):
        address = f"/en/trials/{trial.nct_id}/interest/"
        assert address in client.get(trial.get_absolute_url()).text
        inquiry = make_inquiry(trial=trial)
        assert (inquiry.next_action_on, closing_mails()) == (None, [])
        with as_role("worker"):
            sync_studies(updated(later()))
        assert address not in client.get(trial.get_absolute_url()).text
        inquiry.refresh_from_db()
        assert inquiry.next_action_on == timezone.localdate()
        assert closing_mails() == [(str(inquiry.pk), Audience.STAFF)]
        with as_role("worker"):
            sync_studies(updated(later(), "2026-04-01"))
        assert len(closing_mails()) == 1

    def test_that_stays_open_makes_no_task(self, trial, client):
        inquiry = make_inquiry(trial=trial)
        sync_studies(updated(record(), why_stopped="x"))
        assert f"/{trial.nct_id}/interest/" in client.get(trial.get_absolute_url()).text
        inquiry.refresh_from_db()
        assert (inquiry.next_action_on, closing_mails()) == (None, [])


def record(status="RECRUITING"):
    """Return a record of a trial whose row of our site has a status."""
    return make_study(contactsLocationsModule={"locations": [our_location(status=status)]})


def closing_mails():
    waiting = OutboxMessage.objects.filter(template="inquiry_trial_closed")
    return list(waiting.values_list("subject_id", "audience"))


class TestConfirming:
    def test_one_click_confirms_one_trial(self, client):
        mine, other = old_trial(), old_trial()
        user = make_member(mine, "Trial coordinators")
        client.force_login(user)
        client.post("/admin/my-trials/", {"trial": mine.nct_id})
        assert SiteConfirmation.objects.get().trial == mine
        assert AuditEvent.objects.get(action="trial.confirmed_open").actor == user
        client.post("/admin/my-trials/", {"trial": other.nct_id})
        assert SiteConfirmation.objects.count() == 1

    def test_one_click_confirms_all_of_ones_own(self, client, as_role):
        mine = [old_trial(), old_trial()]
        user = make_member(mine[0], "Trial coordinators")
        mine[1].team.create(user=user)
        old_trial()
        old_trial(our_site_open=False).team.create(user=user)
        client.force_login(user)
        client.post("/admin/my-trials/", {"trial": "all"})
        confirmed = SiteConfirmation.objects.values_list("trial__nct_id", flat=True)
        assert sorted(confirmed) == sorted(trial.nct_id for trial in mine)

    def test_a_lead_sees_the_trials_of_all(self, client):
        old_trial()
        client.force_login(make_user("Coordination leads"))
        page = client.get("/admin/my-trials/").content.decode()
        assert "General form" in page
        assert "Never" in page

    @pytest.mark.parametrize("role", ["Editors", "Clinical reviewers", "Site administrators"])
    def test_other_roles_confirm_nothing(self, client, role):
        trial = old_trial()
        client.force_login(make_user(role))
        assert client.get("/admin/my-trials/").status_code in {302, 403}
        for wanted in (trial.nct_id, "all"):
            assert client.post("/admin/my-trials/", {"trial": wanted}).status_code in {302, 403}
        assert not SiteConfirmation.objects.exists()

    @pytest.mark.parametrize("wanted", ["", "NCT99999999", "ALL", "nct"])
    def test_a_button_that_is_none_of_ours_confirms_nothing(self, client, wanted):
        client.force_login(make_member(old_trial(), "Trial coordinators"))
        client.post("/admin/my-trials/", {"trial": wanted})
        assert not SiteConfirmation.objects.exists()

    def test_the_public_line_has_all_three_dates(self, client):
        trial = make_trial(last_update_posted="2026-01-15")
        SiteConfirmation.objects.create(
            trial=trial, confirmed_at=timezone.now(), confirmed_by=make_user("Editors")
        )
        page = client.get(trial.get_absolute_url()).content.decode()
        assert "last updated on Jan. 15, 2026" in page
        assert "Our team confirmed on" in page


class TestTheForm:
    # Made before the browser takes the rights of the public process.
    @pytest.fixture
    def trial(self, db):
        return old_trial()

    @pytest.fixture
    def confirmed(self, trial):
        SiteConfirmation.objects.create(
            trial=trial,
            confirmed_at=timezone.now() - timedelta(days=29),
            confirmed_by=make_user("Trial coordinators"),
        )

    @pytest.fixture
    def lost(self, trial):
        Trial.objects.update(missing_count=2)

    @pytest.fixture
    def days(self, clinic_settings, request):
        type(clinic_settings).objects.update(confirmation_days=request.param)

    def test_a_trial_that_nobody_confirmed_has_the_general_form(self, trial, public_door):
        page = public_door.get(f"/en/trials/{trial.nct_id}/interest/").content.decode()
        assert "Our team has not confirmed lately" in page
        assert "Help me find a trial" in page
        assert trial.nct_id in page

    def test_so_has_one_that_the_registry_has_lost(self, trial, confirmed, lost, public_door):
        page = public_door.get(f"/en/trials/{trial.nct_id}/interest/").content.decode()
        assert "The registry does not show it any more" in page
        assert "Help me find a trial" in page

    def test_it_still_reaches_the_team_of_the_trial(self, trial, client):
        answer = client.post(f"/en/trials/{trial.nct_id}/interest/", form_data())
        assert answer.status_code == 303
        inquiry = Inquiry.objects.get()
        assert inquiry.origin == Origin.UNCONFIRMED_TRIAL
        assert inquiry.trials.get() == trial

    def test_a_confirmed_one_has_its_own(self, trial, confirmed, public_door):
        page = public_door.get(f"/en/trials/{trial.nct_id}/interest/").content.decode()
        assert "Ask about this trial" in page

    @pytest.mark.parametrize(
        ("days", "words"), [(0, "Ask about"), (60, "Ask about"), (10, "Help")], indirect=["days"]
    )
    def test_the_days_are_a_setting(self, trial, days, public_door, words):
        page = public_door.get(f"/en/trials/{trial.nct_id}/interest/").content.decode()
        assert f"<h1>{words}" in page


class TestReminding:
    def test_once_a_week_and_only_with_something_to_confirm(self):
        user = make_member(old_trial(), "Trial coordinators")
        make_member(make_trial(), "Trial coordinators")
        remind_teams()
        remind_teams()
        message = OutboxMessage.objects.get(template="confirm_trials")
        assert message.subject_id == str(user.pk)
        send_next()
        assert mail.outbox[-1].to == [user.email]
        assert "/admin/my-trials/" in mail.outbox[-1].body

    def test_leads_hear_of_trials_that_no_team_looks_after(self):
        lead, gone = make_user("Coordination leads"), make_user("Trial coordinators")
        make_member(old_trial(), "Trial coordinators")
        remind_teams()
        assert not OutboxMessage.objects.filter(subject_id=str(lead.pk)).exists()
        gone.is_active = False
        gone.save()
        nobodys, left = old_trial(), old_trial()
        left.team.create(user=gone)
        remind_teams()
        OutboxMessage.objects.exclude(subject_id=str(lead.pk)).delete()
        send_next()
        body = mail.outbox[-1].body
        assert mail.outbox[-1].to == [lead.email]
        assert nobodys.nct_id in body
        assert left.nct_id in body
        assert body.count("NCT") == 2

    def test_a_week_ahead(self):
        trial = make_trial(our_site_changed_at=timezone.now() - timedelta(days=25))
        user = make_member(trial, "Trial coordinators")
        row = open_trials_of(user)[0]
        assert row.is_due
        assert not row.has_ended

    def test_no_mail_when_all_is_confirmed_by_then(self):
        trial = old_trial()
        user = make_member(trial, "Trial coordinators")
        remind_teams()
        SiteConfirmation.objects.create(trial=trial, confirmed_at=timezone.now(), confirmed_by=user)
        send_next()
        assert mail.outbox == []
