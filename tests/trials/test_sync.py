import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.trials.factories import (
    make_cancer_type,
    make_study,
    our_location,
    sync_studies,
    updated,
)
from tests.trials.fake_registry import answers, fails, fake_registry
from tests.trials.registry_files import PARTIAL, RECORDS, needs_registry
from trials.models import (
    RefusedRecord,
    RegistryQuery,
    SearchDocument,
    SyncRun,
    Trial,
    TrialAlias,
    TrialSite,
    TrialVersion,
)
from trials.registry.api import sync_from_api
from trials.registry.client import RegistryClient, RegistryUnavailable
from trials.registry.files import Received, read_files
from trials.registry.sync import sync

pytestmark = pytest.mark.django_db


def run_command(*args):
    """Return output and exit status of sync_trials."""
    output = StringIO()
    try:
        call_command("sync_trials", *args, stdout=output, stderr=StringIO())
    except SystemExit as end:
        return output.getvalue(), end.code
    return output.getvalue(), 0


class TestWhatIsStored:
    def test_a_new_study(self, clinic):
        report = sync_studies(make_study())
        trial = Trial.objects.get()
        assert (report.new, report.total) == (1, 1)
        assert trial.nct_id == "NCT99990001"
        assert (trial.phases, trial.conditions) == (["PHASE2"], ["Melanoma"])
        assert trial.details["dates"]["start"] == ["month", "ACTUAL"]
        assert trial.details["interventions"][0]["other_names"] == ["EXA-101", "Examplia"]
        assert trial.sites.get().city == "Boston"
        assert trial.versions.get().record == make_study()
        assert set(trial.search_documents.values_list("language", flat=True)) == {"en", "es"}

    def test_text_with_tabs_backslashes_and_line_ends_comes_back_whole(self, clinic):
        facility = "A\tB\\N\\.\r\nC  \\t"
        location = {"facility": facility, "city": "\\N"}
        sync_studies(make_study(contactsLocationsModule={"locations": [location]}))
        site = TrialSite.objects.get()
        assert (site.facility, site.city) == (facility, "\\N")

    def test_aliases_lead_to_the_newest_trial(self, clinic):
        sync_studies(make_study(identificationModule={"nctIdAliases": ["NCT99990009"]}))
        sync_studies(
            make_study("NCT99990002", identificationModule={"nctIdAliases": ["NCT99990009"]})
        )
        assert TrialAlias.objects.get().trial.nct_id == "NCT99990002"

    def test_the_run_keeps_its_counts_and_who_was_seen(self, clinic):
        sync_studies(make_study(), make_study("NCT1"))
        run = SyncRun.objects.get()
        assert (run.new_count, run.refused_count) == (1, 1)
        assert run.seen == [Trial.objects.get().pk]


class TestOurSite:
    @pytest.mark.parametrize(
        ("location", "trial_status", "has", "is_open"),
        [
            ({"status": "RECRUITING"}, "RECRUITING", True, True),
            ({}, "RECRUITING", True, True),
            ({}, "ACTIVE_NOT_RECRUITING", True, False),
            ({"status": "COMPLETED"}, "RECRUITING", True, False),
            ({"status": "RECRUITING"}, "SUSPENDED", True, False),
            ({"zip": "94199-1234", "status": "RECRUITING"}, "RECRUITING", True, True),
            ({"zip": "94199 99", "status": "RECRUITING"}, "RECRUITING", True, True),
            ({"zip": None, "status": "RECRUITING"}, "RECRUITING", True, True),
            ({"zip": "10001", "status": "RECRUITING"}, "RECRUITING", False, False),
            ({"facility": "MARIGOLD cancer-immunotherapy clinic "}, "RECRUITING", True, True),
            ({"facility": "Marigold Eye Clinic"}, "RECRUITING", False, False),
        ],
    )
    def test_recognised_and_open(self, clinic, location, trial_status, has, is_open):
        places = {"locations": [our_location(**location)]}
        sync_studies(
            make_study(statusModule={"overallStatus": trial_status}, contactsLocationsModule=places)
        )
        trial = Trial.objects.get()
        assert (trial.has_our_site, trial.our_site_open) == (has, is_open)

    def test_a_change_of_the_settings_marks_the_sites_anew(self, clinic):
        sync_studies(make_study(contactsLocationsModule={"locations": [our_location()]}))
        clinic.facility_names = "Another Name"
        clinic.save()
        trial = Trial.objects.get()
        assert (trial.has_our_site, trial.our_site_open) == (False, False)
        assert SearchDocument.objects.filter(rank=0).count() == 0
        clinic.facility_names = our_location()["facility"]
        clinic.save()
        assert Trial.objects.get().our_site_open
        assert TrialSite.objects.get().is_ours


