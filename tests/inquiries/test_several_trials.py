"""One inquiry about several trials: one owner, and the teams of all of them see it."""

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.models import Absence, AuditEvent, OutboxMessage
from clinic.roles import COORDINATORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import encoded, form_data, make_inquiry, make_member, make_trial
from trials.closing import close
from trials.inquiries import services
from trials.inquiries.enums import InquiryState, Origin
from trials.inquiries.inbox_forms import FilterForm
from trials.inquiries.models import Inquiry, InquiryTrial
from trials.inquiries.presentation import trial_warnings
from trials.inquiries.services.naming import MOST_TRIALS
from trials.inquiries.timeline import timeline
from trials.models import SiteConfirmation, Trial

pytestmark = pytest.mark.django_db

SEVERAL = "/en/trials/interest/"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def trials():
    make_home_page()
    return [make_trial(), make_trial()]


@pytest.fixture
def inquiry(trials):
    return make_inquiry(trial=trials[0], more_trials=trials[1:])


@pytest.fixture
def lead():
    return make_user(LEADS)


def named(inquiry):
    return set(inquiry.trials.values_list("pk", flat=True))


def as_owner():
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


class TestForm:
    def send(self, browser, trials, **overrides):
        ids = [trial.nct_id for trial in trials]
        page = browser.get(SEVERAL, {"id": ids}).text
        csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        data = form_data(csrfmiddlewaretoken=csrf, id=ids, **overrides)
        return browser.post(SEVERAL, encoded(data), content_type=FORM)

    def test_post__is_one_inquiry_about_all_of_them(self, trials, public_door):
        response = self.send(public_door, trials)
        assert response.status_code == HTTPStatus.SEE_OTHER
        receipt = public_door.get(response["Location"]).text
        as_owner()
        inquiry = Inquiry.objects.get()
        assert named(inquiry) == {trial.pk for trial in trials}
        assert (inquiry.origin, inquiry.is_quarantined) == (Origin.TRIAL, False)
        assert not [trial for trial in trials if trial.nct_id in receipt]

    def test_get__names_them_and_keeps_them_in_the_form(self, trials, public_door):
        response = public_door.get(SEVERAL, {"id": [trial.nct_id.lower() for trial in trials]})
        assert response.status_code == HTTPStatus.OK and "no-store" in response["Cache-Control"]
        for trial in trials:
            assert f'name="id" value="{trial.nct_id}"' in response.text
            assert trial.brief_title in response.text

    @pytest.mark.parametrize(
        ("number", "address"), [(0, "/en/trials/help/"), (1, "/en/trials/{id}/interest/")]
    )
    def test_get__of_one_or_none_leads_to_its_own_form(self, trials, client, number, address):
        response = client.get(SEVERAL, {"id": [t.nct_id for t in trials[:number]] + ["NCT1", "x"]})
        assert response["Location"] == address.format(id=trials[0].nct_id)

    def test_closed_and_fifth__are_named_and_left_out(self, trials, client):
        more = [make_trial() for _number in range(3)]
        closed = make_trial(our_site_open=False)
        chosen = [*trials, closed, *more]
        page = client.get(SEVERAL, {"id": [trial.nct_id for trial in chosen]})
        assert f"{closed.nct_id}, {more[2].nct_id}" in page.text
        assert page.text.count('name="id"') == 4

    def test_all_closed_meanwhile__loses_nothing(self, trials, public_door):
        as_owner()
        page = public_door.get(SEVERAL, {"id": [trial.nct_id for trial in trials]}).text
        Trial.objects.update(our_site_open=False)
        csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        data = form_data(csrfmiddlewaretoken=csrf, id=[trial.nct_id for trial in trials])
        response = public_door.post(SEVERAL, encoded(data), content_type=FORM)
        assert response.status_code == HTTPStatus.CONFLICT
        assert data["name"] in response.text and 'action="/en/trials/help/"' in response.text
        assert not Inquiry.objects.exists()

    def test_urgent_words__stop_it_with_all_trials_kept(self, trials, public_door):
        stopped = self.send(public_door, trials, message="I have chest pain")
        assert stopped.text.count('name="id"') == 2 and "911" in stopped.text

    def test_unconfirmed__of_one_is_said_and_of_all_has_an_owner(
        self, trials, client, clinic_settings, lead
    ):
        clinic_settings.confirmation_days, clinic_settings.default_assignee = 30, lead
        clinic_settings.save()
        old = timezone.now() - timedelta(days=45)
        Trial.objects.update(our_site_changed_at=old)
        SiteConfirmation.objects.create(
            trial=trials[0], confirmed_at=timezone.now(), confirmed_by=lead
        )
        page = client.get(SEVERAL, {"id": [trial.nct_id for trial in trials]})
        assert page.text.count("has not confirmed lately") == 1
        self.send(client, trials)
        assert Inquiry.objects.get().assignee is None
        SiteConfirmation.objects.all().delete()
        self.send(client, trials, name="Another Person")
        assert Inquiry.objects.get(origin=Origin.UNCONFIRMED_TRIAL).assignee == lead

    def test_my_list_and_comparison__lead_there(self, trials, client):
        assert f'formaction="{SEVERAL}"' in client.get("/en/trials/list/").text
        closed = make_trial(our_site_open=False)
        ids = [trial.nct_id for trial in (*trials, closed)]
        page = client.get("/en/trials/compare/", {"id": ids}).text
        assert f'href="{SEVERAL}?id={ids[0]}&amp;id={ids[1]}"' in page


