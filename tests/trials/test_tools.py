"""The sheet for the doctor, trials side by side, and the filters of place and volunteers."""

import pytest

from clinic.page_cache_store import storable
from tests.trials.factories import make_study, our_location, sync_studies
from tests.trials.registry_files import RECORDS, needs_registry
from trials.comparison import SHOWN_CRITERIA, main_criteria
from trials.models import Trial
from trials.registry.files import read_files
from trials.registry.sync import sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def trials(clinic):
    many = "\n".join(f"* Point {number} {'long ' * 60}" for number in range(1, 30))
    criteria = f"Inclusion Criteria:\n\n{many}\n\nExclusion Criteria:\n\n{many}"
    sync_studies(
        make_study(
            identificationModule={"nctIdAliases": ["NCT99990099"]},
            contactsLocationsModule={"locations": [our_location()]},
            eligibilityModule={"eligibilityCriteria": criteria},
        ),
        make_study("NCT99990002", eligibilityModule={"healthyVolunteers": True}),
        make_study("NCT99990003", eligibilityModule={"healthyVolunteers": None}),
        make_study("NCT99990004"),
        make_study("NCT99990005"),
    )


class TestDoctor:
    def test_the_sheet(self, trials, client):
        page = client.get("/en/trials/NCT99990001/doctor/").content.decode()
        assert "Please check with me" in page
        assert "(415) 555-0100" in page
        assert "clinicaltrials.gov/study/NCT99990001" in page
        assert page.count("<li>Point") == sum(SHOWN_CRITERIA.values())
        assert "The record names 46 more points." in page
        assert 'content="noindex"' in page

    @pytest.mark.parametrize(
        ("given", "status", "address"),
        [
            ("NCT99990099", 301, "/en/trials/NCT99990001/doctor/"),
            ("nct99990001", 301, "/en/trials/NCT99990001/doctor/"),
            ("NCT99990404", 404, None),
        ],
    )
    def test_other_ids(self, trials, client, given, status, address):
        answer = client.get(f"/en/trials/{given}/doctor/")
        assert (answer.status_code, answer.get("Location")) == (status, address)

    def test_in_spanish(self, trials, client):
        page = client.get("/es/trials/NCT99990001/doctor/").content.decode()
        assert "Please check with me" not in page


class TestCompare:
    def test_side_by_side(self, trials, client):
        page = client.get("/en/trials/compare/?id=NCT99990001&id=nct99990002").content.decode()
        assert page.count('scope="row"') > 5
        assert page.count('role="cell"') == 2 * page.count('scope="row"')
        assert page.index('class="tag">NCT99990001') < page.index('class="tag">NCT99990002')
        assert "Open at our clinic" in page

    def test_nothing_chosen_offers_what_is_open(self, trials, client):
        page = client.get("/en/trials/compare/").content.decode()
        assert "Choose two to four trials" in page
        assert 'value="NCT99990001"' in page

    def test_four_are_the_most(self, trials, client):
        ids = "&".join(f"id=NCT9999000{number}" for number in range(1, 6))
        page = client.get(f"/en/trials/compare/?{ids}").content.decode()
        assert 'class="tag">NCT99990004' in page
        assert 'class="tag">NCT99990005' not in page
        assert "4 trials are the most" in page

    @pytest.mark.parametrize("given", ["NCT99990404", "x", "<script>", "%00x", "NCT99990001,NCT1"])
    def test_what_is_not_known_is_said(self, trials, client, given):
        page = client.get("/en/trials/compare/", {"id": given.replace("%00", "")})
        assert page.status_code == 200
        assert "We list no trial with this number" in page.content.decode()
        assert "<script>" not in page.content.decode()

    def test_an_unlisted_trial_is_not_shown(self, trials, client):
        Trial.objects.update(is_listed=False)
        page = client.get("/en/trials/compare/?id=NCT99990001").content.decode()
        assert 'class="tag">NCT99990001' not in page


class TestKept:
    @pytest.mark.parametrize("language", ["en", "es"])
    def test_the_page_of_the_list_is_the_same_for_all(self, clinic, client, language):
        answer = client.get(f"/{language}/trials/list/")
        assert answer.status_code == 200
        assert storable("200 OK", list(answer.items()))
        assert 'content="noindex"' in answer.content.decode()

    def test_results_and_the_page_of_a_trial_can_be_kept(self, trials, client):
        for address in ("/en/trials/", "/en/trials/NCT99990001/"):
            page = client.get(address).content.decode()
            assert 'data-trial="NCT99990001"' in page
            assert 'href="/en/trials/list/"' in page


class TestFilters:
    @pytest.mark.parametrize(
        ("address", "numbers"),
        [
            ("place=ours", "1"),
            ("place=anywhere", "12345"),
            ("volunteers=yes", "2"),
            ("volunteers=no", "145"),
            ("volunteers=no&place=ours", "1"),
            ("place=moon", "12345"),
        ],
    )
    def test_which_trials_are_found(self, trials, client, address, numbers):
        answer = client.get(f"/api/v1/trials/?{address}").json()
        assert {row["nct_id"][-1] for row in answer["results"]} == set(numbers)

    def test_their_counts_are_right_under_the_other_filters(self, trials, client):
        page = client.get("/en/trials/?place=ours")
        shown = {facet.key: facet for facet in page.context["facets"]}
        counts = {choice.value: choice.count for choice in shown["volunteers"].choices}
        assert counts == {"no": 1}
        assert [choice.count for choice in shown["place"].choices] == [1]

    def test_a_filter_in_use_can_be_taken_away(self, trials, client):
        page = client.get("/en/trials/?volunteers=yes").content.decode()
        assert 'class="tag" href="?"' in page


class TestRealRecords:
    pytestmark = [pytest.mark.django_db, *needs_registry]

    def test_every_sheet_is_short(self, clinic):
        sync(read_files(RECORDS), source="real")
        for trial in Trial.objects.all():
            criteria, left_out = main_criteria(trial)
            shown = [text for _label, texts in criteria for text in texts]
            assert len(shown) <= sum(SHOWN_CRITERIA.values())
            assert max(map(len, shown), default=0) <= 150
            assert left_out >= 0
