import pytest

from tests.trials.factories import (
    make_cancer_type,
    make_study,
    make_therapy_type,
    sync_studies,
)
from trials.classify import reclassify_all
from trials.enums import Source
from trials.models import SearchDocument, Trial
from trials.services import correct_trial

pytestmark = pytest.mark.django_db


def cancers_of(trial):
    rows = trial.cancer_type_rows.filter(applies=True)
    return set(rows.values_list("cancer_type__slug", flat=True))


def sync_condition(*conditions, **modules):
    sync_studies(
        make_study(
            identificationModule={"briefTitle": "A study", "officialTitle": None},
            conditionsModule={"conditions": list(conditions), "keywords": []},
            **modules,
        )
    )
    return Trial.objects.get()


class TestAutomatic:
    @pytest.mark.parametrize(
        "condition",
        ["Melanoma", "melanomas", "MALIGNANT MELANOMA", "Stage III Melanoma (Skin)", "Melanóma"],
    )
    def test_a_named_cancer(self, condition):
        make_cancer_type("melanoma", "Melanoma")
        assert cancers_of(sync_condition(condition)) == {"melanoma"}

    @pytest.mark.parametrize(
        "condition", ["Lung Neoplasms", "Carcinoma, Lung", "lung tumours", "Lung-Cancer"]
    )
    def test_words_for_cancer_are_one(self, condition):
        make_cancer_type("lung", "Lung cancer")
        study = make_study(conditionsModule={"conditions": ["x"], "keywords": []})
        study["derivedSection"]["conditionBrowseModule"] = {"meshes": [{"term": condition}]}
        sync_studies(study)
        assert cancers_of(Trial.objects.get()) == {"lung"}

    def test_a_short_abbreviation_counts_in_capitals_only(self):
        make_cancer_type("all", "Acute lymphoblastic leukemia", "ALL")
        assert cancers_of(sync_condition("all comers")) == set()
        Trial.objects.all().delete()
        assert cancers_of(sync_condition("Relapsed ALL")) == {"all"}

    def test_the_longest_phrase_wins(self):
        make_cancer_type("skin", "Skin cancer")
        make_cancer_type("nmsc", "Non-melanoma skin cancer")
        assert cancers_of(sync_condition("Non-melanoma Skin Cancer")) == {"nmsc"}

    def test_therapies_come_from_interventions_and_other_names(self):
        make_therapy_type("checkpoint", "Checkpoint inhibitors", "nivolumab")
        drug = {"type": "DRUG", "name": "BMS-1", "otherNames": ["Nivolumab"]}
        trial = sync_condition("x", armsInterventionsModule={"interventions": [drug]})
        assert [row.therapy_type.slug for row in trial.therapy_type_rows.all()] == ["checkpoint"]
        assert trial.therapy_type_rows.get().source == Source.AUTO

    def test_a_new_synonym_reaches_trials_when_all_are_classified_anew(self):
        trial = sync_condition("Odd Tumor Name")
        make_cancer_type("odd", "Odd tumor name")
        assert reclassify_all() == 1
        assert cancers_of(trial) == {"odd"}


class TestStaff:
    def test_a_correction_survives_the_sync(self):
        melanoma = make_cancer_type("melanoma", "Melanoma")
        kidney = make_cancer_type("kidney", "Kidney cancer")
        trial = sync_condition("Melanoma")
        correct_trial(trial=trial, is_listed=True, cancer_types=[kidney], therapy_types=[])
        sync_condition("Melanoma", statusModule={"overallStatus": "COMPLETED"})
        assert Trial.objects.get().status == "COMPLETED"
        assert cancers_of(trial) == {"kidney"}
        document = SearchDocument.objects.get(language="en")
        assert document.cancer_types == [kidney.pk]
        assert melanoma.pk not in document.cancer_types

    def test_only_what_staff_changed_becomes_theirs(self):
        melanoma = make_cancer_type("melanoma", "Melanoma")
        kidney = make_cancer_type("kidney", "Kidney cancer")
        trial = sync_condition("Melanoma")
        correct_trial(
            trial=trial, is_listed=True, cancer_types=[melanoma, kidney], therapy_types=[]
        )
        sources = dict(trial.cancer_type_rows.values_list("cancer_type__slug", "source"))
        assert sources == {"melanoma": Source.AUTO, "kidney": Source.STAFF}

    def test_unlisting_takes_the_trial_out_of_the_search(self):
        trial = sync_condition("Melanoma")
        correct_trial(trial=trial, is_listed=False, cancer_types=[], therapy_types=[])
        assert SearchDocument.objects.count() == 0