class TestWhoSeesIt:
    def test_each_team__its_deputies_the_assignee_and_leads(self, trials, inquiry, lead):
        first, second = (make_member(trial, COORDINATORS) for trial in trials)
        stranger, deputy = make_member(make_trial(), COORDINATORS), make_user(COORDINATORS)
        today = timezone.localdate()
        Absence.objects.create(user=second, deputy=deputy, first_day=today, last_day=today)
        for user in (first, second, deputy, lead):
            assert list(Inquiry.objects.visible_to(user)) == [inquiry], user
            if user != lead:
                assert list(Inquiry.objects.queue_of(user)) == [inquiry], user
        assert not Inquiry.objects.visible_to(stranger).exists()
        services.assign(inquiry_id=inquiry.pk, assignee=first, actor=first, version=0)
        assert list(Inquiry.objects.queue_of(first)) == [inquiry]
        assert not Inquiry.objects.queue_of(second).exists()
        assert list(Inquiry.objects.visible_to(second)) == [inquiry]

    def test_somebody_on_both_teams__counts_and_lists_it_once(self, trials, inquiry, client):
        both = make_member(trials[0], COORDINATORS)
        services.join_team(trial=trials[1], user=both, role="coordinator", actor=both)
        counts = Inquiry.objects.visible_to(both).counts(timezone.now(), both)
        assert (counts["open"], counts["unassigned"]) == (1, 1)
        client.force_login(both)
        for trial in trials:
            page = client.get("/admin/inquiries/", {"show": "all", "trial": trial.nct_id})
            assert [row[0] for row in page.context["rows"]] == [inquiry]
        assert all(trial.nct_id in page.text for trial in trials)
        form = FilterForm({"show": "all"}, user=both)
        assert len(form.apply(Inquiry.objects.visible_to(both), timezone.now())) == 1

    def test_list__costs_the_same_with_several_trials(self, client, trials, lead):
        def cost():
            with CaptureQueriesContext(connection) as queries:
                client.get("/admin/inquiries/", {"show": "all"})
            return len(queries)

        client.force_login(lead)
        make_inquiry(trial=trials[0])
        cost()
        few = cost()
        for _number in range(5):
            make_inquiry(trial=trials[0], more_trials=[trials[1], make_trial(), make_trial()])
        assert cost() == few

    def test_database__names_a_trial_once(self, trials, inquiry):
        with pytest.raises(IntegrityError), transaction.atomic():
            InquiryTrial.objects.create(inquiry=inquiry, trial=trials[0])


