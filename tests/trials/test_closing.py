"""What happens on the site and for staff when a trial stops recruiting here."""

import pytest
from django.utils.translation import override
from wagtail.models import Locale

from tests.factories import make_user
from tests.trials.factories import make_cancer_type, make_study, our_location, sync_studies
from tests.trials.test_sync import updated
from trials.enums import AlertKind, TrialStatus
from trials.models import PlainSummary, RegistryAlert, SyncRun, Trial
from trials.trial_page import closed_reason

pytestmark = pytest.mark.django_db

HERE = {"locations": [our_location(status="RECRUITING")]}


def make_summary(trial, **fields):
    """Return a live English summary of a trial."""
    return PlainSummary.objects.create(
        trial=trial,
        locale=Locale.objects.get(language_code="en"),
        title="A plain title",
        what_is_it_about="A test of a new treatment.",
        live=True,
        **fields,
    )


@pytest.fixture
def trial(clinic):
    make_cancer_type("melanoma", "Melanoma")
    sync_studies(make_study(contactsLocationsModule=HERE))
    return Trial.objects.get()


def close_by_record():
    closed = make_study(
        contactsLocationsModule={"locations": [our_location(status="ACTIVE_NOT_RECRUITING")]}
    )
    sync_studies(updated(closed))


class TestThePage:
    def test_an_open_trial_has_the_button_and_no_banner(self, trial, client):
        page = client.get(trial.get_absolute_url()).content.decode()
        assert "I am interested" in page
        assert "Closed to new people here" not in page

    def test_a_closed_one_has_a_dated_banner_and_similar_trials_instead(self, trial, client):
        sync_studies(make_study("NCT99990002", contactsLocationsModule=HERE))
        close_by_record()
        page = client.get(trial.get_absolute_url()).content.decode()
        assert "I am interested" not in page
        assert "Closed to new people here since" in page
        assert "/en/trials/NCT99990002/" in page

    def test_a_trial_that_was_closed_when_we_first_saw_it_has_no_date(self, clinic, client):
        places = {"locations": [our_location(status="COMPLETED")]}
        sync_studies(make_study(contactsLocationsModule=places))
        page = client.get("/en/trials/NCT99990001/").content.decode()
        assert "Closed to new people here" not in page
        assert "Not open at our clinic" in page

    def test_a_record_that_drops_our_site_has_a_date_and_says_so(self, trial, client):
        sync_studies(updated(make_study()))
        page = client.get(trial.get_absolute_url()).content.decode()
        assert "Closed to new people here since" in page
        assert "Our clinic does not take part in this trial any more." in page
        assert "I am interested" not in page
        assert RegistryAlert.objects.get().kind == AlertKind.CLOSED

    @pytest.mark.parametrize("language", ["en", "es"])
    @pytest.mark.parametrize("status", [*TrialStatus.values[1:], "INVENTED_SINCE"])
    def test_every_status_that_closes_is_explained(self, trial, client, status, language):
        here = {"locations": [our_location(status=None)]}
        sync_studies(updated(make_study(contactsLocationsModule=here), overallStatus=status))
        assert not Trial.objects.get().our_site_open
        page = client.get(f"/{language}/trials/{trial.nct_id}/").content.decode()
        assert f"/{language}/trials/{trial.nct_id}/interest/" not in page
        with override(language):
            said = closed_reason(Trial.objects.get())
        assert f"<p>{said}</p>" in page
        if language == "en":
            assert ("Our clinic is not taking" in said) is (status == "INVENTED_SINCE")
            assert "Closed to new people here since" in page

    def test_a_status_that_we_do_not_know_closes_whatever_the_sites_say(self, trial, client):
        study = make_study(contactsLocationsModule=HERE)
        sync_studies(updated(study, overallStatus="INVENTED_SINCE"))
        assert not Trial.objects.get().our_site_open
        assert "INVENTED_SINCE" in client.get(trial.get_absolute_url()).content.decode()

    def test_a_finished_trial_that_was_never_ours_is_not_said_to_be_elsewhere(self, clinic, client):
        sync_studies(make_study(statusModule={"overallStatus": "COMPLETED"}))
        page = client.get("/en/trials/NCT99990001/").content.decode()
        assert "This trial has finished." in page
        assert "Other places do" not in page

    def test_one_that_the_registry_has_lost_is_offered_as_a_question(self, trial, client):
        sync_studies(make_study("NCT99990002", contactsLocationsModule=HERE))
        Trial.objects.filter(pk=trial.pk).update(missing_count=2)
        page = client.get(trial.get_absolute_url()).content.decode()
        assert "I am interested" not in page
        assert "Please ask us if it is still open" in page
        assert "The registry does not show this trial any more" in page
        assert "/en/trials/NCT99990001/interest/" in page
        assert "/en/trials/NCT99990002/" in page

    @pytest.mark.parametrize(
        ("address", "leads_to"),
        [
            ("/en/trials/{}/", "/en/trials/NCT99990001/"),
            ("/es/trials/{}/interest/", "/es/trials/NCT99990001/interest/"),
            ("/en/trials/{}/doctor/", "/en/trials/NCT99990001/doctor/"),
            ("/en/trials/{}/fit/", "/en/trials/NCT99990001/fit/"),
            ("/api/v1/trials/{}/", "/api/v1/trials/NCT99990001/"),
        ],
    )
    @pytest.mark.parametrize("former", ["NCT99990098", "nct99990098", "NCT99990099"])
    def test_former_ids_lead_on_from_every_page_of_a_trial(
        self, clinic, client, address, leads_to, former
    ):
        """NCT99990098 only ever was an alias; 99 is held too, and the registry joined it."""
        aliases = {"nctIdAliases": ["NCT99990098", "NCT99990099"]}
        sync_studies(
            make_study("NCT99990099", contactsLocationsModule=HERE),
            make_study(contactsLocationsModule=HERE, identificationModule=aliases),
        )
        Trial.objects.filter(nct_id="NCT99990099").update(missing_count=2)
        answer = client.get(address.format(former))
        assert (answer.status_code, answer["Location"]) == (301, leads_to)
        assert client.get(f"/fhir/ResearchStudy/{former}").json()["id"] == "NCT99990001"
        compared = client.get(f"/en/trials/compare/?id={former}&id=NCT99990001").content.decode()
        assert "We list no trial" not in compared
        assert f"<dt>{former.upper()}</dt>" not in compared

    def test_a_trial_that_opens_again_is_dated_anew(self, trial):
        close_by_record()
        closed_at = Trial.objects.get().our_site_changed_at
        sync_studies(updated(make_study(contactsLocationsModule=HERE), "2026-04-01"))
        again = Trial.objects.get()
        assert again.our_site_open
        assert again.our_site_changed_at > closed_at

    @pytest.mark.parametrize("status", ["WITHDRAWN", "SUSPENDED", "UNKNOWN"])
    def test_a_stopped_trial_stays_but_is_not_indexed(self, trial, client, status):
        sync_studies(updated(make_study(contactsLocationsModule=HERE), overallStatus=status))
        page = client.get(trial.get_absolute_url())
        assert page.status_code == 200
        assert b'content="noindex"' in page.content
        kinds = set(RegistryAlert.objects.values_list("kind", flat=True))
        assert kinds == {AlertKind.STOPPED, AlertKind.CLOSED}


