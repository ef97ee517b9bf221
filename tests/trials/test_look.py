"""The daily look against a registry that speaks real HTTP."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.health import problems
from clinic.models import OutboxMessage
from tests.trials.factories import make_study, sync_studies
from tests.trials.fake_registry import answers, fails, fake_registry, half_json
from trials.enums import AlertKind
from trials.models import RegistryAlert, RegistryPage, RegistryQuery, SyncRun, Trial
from trials.registry.api import sync_from_api
from trials.registry.client import RegistryClient, RegistryUnavailable

pytestmark = pytest.mark.django_db

STUDIES = [make_study(f"NCT9999000{number}") for number in range(1, 6)]
TOMORROW = "2026-11-21T09:00:05"


@pytest.fixture
def query(clinic):
    return RegistryQuery.objects.create(name="Cancer", condition="cancer")


def look(registry, **values):
    """Look once, without waiting between requests; return run and report."""
    registry.requests.clear()
    client = RegistryClient(registry.url, user_agent="x", **{"pause": 0.0, "timeout": 5, **values})
    return sync_from_api(client)


class TestWhatIsAsked:
    def test_the_version_first_and_nothing_more_while_the_data_are_the_same(self, query):
        with fake_registry(studies=STUDIES) as registry:
            first, _report = look(registry)
            assert registry.requests[0].endswith("/version")
            second, report = look(registry)
        assert registry.requests == ["/api/v2/version"]
        assert (second.seen, report.unchanged) == (first.seen, 5)
        assert second.is_complete

    def test_a_new_question_is_asked_though_the_data_are_the_same(self, query):
        with fake_registry(studies=STUDIES) as registry:
            look(registry)
            RegistryQuery.objects.create(name="More", term="vaccine")
            look(registry)
        assert any("query.term=vaccine" in path for path in registry.requests)

    def test_pages_that_did_not_change_are_not_sent_again(self, query):
        with fake_registry(studies=STUDIES, has_etags=True) as registry:
            look(registry)
            registry.timestamp = TOMORROW
            changed = json.loads(json.dumps(STUDIES[4]))
            changed["protocolSection"]["statusModule"]["overallStatus"] = "COMPLETED"
            registry.studies = [*STUDIES[:4], changed]
            run, report = look(registry)
        assert (report.unchanged, report.changed) == (4, 1)
        assert len(run.seen) == 5

    def test_a_trial_that_we_lost_is_fetched_though_its_page_did_not_change(self, query):
        with fake_registry(studies=STUDIES, has_etags=True) as registry:
            look(registry)
            Trial.objects.get(nct_id="NCT99990001").delete()
            registry.timestamp = TOMORROW
            _run, report = look(registry)
        assert (report.new, Trial.objects.count()) == (1, 5)

    def test_a_page_with_a_refused_record_is_read_anew(self, query):
        bad = make_study("NCT12")
        with fake_registry(studies=[bad], has_etags=True) as registry:
            _run, report = look(registry)
        assert len(report.refused) == 1
        assert not RegistryPage.objects.exists()

    def test_page_tokens_that_the_registry_forgot_are_asked_for_anew(self, query):
        with fake_registry(studies=STUDIES, has_etags=True, token_word="a") as registry:
            look(registry)
            registry.timestamp, registry.token_word = TOMORROW, "b"
            _run, report = look(registry)
        assert report.unchanged >= 5
        assert Trial.objects.filter(missing_count=0).count() == 5

    def test_a_trial_that_no_query_finds_is_looked_up_by_its_id(self, query):
        with fake_registry(studies=STUDIES) as registry:
            look(registry)
            registry.timestamp = TOMORROW
            registry.not_found_by_search = {"NCT99990002"}
            run, _report = look(registry)
        assert any("filter.ids=NCT99990002" in path for path in registry.requests)
        assert (run.missing, len(run.seen)) == ([], 5)


class TestFaults:
    def test_a_look_that_was_cut_off_goes_on_at_its_page(self, query):
        with fake_registry(studies=STUDIES) as registry:
            registry.faults = [None, None, *[fails(500)] * 3]
            with pytest.raises(RegistryUnavailable, match="it answered 500"):
                look(registry, attempts=3)
            failed = SyncRun.objects.get()
            assert (failed.position, len(failed.seen)) == ({"query": 0, "token": "2"}, 2)
            run, report = look(registry)
        assert "pageToken=2" in registry.requests[1]
        assert (report.new, len(run.seen), run.position) == (3, 5, None)

    def test_the_same_studies_on_two_pages(self, query):
        with fake_registry(studies=[STUDIES[0], STUDIES[1], STUDIES[0], STUDIES[1]]) as registry:
            _run, report = look(registry)
        assert (report.new, report.unchanged) == (2, 2)

    def test_an_empty_page_in_the_middle_is_passed_and_nothing_is_lost(self, query):
        with fake_registry(studies=STUDIES) as registry:
            # The version and the first page come as they should.
            registry.faults = [None, None, answers({"studies": [], "nextPageToken": "02"})]
            run, report = look(registry)
        assert (run.is_complete, run.missing, report.new, len(run.seen)) == (True, [], 5, 5)

    def test_an_empty_page_that_leads_to_itself_ends_the_look_and_the_next_brings_the_rest(
        self, query
    ):
        with fake_registry(studies=STUDIES) as registry:
            registry.faults = [None, None, answers({"studies": [], "nextPageToken": "2"})]
            with pytest.raises(RegistryUnavailable, match="repeated a page"):
                look(registry)
            failed = SyncRun.objects.get()
            assert "repeated a page" in failed.problem
            assert (failed.is_complete, failed.missing, len(failed.seen)) == (False, [], 2)
            run, report = look(registry)
        assert (run.is_complete, report.new, len(run.seen)) == (True, 3, 5)

    def test_a_search_that_finds_nothing(self, query):
        with fake_registry() as registry:
            run, report = look(registry)
        assert (run.is_complete, report.total) == (True, 0)

    @pytest.mark.parametrize(
        ("fault", "sentence"),
        [(fails(500), "it answered 500"), (fails(429), "429"), (half_json, "is not JSON")],
    )
    def test_a_registry_that_is_down_leaves_a_run_that_says_so(self, query, fault, sentence):
        with fake_registry(faults=[fault] * 2) as registry, pytest.raises(RegistryUnavailable):
            look(registry, attempts=2)
        run = SyncRun.objects.get()
        assert sentence in run.problem
        assert run.is_daily_look
        assert not run.is_complete


class TestMissing:
    def test_the_second_look_in_a_row_alerts_and_hides_from_search_engines(self, query, client):
        with fake_registry(studies=STUDIES) as registry:
            look(registry)
            registry.studies = STUDIES[1:]
            registry.timestamp = TOMORROW
            run, _report = look(registry)
            assert run.missing == ["NCT99990001"]
            assert not RegistryAlert.objects.exists()
            assert not Trial.objects.get(nct_id="NCT99990001").is_noindex
            registry.timestamp = "2026-11-22T09:00:05"
            look(registry)
            alert = RegistryAlert.objects.get()
            assert (alert.trial.nct_id, alert.kind) == ("NCT99990001", AlertKind.MISSING)
            assert alert.trial.is_noindex
            page = client.get("/en/trials/NCT99990001/")
            assert page.status_code == 200
            assert b"noindex" in page.content
            assert OutboxMessage.objects.filter(template="registry_alerts").count() == 1
            registry.studies = STUDIES
            registry.timestamp = "2026-11-23T09:00:05"
            look(registry)
        assert not Trial.objects.filter(missing_count__gt=0).exists()

    def test_a_registry_that_lost_nearly_everything_is_not_believed(self, query):
        many = [make_study(f"NCT9999{number:04}") for number in range(1, 25)]
        with fake_registry(studies=many, page_size=30) as registry:
            look(registry)
            registry.studies, registry.timestamp = [], TOMORROW
            with pytest.raises(RegistryUnavailable, match="hard to believe"):
                look(registry)
        assert not Trial.objects.filter(missing_count__gt=0).exists()

    def test_a_trial_that_was_joined_to_another_leads_there(self, query, client):
        with fake_registry(studies=STUDIES[:2]) as registry:
            look(registry)
            joined = make_study(
                "NCT99990002", identificationModule={"nctIdAliases": ["NCT99990001"]}
            )
            registry.studies = [joined]
            for day in (21, 22):
                registry.timestamp = f"2026-11-{day}T09:00:05"
                look(registry)
        answer = client.get("/en/trials/NCT99990001/")
        assert (answer.status_code, answer["Location"]) == (301, "/en/trials/NCT99990002/")


class TestReadiness:
    def test_red_after_48_hours_without_success(self, query):
        with fake_registry(studies=STUDIES) as registry:
            look(registry)
        assert "registry" not in problems()
        SyncRun.objects.update(
            started_at=timezone.now() - timedelta(hours=51),
            finished_at=timezone.now() - timedelta(hours=50),
        )
        assert problems()["registry"] == "the registry was last read 50 hours ago"

    def test_files_are_no_look(self, query):
        sync_studies(make_study())
        SyncRun.objects.update(is_daily_look=False)
        assert "registry" not in problems()

    def test_red_when_no_look_ever_came_to_its_end(self, query):
        long_ago = timezone.now() - timedelta(hours=60)
        SyncRun.objects.create(
            source="x",
            started_at=long_ago,
            finished_at=long_ago,
            problem="down",
            is_daily_look=True,
        )
        assert problems()["registry"] == "the registry was never read"

    def test_nothing_is_asked_of_a_site_without_queries(self, clinic):
        long_ago = timezone.now() - timedelta(hours=60)
        SyncRun.objects.create(source="x", started_at=long_ago, is_daily_look=True)
        assert "registry" not in problems()
