"""Biomarkers: which trials ask about them, what staff correct, how people find them."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from education.models import Biomarker, Synonym
from education.vocabulary_seed import load_vocabulary
from tests.trials.factories import (
    make_marker,
    make_study,
    make_therapy_type,
    sync_studies,
)
from tests.trials.registry_files import RECORDS, needs_registry
from trials.classify import reclassify_all
from trials.eligibility import parse_criteria
from trials.enums import Source
from trials.facets import facets, removable_filters
from trials.marker_reading import markers_asked
from trials.models import Trial, TrialBiomarker
from trials.phrase_index import Concept, PhraseIndex
from trials.registry.files import read_files
from trials.registry.sync import sync
from trials.search import TrialSearch
from trials.search_query import read_query
from trials.services import correct_trial
from trials.vocabulary import MARKER, Vocabulary

IDS = {"PD-L1": 1, "HER2": 2, "EGFR": 3, "ALK": 4, "CD19": 5, "B7-H3": 6}


def index():
    found = PhraseIndex()
    for name, number in IDS.items():
        found.add(Concept(MARKER, number), name, abbreviation=name == "EGFR")
    return found


def asked(criteria="", *named):
    ids = markers_asked(named, parse_criteria(criteria), index())
    return {name for name, number in IDS.items() if number in ids}


def wanted(text):
    return asked(f"Inclusion Criteria:\n\n* {text}\n\nExclusion Criteria:\n\n* None")


class TestReading:
    @pytest.mark.parametrize(
        ("text", "markers"),
        [
            ("HER2-positive by IHC 3+ or ISH", {"HER2"}),
            ("Tumor PD-L1 expression \\>= 1%", {"PD-L1"}),
            ("PD-L1 TPS of at least 50%", {"PD-L1"}),
            ("Documented activating EGFR mutation", {"EGFR"}),
            ("ER-positive, HER2-negative disease", set()),
            ("HER2- breast cancer", set()),
            ("No EGFR mutation or ALK rearrangement", set()),
            ("No evidence of concomitant drivers including EGFR mutations, ALK fusions", set()),
            ("EGFR and ALK wild type", set()),
            ("Regardless of PD-L1 expression", set()),
            ("B7-H3 expression is not required to join", set()),
            ("No prior systemic therapy for HER2-positive disease", {"HER2"}),
            ("PD-L1 positive but EGFR negative", {"PD-L1"}),
            ("Progressed on an anti-PD-1 or anti-PD-L1 antibody", set()),
            ("Prior treatment with an EGFR inhibitor", set()),
            ("Estimated glomerular filtration rate (eGFR) above 30 was confirmed", set()),
            ("ECOG 0 or 1; met all tests", set()),
        ],
    )
    def test_which_markers_inclusion_criteria_ask_for(self, text, markers):
        assert wanted(text) == markers

    def test_exclusion_criteria_never_count(self):
        text = "Inclusion Criteria:\n\n* Adults\n\nExclusion Criteria:\n\n* HER2-positive tumor"
        assert asked(text) == set()

    @pytest.mark.parametrize(
        ("title", "markers"),
        [
            ("CD19 CAR T Cells for Lymphoma", {"CD19"}),
            ("Anti-CD19 CAR-T Cells", {"CD19"}),
            ("A B7-H3 Antibody-Drug Conjugate", {"B7-H3"}),
            ("An Anti-PD-L1 Antibody in Lung Cancer", set()),
            ("PD-1/PD-L1 Inhibitors Before Surgery", set()),
            ("A Drug for HER2-Negative Breast Cancer", set()),
            ("A Drug for PD-L1 Positive TKI-Resistant Lung Cancer", {"PD-L1"}),
            ("Lung Cancer With No Driver (EGFR or ALK)", set()),
        ],
    )
    def test_what_titles_and_treatments_name(self, title, markers):
        assert asked("", title) == markers

    @given(st.text(max_size=300), st.sampled_from(list(IDS)))
    def test_no_marker_is_made_up(self, text, name):
        assert asked(f"Inclusion Criteria:\n\n* {text}") <= {
            known for known in IDS if known[:2].lower() in text.lower()
        }
        assert asked(f"Exclusion Criteria:\n\n* {name} positive, amplified, mutated") == set()


@pytest.fixture
def markers(clinic):
    make_therapy_type("checkpoint", "Checkpoint inhibitors", "PD-L1")
    make_marker("her2", "HER2", "ERBB2", "HER-2")
    make_marker("pd-l1", "PD-L1", "programmed death ligand 1", name_es="PD-L1 (prueba)")


def study(number, title, criteria="", **modules):
    return make_study(
        f"NCT999900{number}",
        identificationModule={"briefTitle": title, "officialTitle": None},
        conditionsModule={"conditions": ["Breast Cancer"], "keywords": []},
        eligibilityModule={"eligibilityCriteria": f"Inclusion Criteria:\n\n* {criteria or 'x'}"},
        **modules,
    )


@pytest.fixture
def trials(markers):
    sync_studies(
        study("11", "A Drug for ERBB2-Amplified Cancer"),
        study("12", "A Drug for Breast Cancer", "HER2 positive, PD-L1 expression known"),
        study("13", "A Drug for HER2-negative Breast Cancer"),
        study("14", "A Vaccine", statusModule={"overallStatus": "COMPLETED"}),
    )


def search(address, language="en"):
    vocabulary = Vocabulary.load()
    return TrialSearch(read_query(QueryDict(address), vocabulary), vocabulary, language)


def found(address, language="en"):
    return {trial.nct_id[-2:] for trial in search(address, language).trials(limit=50)}


def markers_of(trial):
    rows = trial.biomarker_rows.filter(applies=True)
    return set(rows.values_list("biomarker__slug", flat=True))


@pytest.mark.django_db
class TestTrials:
    def test_rows_are_automatic(self, trials):
        assert markers_of(Trial.objects.get(nct_id="NCT99990012")) == {"her2", "pd-l1"}
        assert set(TrialBiomarker.objects.values_list("source", flat=True)) == {Source.AUTO}

    def test_a_correction_survives_the_sync_and_a_reclassification(self, trials):
        trial = Trial.objects.get(nct_id="NCT99990012")
        pd_l1 = Biomarker.objects.get(slug="pd-l1")
        correct_trial(
            trial=trial, is_listed=True, cancer_types=[], therapy_types=[], biomarkers=[pd_l1]
        )
        assert found("biomarker=her2") == {"11"}
        sync_studies(study("12", "HER2-positive Cancer", "HER2 positive, PD-L1 known"))
        reclassify_all()
        assert markers_of(Trial.objects.get(pk=trial.pk)) == {"pd-l1"}
        assert found("biomarker=her2") == {"11"}
        assert found("biomarker=pd-l1") == {"12"}

    def test_a_new_word_reaches_trials(self, trials):
        marker = Biomarker.objects.get(slug="pd-l1")
        Synonym.objects.create(term="vaccine", language="en", kind="lay", biomarker=marker)
        reclassify_all()
        assert markers_of(Trial.objects.get(nct_id="NCT99990014")) == {"pd-l1"}


@pytest.mark.django_db
class TestSearch:
    def test_the_filter(self, trials):
        assert found("biomarker=her2") == {"11", "12"}
        assert found("biomarker=her2&biomarker=pd-l1") == {"11", "12"}
        assert found("biomarker=pd-l1&status=recruiting") == {"12"}
        assert search("biomarker=moon").query.notes

    def test_counts_are_right_under_other_filters(self, trials):
        vocabulary = Vocabulary.load()
        for others in ("", "status=recruiting", "status=completed", "q=breast"):
            searched = search(others)
            shown = {one.key: one for one in facets(searched.query, searched.counts(), vocabulary)}
            counted = {choice.value: choice.count for choice in shown["biomarker"].choices}
            for slug in ("her2", "pd-l1"):
                assert counted.get(slug, 0) == len(found(f"{others}&biomarker={slug}"))

    def test_every_name_finds_the_same_and_the_others_are_shown(self, trials):
        names = ("her2", "HER-2", "ERBB2", "erbb2")
        assert {frozenset(found(f"q={name}")) for name in names} == {frozenset({"11", "12", "13"})}
        [also] = search("q=ERBB2").also_searched
        assert also.others[0] == "HER2"

    def test_a_word_for_a_marker_and_a_treatment_means_both(self, trials):
        assert found("q=PD-L1") == {"12"}

    def test_it_can_be_taken_away(self, trials):
        searched = search("q=drug&biomarker=pd-l1", "es")
        [removable] = removable_filters(searched.query, searched.vocabulary)
        assert (removable.label, removable.address) == ("PD-L1", "?q=drug")

    def test_a_drug_name_cannot_belong_to_a_marker(self, markers):
        marker = Biomarker.objects.get(slug="her2")
        problem = Synonym(term="Herceptin", language="en", kind="brand", biomarker=marker)
        with pytest.raises(Exception, match="synonym_of_biomarker_is_no_drug"):
            problem.save()


class TestRealRecords:
    pytestmark = [pytest.mark.django_db, *needs_registry]

    def test_trials_of_the_common_markers_are_found(self, clinic):
        load_vocabulary()
        sync(read_files(RECORDS), source="real")
        by_marker = {
            slug: len(found_by_marker(slug)) for slug in ("pd-l1", "egfr", "her2", "braf", "alk")
        }
        assert min(by_marker.values()) >= 5
        # A trial for HER2-negative breast cancer, and one that counts kidneys in "eGFR".
        assert "NCT04296370" not in found_by_marker("her2")
        assert "NCT06773481" not in found_by_marker("egfr")


def found_by_marker(slug):
    return {trial.nct_id for trial in search(f"biomarker={slug}").trials(limit=500)}