class TestChanges:
    def test_an_unchanged_study_costs_no_write(self, clinic, generation):
        sync_studies(make_study())
        before = generation()
        study = make_study()
        study["derivedSection"]["miscInfoModule"]["versionHolder"] = "2026-09-09"
        with CaptureQueriesContext(connection) as queries:
            report = sync_studies(study)
        writes = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        assert report.unchanged == 1
        assert [sql for sql in writes if "syncrun" not in sql and "pagecache" not in sql] == []
        assert TrialVersion.objects.count() == 1
        assert (
            SyncRun.objects.last_look(Trial.objects.get().pk) == SyncRun.objects.first().started_at
        )
        assert generation() >= before

    def test_order_whitespace_and_escapes_are_no_change(self, clinic):
        study = make_study(conditionsModule={"conditions": ["A", "B"], "keywords": ["a\\<b  c"]})
        sync_studies(study)
        again = make_study(conditionsModule={"keywords": ["a<b c"], "conditions": ["B", "A"]})
        assert sync_studies(again).unchanged == 1

    def test_a_change_is_taken_over_and_named(self, clinic, generation):
        sync_studies(make_study(contactsLocationsModule={"locations": [our_location()]}))
        first_seen = Trial.objects.get().first_seen_at
        before = generation()
        report = sync_studies(
            updated(make_study(), overallStatus="TERMINATED", whyStopped="No funding")
        )
        trial = Trial.objects.get()
        assert (report.changed, trial.status, trial.our_site_open) == (1, "TERMINATED", False)
        assert trial.first_seen_at == first_seen
        assert trial.last_changed_at > first_seen
        changed = trial.versions.first().changed
        assert {"status", "why_stopped", "sites", "our_site_open"} <= set(changed)
        assert trial.versions.count() == 2
        assert SearchDocument.objects.get(language="en").status == "TERMINATED"
        assert generation() > before

    def test_many_changes_cost_as_many_statements_as_one(self, clinic):
        make_cancer_type("melanoma", "Melanoma")
        studies = [make_study(f"NCT9999{number:04}") for number in range(1, 9)]
        sync_studies(*studies)
        counts = []
        for changed in (studies[:1], studies[1:]):
            with CaptureQueriesContext(connection) as queries:
                report = sync_studies(
                    *(updated(study, overallStatus="COMPLETED") for study in changed)
                )
            assert report.changed == len(changed)
            counts.append(len(queries))
        assert counts[1] == counts[0]

    def test_an_older_record_does_not_replace_a_newer(self, clinic):
        sync_studies(updated(make_study(), "2026-05-01", overallStatus="COMPLETED"))
        report = sync_studies(updated(make_study(), "2026-04-01"))
        assert (report.older, Trial.objects.get().status) == (1, "COMPLETED")

    def test_a_poorer_record_does_not_replace_a_full_one(self, clinic):
        sync_studies(make_study())
        report = sync_studies(make_study(statusModule={"lastUpdatePostDateStruct": None}))
        assert "incomplete" in report.refused[0][1]
        assert Trial.objects.get().last_update_posted is not None

    def test_a_trial_that_staff_unlisted_stays_unlisted(self, clinic):
        sync_studies(make_study())
        Trial.objects.update(is_listed=False)
        sync_studies(updated(make_study(), overallStatus="COMPLETED"))
        assert not Trial.objects.get().is_listed
        assert SearchDocument.objects.count() == 0

    def test_the_same_study_twice_in_one_batch(self, clinic):
        newer = updated(make_study(), overallStatus="COMPLETED")
        report = sync_studies(make_study(), newer, newer)
        assert (report.new, report.changed, report.unchanged) == (1, 1, 1)
        assert Trial.objects.get().status == "COMPLETED"


