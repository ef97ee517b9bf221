"""Filters by what a trial asks of people: what the live plain summary says, and nothing else."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from clinic.jobs import all_jobs, run_if_due
from clinic.review import publishing_without_review
from tests.factories import make_locale
from tests.trials.factories import make_study, sync_studies
from trials import search_documents
from trials.burden import burden_of, spoken
from trials.facets import facets, removable_filters
from trials.models import PlainSummary, SearchDocument, Trial
from trials.search import TrialSearch
from trials.search_documents import drop_ended_summaries
from trials.search_query import read_query
from trials.vocabulary import Vocabulary

pytestmark = pytest.mark.django_db
EASY = {
    "visits_per_month": 2,
    "overnight_stays": "no",
    "biopsies": "no",
    "placebo_possible": "no",
    "travel_help": "yes",
    "languages": "English, español",
}


def make_summary(nct_id, language="en", *, end=None, live=True, **facts):
    summary = PlainSummary.objects.create(
        trial=Trial.objects.get(nct_id=nct_id),
        locale=make_locale(language),
        title="A title of ours",
        what_is_it_about="Zebrafish are not tested.",
        live=live,
        irb_reference="IRB-1",
        irb_approved_on=timezone.localdate() - timedelta(days=300),
        irb_expires_on=end or timezone.localdate() + timedelta(days=60),
        **facts,
    )
    search_documents.refresh([summary.trial_id], Vocabulary.load())
    return summary


@pytest.fixture
def trials(clinic):
    sync_studies(*(make_study(f"NCT9999000{number}") for number in (1, 2, 3)))


@pytest.fixture
def summaries(trials):
    make_summary("NCT99990001", **EASY)
    make_summary("NCT99990002", visits_per_month=4, overnight_stays="yes", languages="English")


def search(address, language="en"):
    vocabulary = Vocabulary.load()
    return TrialSearch(read_query(QueryDict(address), vocabulary), vocabulary, language)


def found(address, language="en"):
    return {trial.nct_id[-1] for trial in search(address, language).trials(limit=9)}


class TestFacts:
    def test_not_known_is_no_answer(self, trials):
        summary = PlainSummary(**dict.fromkeys(("languages",), ""))
        assert burden_of(summary) == burden_of(None) == []

    @pytest.mark.parametrize(
        ("visits", "fits"), [(0, "124"), (1, "124"), (2, "24"), (3, "4"), (4, "4"), (5, "")]
    )
    def test_fewer_visits_fit_too(self, visits, fits):
        facts = burden_of(PlainSummary(visits_per_month=visits))
        assert "".join(value for name, value in facts if name == "visits") == fits

    @pytest.mark.parametrize(
        ("text", "codes"),
        [
            ("English, Spanish", ["en", "es"]),
            ("inglés y español", ["en", "es"]),
            ("Mandarin; Cantonese; Tagalog", ["zh", "tl"]),
            ("Tiếng Việt, русский, 한국어, العربية, 中文", ["zh", "vi", "ru", "ko", "ar"]),
            ("American Sign Language", ["asl"]),
            ("Klingon", []),
            ("", []),
        ],
    )
    def test_languages_of_a_free_text(self, text, codes):
        assert spoken(text) == codes


class TestFilters:
    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("visits=1", set()),
            ("visits=2", {"1"}),
            ("visits=4", {"1", "2"}),
            ("overnight=no", {"1"}),
            ("biopsy=no", {"1"}),
            ("placebo=no", {"1"}),
            ("travel=yes", {"1"}),
            ("speaks=en", {"1", "2"}),
            ("speaks=es", {"1"}),
            ("visits=4&overnight=no&speaks=en", {"1"}),
            ("visits=4&status=completed", set()),
        ],
    )
    def test_which_trials_are_found(self, summaries, address, expected):
        assert found(address) == expected
        assert search(address).counts().total == len(expected)

    @pytest.mark.parametrize(
        "address", ["visits=3", "overnight=yes", "biopsy=maybe", "travel=no", "speaks=xx"]
    )
    def test_what_is_no_filter_is_left_out_with_a_note(self, summaries, address):
        assert len(search(address).query.notes) == 1
        assert found(address) == {"1", "2", "3"}

    def test_counts_are_right_under_the_other_filters(self, summaries):
        searched = search("speaks=en&overnight=no")
        shown = facets(searched.query, searched.counts(), searched.vocabulary)
        counted = {
            (choice.key, choice.value): choice.count
            for facet in shown
            for choice in facet.choices
            if facet.key == "burden"
        }
        for (name, value), count in counted.items():
            others = "speaks=en" if name == "overnight" else "speaks=en&overnight=no"
            assert count == len(found(f"{others}&{name}={value}")), name
        assert ("visits", "4") in counted

    def test_each_can_be_taken_away(self, summaries):
        searched = search("visits=4&travel=yes&speaks=es")
        labels = {
            one.label: one.address for one in removable_filters(searched.query, searched.vocabulary)
        }
        assert labels == {
            "At most 4 visits a month": "?travel=yes&speaks=es",
            "Help with travel": "?visits=4&speaks=es",
            "Español": "?visits=4&travel=yes",
        }

    def test_the_page(self, summaries, client):
        page = client.get("/en/trials/?overnight=no").content.decode()
        assert 'name="overnight" value="no" checked' in page
        assert 'name="visits" value="2"' in page
        assert 'name="burden"' not in page

    def test_the_api(self, summaries, client):
        assert client.get("/api/v1/trials/?overnight=no&speaks=es").json()["count"] == 1
        assert client.get("/feeds/trials.atom?overnight=no").content.count(b"<entry>") == 1


class TestSpanish:
    def test_the_english_facts_stand_in_for_a_missing_translation(self, summaries):
        assert found("overnight=no", "es") == {"1"}

    def test_a_translation_says_its_own(self, summaries):
        make_summary("NCT99990001", "es", **{**EASY, "overnight_stays": "unknown"})
        assert found("overnight=no", "es") == set()
        assert found("overnight=no") == {"1"}


def end_all(day):
    """Let the approvals end on a day; documents were written before."""
    PlainSummary.objects.update(irb_expires_on=day)
    assert SearchDocument.objects.exclude(summary_until=None).update(summary_until=day)


class TestLiveOrNot:
    def test_a_draft_says_nothing(self, trials):
        make_summary("NCT99990001", live=False, **EASY)
        assert found("overnight=no") == set()

    def test_going_live_and_being_taken_down_reach_the_search(self, trials):
        summary = make_summary("NCT99990001", live=False, **EASY)
        with publishing_without_review():
            summary.save_revision().publish()
        assert found("overnight=no") == found("q=zebrafish") == {"1"}
        summary.refresh_from_db()
        summary.unpublish()
        assert found("overnight=no") == found("q=zebrafish") == set()

    def test_an_approval_that_has_ended_feeds_no_search(self, trials):
        make_summary("NCT99990001", end=timezone.localdate() - timedelta(days=1), **EASY)
        assert found("overnight=no") == found("q=zebrafish") == set()
        assert SearchDocument.objects.filter(title="A title of ours").count() == 0

    def test_the_worker_takes_it_out_when_it_ends(self, summaries, generation):
        before, today = generation(), timezone.localdate()
        end_all(today)
        assert drop_ended_summaries() == 0
        assert generation() == before
        assert found("overnight=no") == {"1"}
        end_all(today - timedelta(days=1))
        [job] = [job for job in all_jobs() if job.name == "trials.ended_summaries"]
        assert run_if_due(job)
        assert found("overnight=no") == found("q=zebrafish") == set()
        assert generation() > before
        assert drop_ended_summaries() == 0

    def test_an_ended_summary_is_not_in_the_api(self, trials, client):
        make_summary("NCT99990001", end=timezone.localdate() - timedelta(days=1), **EASY)
        answer = client.get("/api/v1/trials/NCT99990001/").json()
        assert answer["plain_summaries"] == []
