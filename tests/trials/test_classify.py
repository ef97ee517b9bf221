from datetime import timedelta

import pytest

from clinic.jobs import all_jobs, run_if_due
from education.models import CancerType, Synonym, TherapyType
from tests.inquiries.conftest import as_role  # noqa: F401
from tests.trials.factories import (
    make_cancer_type,
    make_drug,
    make_study,
    make_therapy_type,
    sync_studies,
)
from trials import search_documents
from trials.classify import reclassify_all, reclassify_if_due
from trials.enums import Source
from trials.models import ClassificationStamp, SearchDocument, Trial
from trials.registry.files import Received
from trials.registry.sync import sync
from trials.services import correct_trial

pytestmark = pytest.mark.django_db


def cancers_of(trial):
    rows = trial.cancer_type_rows.filter(applies=True)
    return set(rows.values_list("cancer_type__slug", flat=True))


def sync_condition(*conditions, keywords=(), **modules):
    sync_studies(
        make_study(
            identificationModule={"briefTitle": "A study", "officialTitle": None},
            conditionsModule={"conditions": list(conditions), "keywords": list(keywords)},
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
        correct_trial(
            trial=trial,
            is_listed=True,
            cancer_types=[kidney],
            therapy_types=[],
            biomarkers=[],
        )
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
            trial=trial,
            is_listed=True,
            cancer_types=[melanoma, kidney],
            therapy_types=[],
            biomarkers=[],
        )
        sources = dict(trial.cancer_type_rows.values_list("cancer_type__slug", "source"))
        assert sources == {"melanoma": Source.AUTO, "kidney": Source.STAFF}

    def test_unlisting_takes_the_trial_out_of_the_search(self):
        trial = sync_condition("Melanoma")
        correct_trial(
            trial=trial,
            is_listed=False,
            cancer_types=[],
            therapy_types=[],
            biomarkers=[],
        )
        assert SearchDocument.objects.count() == 0


def stamps():
    return list(ClassificationStamp.objects.values_list("fingerprint", flat=True))


class TestWordsThatChange:
    @pytest.fixture
    def trial(self, clinic):
        make_cancer_type("melanoma", "Melanoma")
        make_therapy_type("checkpoint", "Checkpoint inhibitors")
        trial = sync_condition("Melanoma", "Odd tumor", keywords=["anti-XYZ"])
        reclassify_if_due()
        return trial

    def test_nothing_is_done_while_words_stay(self, trial, generation):
        before = generation()
        CancerType.objects.update(sort_order=7)
        assert reclassify_if_due() == 0
        assert generation() == before

    def test_a_new_word_reaches_trials_search_and_page_cache(self, trial, generation):
        before = generation()
        odd = make_cancer_type("odd", "Rare cancer", "odd tumor", name_es="Cáncer raro")
        assert cancers_of(trial) == {"melanoma"}
        assert reclassify_if_due() == 1
        assert cancers_of(trial) == {"melanoma", "odd"}
        assert odd.pk in SearchDocument.objects.get(language="en").cancer_types
        assert generation() > before
        assert reclassify_if_due() == 0

    def test_a_word_taken_away_leaves_trials(self, trial):
        CancerType.objects.filter(slug="melanoma").update(name_en="Mole", name_es="Lunar")
        assert reclassify_if_due() == 1
        assert cancers_of(trial) == set()

    def test_a_deleted_type_leaves_search_documents(self, trial):
        CancerType.objects.get(slug="melanoma").delete()
        assert reclassify_if_due() == 1
        assert SearchDocument.objects.get(language="en").cancer_types == []

    @pytest.mark.parametrize(
        "edit",
        [
            lambda: Synonym.objects.create(
                term="x", language="es", kind="lay", cancer_type=CancerType.objects.get()
            ),
            lambda: make_cancer_type("skin", "Skin", parent=CancerType.objects.get()),
            lambda: CancerType.objects.update(name_es="Otro"),
            lambda: TherapyType.objects.update(name_en="Other"),
            lambda: make_drug("examplimab", therapy_type=TherapyType.objects.get()),
            lambda: TherapyType.objects.all().delete(),
        ],
    )
    def test_every_kind_of_edit_counts(self, trial, edit):
        edit()
        assert (reclassify_if_due(), reclassify_if_due()) == (1, 0)

    def test_staff_rows_stay(self, trial):
        kidney = make_cancer_type("kidney", "Kidney cancer")
        correct_trial(
            trial=trial,
            is_listed=True,
            cancer_types=[kidney],
            therapy_types=[],
            biomarkers=[],
        )
        Synonym.objects.create(
            term="odd tumor", language="en", kind="lay", cancer_type=CancerType.objects.first()
        )
        assert reclassify_if_due() == 1
        assert cancers_of(trial) == {"kidney"}
        assert set(trial.cancer_type_rows.values_list("source", flat=True)) == {Source.STAFF}

    def test_a_run_that_broke_off_is_done_again(self, trial, monkeypatch):
        make_cancer_type("odd", "Odd tumor")
        monkeypatch.setattr(search_documents, "write", fail)
        with pytest.raises(RuntimeError):
            reclassify_if_due()
        monkeypatch.undo()
        assert reclassify_if_due() == 1

    def test_a_sync_that_began_with_old_words_makes_trials_due_again(self, trial, monkeypatch):
        def new_words_after_the_first(count):
            if count == 1:
                make_cancer_type("odd", "Odd tumor")
                assert reclassify_if_due() == 2
                assert len(stamps()) == 1

        monkeypatch.setattr("trials.registry.sync.BATCH", 1)
        received = [Received(key, make_study(key)) for key in ("NCT99990077", "NCT99990078")]
        sync(received, source="test", progress=new_words_after_the_first)
        assert stamps() == []
        assert reclassify_if_due() == 3

    def test_a_sync_during_the_run_makes_trials_due_again(self, trial, monkeypatch):
        write, arrived = search_documents.write, []

        def write_and_sync(*args):
            write(*args)
            if not arrived:
                arrived.append(sync_studies(make_study("NCT99990077")))

        make_cancer_type("odd", "Odd tumor")
        monkeypatch.setattr(search_documents, "write", write_and_sync)
        reclassify_if_due()
        assert stamps() == []
        assert reclassify_if_due() == 2
        assert len(stamps()) == 1

    def test_a_sync_with_the_same_words_leaves_nothing_to_do(self, trial):
        sync_studies(make_study("NCT99990077"))
        assert reclassify_if_due() == 0

    def test_the_worker_looks_every_half_minute_and_may(self, trial, as_role):  # noqa: F811
        [job] = [job for job in all_jobs() if job.name == "trials.reclassify"]
        assert job.every <= timedelta(minutes=1)
        make_cancer_type("odd", "Odd tumor")
        with as_role("worker"):
            assert run_if_due(job)
        assert cancers_of(trial) == {"melanoma", "odd"}


def fail(*args):
    raise RuntimeError