class TestWhatIsReviewed:
    def test_new_criteria_make_the_summary_older_than_the_record(self, trial, client):
        summary = make_summary(trial)
        changed = make_study(
            contactsLocationsModule=HERE,
            eligibilityModule={"eligibilityCriteria": "Inclusion Criteria:\n\n* Age \\>= 21"},
        )
        sync_studies(updated(changed))
        summary.refresh_from_db()
        assert summary.trial.review_changed_at
        assert RegistryAlert.objects.get().kind == AlertKind.REWRITTEN
        assert "newer than this summary" in client.get(trial.get_absolute_url()).content.decode()
        assert summary.title == "A plain title"

    def test_a_status_is_taken_over_without_any_task(self, trial):
        make_summary(trial)
        sync_studies(updated(make_study(contactsLocationsModule=HERE), why_stopped="x"))
        assert Trial.objects.get().review_changed_at is None
        assert not RegistryAlert.objects.exists()

    def test_without_a_summary_nobody_has_to_compare(self, trial):
        study = make_study(contactsLocationsModule=HERE)
        study["protocolSection"]["identificationModule"]["briefTitle"] = "Another title"
        sync_studies(updated(study))
        assert Trial.objects.get().review_changed_at
        assert not RegistryAlert.objects.exists()

    def test_a_change_of_what_we_show_nowhere_is_named_by_its_module(self, trial):
        study = make_study(contactsLocationsModule=HERE)
        study["protocolSection"]["outcomesModule"] = {"primaryOutcomes": [{"measure": "x"}]}
        sync_studies(study)
        newest = Trial.objects.get().versions.first()
        assert newest.changed == ["outcomesModule"]


