"""Whether a trial takes people before or after their first treatment, where it says so."""

import json

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from tests.trials.factories import make_study, sync_studies
from tests.trials.registry_files import RECORDS, needs_registry
from trials.eligibility import parse_criteria
from trials.facets import removable_filters
from trials.prior_treatment import BEFORE, NOT_YET, prior_treatment
from trials.search import TrialSearch
from trials.search_query import read_query
from trials.vocabulary import Vocabulary


def said(*criteria, title=""):
    text = "Inclusion Criteria:\n\n" + "\n".join(f"* {one}" for one in criteria)
    return prior_treatment([title], parse_criteria(text))


class TestReading:
    @pytest.mark.parametrize(
        "text",
        [
            "Previously untreated stage IV melanoma",
            "Treatment-naïve patients",
            "therapy naive disease",
            "No prior systemic therapy for advanced disease",
            "Participants must not have received any prior systemic anticancer therapy",
            "Have not been previously treated",
        ],
    )
    def test_before_the_first_treatment(self, text):
        assert said(text) == {NOT_YET}

    @pytest.mark.parametrize(
        "text",
        [
            "Relapsed or refractory multiple myeloma",
            "Progressed after platinum chemotherapy",
            "Disease progression on or after standard therapy",
            "At least one prior line of therapy",
            "\\>= 2 prior regimens",
            "Two or more lines of therapy",
            "Must have received at least 1 prior systemic treatment",
            "Have failed standard treatment",
            "No standard therapy is available",
            "Intolerant to chemotherapy",
            "Previously treated lymphoma",
        ],
    )
    def test_after_an_earlier_treatment(self, text):
        assert said(text) == {BEFORE}

    @pytest.mark.parametrize(
        "text",
        [
            "Adults with melanoma",
            "Chemotherapy-naive",
            "EGFR TKI treatment-naive",
            "Untreated brain metastases are allowed",
            "Previously treated brain metastases are stable",
            "No prior chemotherapy within 4 weeks",
            "Stable dose of steroids for at least 7 days prior to study enrollment",
            "At least 4 weeks since prior immunotherapy",
            "Up to 2 prior lines of therapy are allowed",
            "If treated before, progression after the last therapy is required",
            "Lesions previously treated with radiation are measurable if growing",
            "Primary platinum-refractory disease is ineligible",
        ],
    )
    def test_what_says_neither(self, text):
        assert said(text) == set()

    @pytest.mark.parametrize(
        ("title", "expected"),
        [
            ("First-Line Pembrolizumab in Lung Cancer", {NOT_YET}),
            ("Maintenance After First-Line Treatment", set()),
            ("A Drug for Cancer Resistant to First-line Therapy", set()),
            ("Second-Line Nivolumab", {BEFORE}),
            ("CAR-T for R/R Lymphoma", {BEFORE}),
        ],
    )
    def test_titles(self, title, expected):
        assert said("Adults", title=title) == expected

    def test_a_trial_with_groups_of_both(self):
        assert said("Cohort A: previously untreated", "Cohort B: relapsed") == {NOT_YET, BEFORE}

    def test_exclusion_criteria_say_nothing(self):
        text = "Inclusion Criteria:\n\n* Adults\n\nExclusion Criteria:\n\n* Relapsed disease"
        assert prior_treatment([], parse_criteria(text)) == set()

    @given(st.text(max_size=400))
    def test_any_text_can_be_read(self, text):
        assert said(text, title=text) <= {NOT_YET, BEFORE}
        plain = "".join(letter for letter in text if letter not in ";.\n")
        assert NOT_YET in said("Previously untreated") | said(plain)


@pytest.mark.django_db
class TestSearch:
    def test_the_filter_and_its_counts(self, clinic):
        for number, text in enumerate(["Previously untreated", "Relapsed cancer", "Adults"], 1):
            sync_studies(
                make_study(
                    f"NCT9999000{number}",
                    eligibilityModule={"eligibilityCriteria": f"Inclusion Criteria:\n\n* {text}"},
                )
            )
        vocabulary = Vocabulary.load()

        def search(address):
            return TrialSearch(read_query(QueryDict(address), vocabulary), vocabulary, "en")

        assert [one.nct_id for one in search("prior=none").trials(limit=9)] == ["NCT99990001"]
        assert [one.nct_id for one in search("prior=had").trials(limit=9)] == ["NCT99990002"]
        assert search("prior=none&prior=had").counts().total == 2
        assert search("prior=none").counts().facets["prior"] == {"none": 1, "had": 1}
        [label] = removable_filters(search("prior=had").query, vocabulary)
        assert label.label == "For people treated before"


class TestRealRecords:
    pytestmark = needs_registry

    def test_how_many_say_it(self):
        stated = 0
        for path in RECORDS:
            protocol = json.loads(path.read_text("utf-8"))["protocolSection"]
            names = protocol["identificationModule"]
            titles = [names.get("briefTitle", ""), names.get("officialTitle", "")]
            titles += protocol.get("conditionsModule", {}).get("conditions", [])
            criteria = protocol.get("eligibilityModule", {}).get("eligibilityCriteria", "")
            stated += bool(prior_treatment(titles, parse_criteria(criteria)))
        assert 0.35 < stated / len(RECORDS) < 0.45