class TestBatches:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch):
        monkeypatch.setattr("trials.registry.sync.BATCH", 2)

    def test_a_study_that_changes_back_and_forth_ends_as_the_last_record_says(self, clinic):
        first = make_study()
        second = updated(make_study(), overallStatus="COMPLETED")
        third = updated(make_study(), "2026-04-01")
        others = [make_study(f"NCT9999{number:04}") for number in range(2, 5)]
        report = sync_studies(first, others[0], second, others[1], third, others[2], third)
        assert (report.new, report.changed, report.unchanged) == (4, 2, 1)
        assert Trial.objects.get(nct_id="NCT99990001").status == "RECRUITING"
        assert TrialVersion.objects.filter(trial__nct_id="NCT99990001").count() == 3

    def test_what_cannot_be_read_is_refused_once_in_the_order_of_arrival(self, clinic):
        titles = {"briefTitle": None, "officialTitle": None}
        untitled = make_study("NCT99990003", identificationModule=titles)
        report = sync_studies(make_study("NCT12"), make_study(), untitled, make_study())
        assert [source for source, _reason in report.refused] == ["record 1", "record 3"]
        assert (report.new, report.unchanged) == (1, 1)

    def test_a_source_that_breaks_leaves_what_came_before_and_a_finished_run(self, clinic):
        def breaking():
            for number in range(1, 6):
                yield Received(f"record {number}", make_study(f"NCT9999{number:04}"))
            raise OSError("The disk went away.")

        with pytest.raises(OSError, match="disk"):
            sync(breaking(), source="test")
        run = SyncRun.objects.get()
        assert (run.problem, run.new_count) == ("The disk went away.", 4)
        assert run.finished_at and Trial.objects.count() == 4


class TestRefusals:
    def test_one_bad_record_does_not_stop_the_others_and_is_kept_once(self, clinic):
        bad = make_study("NCT12")
        for _ in range(2):
            report = sync_studies(make_study(), bad, make_study("NCT99990002"))
        assert report.refused == [
            ("record 2", "The record cannot be identified: “NCT12” is not an NCT id.")
        ]
        assert Trial.objects.count() == 2
        refused = RefusedRecord.objects.get()
        assert (refused.nct_id, refused.record) == ("NCT12", bad)
        assert refused.first_run != refused.last_run

    def test_what_the_database_refuses_is_named_and_the_rest_of_its_batch_is_written(self, clinic):
        bad = make_study("NCT99990003", conditionsModule={"conditions": ["x"]})
        bad["protocolSection"]["odd"] = "NUL \x00 inside"
        report = sync_studies(make_study(), bad, make_study("NCT99990002"))
        assert (report.new, len(report.refused)) == (2, 1)
        assert report.refused[0][1].startswith("The database refused it")

    def test_every_good_record_of_a_batch_is_written_whichever_are_bad(self, clinic):
        studies = [make_study(f"NCT9999{number:04}") for number in range(1, 12)]
        for number in (0, 4, 5, 10):
            studies[number]["protocolSection"]["odd"] = "\x00"
        report = sync_studies(*studies)
        assert (report.new, len(report.refused)) == (7, 4)
        bad = {"NCT99990001", "NCT99990005", "NCT99990006", "NCT99990011"}
        assert set(RefusedRecord.objects.values_list("nct_id", flat=True)) == bad
        assert not Trial.objects.filter(nct_id__in=bad).exists()

    def test_a_nul_in_a_file_is_taken_out(self, clinic, tmp_path):
        file = tmp_path / "nul.json"
        file.write_text(json.dumps(make_study()).replace("Example Hospital", "A\\u0000B\\ud800"))
        report = sync(read_files([file]), source="x")[1]
        assert (report.new, TrialSite.objects.get().facility) == (1, "AB\ufffd")

    def test_an_unknown_value_is_kept_and_told(self, clinic):
        report = sync_studies(make_study(statusModule={"overallStatus": "PAUSED"}))
        assert Trial.objects.get().status == "PAUSED"
        assert report.notices == ["NCT99990001: overallStatus has the unknown value “PAUSED”"]
        assert SyncRun.objects.get().notices == report.notices