class TestChanging:
    def test_add_and_remove__are_recorded_and_shown(self, trials, lead):
        inquiry, other = make_inquiry(trial=trials[0]), trials[1]
        services.add_trial(inquiry_id=inquiry.pk, trial=other, actor=lead, version=0)
        assert named(inquiry) == {trial.pk for trial in trials}
        services.remove_trial(inquiry_id=inquiry.pk, trial=trials[0], actor=lead, version=1)
        assert named(inquiry) == {other.pk}
        events = AuditEvent.objects.filter(object_id=str(inquiry.pk), actor_id=lead.pk)
        assert [(event.action, event.data) for event in events.order_by("at")] == [
            ("inquiry.trial_added", {"trial": other.pk}),
            ("inquiry.trial_removed", {"trial": trials[0].pk}),
        ]
        opened = services.open_inquiry(inquiry_id=inquiry.pk, actor=lead, request=None)
        titles = [entry.title for entry in timeline(opened, lead)]
        assert f"Trial added: {other.nct_id}" in titles
        assert f"Trial taken off: {trials[0].nct_id}" in titles

    def test_add__opens_it_to_the_other_team_and_keeps_the_owner(self, trials):
        owner, other = (make_member(trial, COORDINATORS) for trial in trials)
        inquiry = make_inquiry(trial=trials[0])
        services.assign(inquiry_id=inquiry.pk, assignee=owner, actor=owner, version=0)
        services.add_trial(inquiry_id=inquiry.pk, trial=trials[1], actor=owner, version=1)
        inquiry.refresh_from_db()
        assert list(Inquiry.objects.visible_to(other)) == [inquiry]
        assert inquiry.assignee == owner

    def test_remove__of_the_last_one_leaves_nobody_without_an_owner(self, trials):
        member = make_member(trials[0], COORDINATORS)
        inquiry = make_inquiry(trial=trials[0])
        services.remove_trial(inquiry_id=inquiry.pk, trial=trials[0], actor=member, version=0)
        inquiry.refresh_from_db()
        assert inquiry.assignee == member and not inquiry.trials.exists()
        assert list(Inquiry.objects.visible_to(member)) == [inquiry]

    @pytest.mark.parametrize("case", ["named", "closed", "too many", "stale", "ended"])
    def test_add__refuses(self, trials, lead, case):
        inquiry, trial, version = make_inquiry(trial=trials[0]), trials[1], 0
        if case == "named":
            trial = trials[0]
        elif case == "closed":
            trial = make_trial(our_site_open=False)
        elif case == "too many":
            for _number in range(MOST_TRIALS - 1):
                InquiryTrial.objects.create(inquiry=inquiry, trial=make_trial())
        elif case == "stale":
            version = 7
        else:
            services.change_state(
                inquiry_id=inquiry.pk,
                state=InquiryState.WITHDRAWN,
                closing="told",
                actor=lead,
                version=0,
            )
            version = 1
        before = named(inquiry)
        with pytest.raises(services.RefusedError):
            services.add_trial(inquiry_id=inquiry.pk, trial=trial, actor=lead, version=version)
        assert named(inquiry) == before

    def test_remove__refuses_what_is_not_named(self, trials, lead):
        inquiry = make_inquiry(trial=trials[0])
        with pytest.raises(services.RefusedError):
            services.remove_trial(inquiry_id=inquiry.pk, trial=trials[1], actor=lead, version=0)

    def test_page__does_it_under_the_staff_role_and_says_when_it_is_stale(
        self, client, trials, lead, as_role
    ):
        inquiry = make_inquiry(trial=trials[0])
        client.force_login(lead)
        address = f"/admin/inquiries/{inquiry.pk}/"
        data = {"trial": trials[1].nct_id, "version": 0}
        with as_role("staff"):
            assert trials[1].nct_id in client.get(address).text
            assert client.post(f"{address}trials/add/", data).status_code == HTTPStatus.FOUND
            stale = client.post(f"{address}trials/remove/", data)
            assert stale.status_code == HTTPStatus.CONFLICT and "A colleague" in stale.text
            client.post(f"{address}trials/remove/", data | {"version": 1})
        assert named(inquiry) == {trials[0].pk}

    def test_merge__names_the_trials_of_both_and_undoing_takes_them_apart(self, trials, lead):
        earlier = make_inquiry(trial=trials[0])
        later = make_inquiry(trial=trials[1], more_trials=[make_trial()])
        services.merge(
            kept_id=earlier.pk, kept_version=0, merged_id=later.pk, merged_version=0, actor=lead
        )
        assert named(earlier) == {trials[0].pk} | named(later)
        services.undo_merge(merged_id=later.pk, version=1, actor=lead)
        assert named(earlier) == {trials[0].pk} and len(named(later)) == 2


class TestClosing:
    def test_one_of_several__is_a_task_and_no_end(self, trials, inquiry, lead):
        Trial.objects.filter(pk=trials[0].pk).update(our_site_open=False)
        close([trials[0]])
        inquiry.refresh_from_db()
        assert inquiry.next_action_on == timezone.localdate() and inquiry.is_open
        assert OutboxMessage.objects.filter(template="inquiry_trial_closed").count() == 1
        assert list(Inquiry.objects.about_closed_trials()) == [inquiry]
        [warning] = trial_warnings(inquiry)
        assert trials[0].nct_id in warning and f"go on with {trials[1].nct_id}" in warning
        end = {"inquiry_id": inquiry.pk, "state": InquiryState.TRIAL_CLOSED, "closing": "told"}
        with pytest.raises(services.RefusedError, match=trials[1].nct_id):
            services.change_state(**end, actor=lead, version=1)
        Trial.objects.filter(pk=trials[1].pk).update(our_site_open=False)
        services.change_state(**end, actor=lead, version=1)

    def test_both_at_once__is_one_task(self, trials, inquiry):
        Trial.objects.update(our_site_open=False)
        close(trials)
        inquiry.refresh_from_db()
        assert inquiry.version == 1
        assert OutboxMessage.objects.filter(template="inquiry_trial_closed").count() == 1

    def test_a_single_trial__may_end_before_the_registry_knows(self, trials, lead):
        inquiry = make_inquiry(trial=trials[0])
        services.change_state(
            inquiry_id=inquiry.pk,
            state=InquiryState.TRIAL_CLOSED,
            closing="told",
            actor=lead,
            version=0,
        )
        inquiry.refresh_from_db()
        assert inquiry.state == InquiryState.TRIAL_CLOSED