def part_of(page, heading):
    """Return what a page says under a heading, up to the next one."""
    return page.split(f"{heading}</h2>")[1].split("<h2")[0]


class TestTheReport:
    @pytest.fixture
    def rewritten(self, trial):
        make_summary(trial)
        study = make_study(contactsLocationsModule=HERE)
        study["protocolSection"]["descriptionModule"]["briefSummary"] = "Tests if it cures people."
        sync_studies(updated(study), make_study("NCT12"))
        return Trial.objects.get()

    @pytest.mark.parametrize(
        ("role", "status"),
        [
            ("Editors", 200),
            ("Trial coordinators", 200),
            ("Coordination leads", 200),
            ("Site administrators", 200),
            ("Clinical reviewers", 302),
        ],
    )
    def test_who_sees_it(self, rewritten, client, role, status):
        client.force_login(make_user(role))
        assert client.get("/admin/reports/registry/").status_code == status

    def test_it_shows_runs_changes_alerts_and_stale_listings(self, rewritten, client):
        SyncRun.objects.create(
            source="x", started_at=rewritten.first_seen_at, problem="It was down."
        )
        Trial.objects.update(last_update_posted="2024-01-01")
        client.force_login(make_user("Editors"))
        page = client.get("/admin/reports/registry/").content.decode()
        for words in ("It was down.", "newer than our plain summary", "older than six months"):
            assert words in page
        assert "Jan. 1, 2024" in page
        changed = part_of(page, "Changed in the last run")
        assert f'/admin/reports/registry/{rewritten.nct_id}/"' in changed
        assert "registry summary" in changed
        refused = part_of(page, "Refused in the last run")
        for words in ("record 2", "NCT12", "is not an NCT id"):
            assert words in refused

    def test_many_refusals_are_cut_short_and_those_of_an_earlier_run_are_gone(
        self, clinic, client, monkeypatch
    ):
        monkeypatch.setattr("trials.registry_views.REFUSED", 2)
        client.force_login(make_user("Trial coordinators"))
        sync_studies(*(make_study(f"NCT1{number}") for number in range(5)))
        refused = part_of(client.get("/admin/reports/registry/").text, "Refused in the last run")
        assert refused.count("is not an NCT id") == 2
        assert "and 3 more" in refused
        sync_studies(make_study())
        refused = part_of(client.get("/admin/reports/registry/").text, "Refused in the last run")
        assert "Nothing." in refused

    def test_the_difference_is_shown_word_by_word_and_settled_by_comparing(self, rewritten, client):
        client.force_login(make_user("Editors"))
        address = f"/admin/reports/registry/{rewritten.nct_id}/"
        page = client.get(address).content.decode()
        assert "<ins>" in page
        assert "cures" in page
        client.post(address)
        assert not RegistryAlert.objects.unsettled().exists()
        assert not PlainSummary.objects.get().is_older_than_record
        assert "Nothing that a plain summary explains" in client.get(address).content.decode()

    def test_a_coordinator_settles_alerts_but_compares_no_summaries(self, rewritten, client):
        close_by_record()
        client.force_login(make_user("Trial coordinators"))
        alert = RegistryAlert.objects.get(kind=AlertKind.CLOSED)
        client.post("/admin/reports/registry/", {"alert": str(alert.pk)})
        alert.refresh_from_db()
        assert alert.settled_by.groups.get().name == "Trial coordinators"
        answer = client.post(f"/admin/reports/registry/{rewritten.nct_id}/")
        assert answer.status_code == 302
        assert RegistryAlert.objects.unsettled().filter(kind=AlertKind.REWRITTEN).exists()

    @pytest.mark.parametrize("wanted", ["", "x", "99999999", "-1"])
    def test_an_alert_that_is_not_there(self, rewritten, client, wanted):
        client.force_login(make_user("Editors"))
        answer = client.post("/admin/reports/registry/", {"alert": wanted})
        assert answer["Location"] == "/admin/reports/registry/"
        assert RegistryAlert.objects.unsettled().count() == 1