class TestCommand:
    def test_files_of_every_kind(self, clinic, tmp_path):
        (tmp_path / "a.json").write_text(json.dumps(make_study()))
        (tmp_path / "b.json").write_text(json.dumps([make_study("NCT99990002")]))
        (tmp_path / "c.json").write_text(json.dumps({"studies": [make_study("NCT99990003")]}))
        (tmp_path / "note.txt").write_text("not for us")
        output, status = run_command("--from", str(tmp_path))
        assert status == 0
        assert "3 new, 0 changed, 0 unchanged, 0 older than ours, 0 refused." in output

    def test_refusals_are_listed_and_change_the_exit_status(self, clinic, tmp_path):
        file = tmp_path / "bad.json"
        file.write_text("{")
        output, status = run_command("--from", str(file))
        assert status == 1
        assert "bad.json: The file is not JSON." in output

    @pytest.mark.parametrize("name", ["missing", "."])
    def test_nothing_to_read(self, clinic, tmp_path, name):
        with pytest.raises(CommandError, match="There is no") as error:
            run_command("--from", str(tmp_path / name))
        assert error.value.returncode == 2

    def test_from_the_registry(self, clinic, settings):
        RegistryQuery.objects.create(name="Ours", nct_ids="NCT99990001\nNCT99990404, nonsense")
        RegistryQuery.objects.create(name="Search", condition="melanoma")
        studies = [make_study(), make_study("NCT99990002")]
        with fake_registry(studies=studies) as registry:
            settings.REGISTRY_URL = registry.url
            client = RegistryClient(registry.url, user_agent="x", pause=0.0)
            run, report = sync_from_api(client)
        assert (report.new, report.unchanged, len(report.refused)) == (2, 0, 1)
        assert run.missing == ["NCT99990404"]
        assert run.data_timestamp == "2026-11-20T09:00:05"
        assert registry.requests[0] == "/api/v2/version"
        assert "query.cond=melanoma" in registry.requests[1]

    def test_a_registry_that_goes_down_leaves_a_finished_run_with_the_problem(self, clinic):
        RegistryQuery.objects.create(name="Ours", nct_ids="NCT99990001")
        with fake_registry(faults=[answers({"dataTimestamp": "x"}), fails(500)]) as registry:
            client = RegistryClient(registry.url, user_agent="x", pause=0.0, attempts=1)
            with pytest.raises(RegistryUnavailable):
                sync_from_api(client)
        run = SyncRun.objects.get()
        assert "it answered 500" in run.problem
        assert run.finished_at is not None


class TestRealRecords:
    pytestmark = [pytest.mark.django_db, *needs_registry]

    def test_every_record_is_imported_and_a_second_run_changes_nothing(self, clinic):
        report = sync(read_files(RECORDS), source="real")[1]
        assert (report.new, report.refused, report.notices) == (len(RECORDS), [], [])
        again = sync(read_files(RECORDS), source="real")[1]
        assert again.unchanged == len(RECORDS)

    def test_every_partial_record_is_imported_or_refused_with_a_sentence(self, clinic):
        report = sync(read_files(PARTIAL), source="partial")[1]
        assert report.new + len(report.refused) == len(PARTIAL)
        assert {reason.endswith(".") for _source, reason in report.refused} == {True}
