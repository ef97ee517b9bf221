"""What was shown on a day: a history is played, and the export of each day tells it."""

import hashlib
import html
import json
import re
import zipfile
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from clinic.models import AuditEvent, ClinicSettings, PatientText
from clinic.models.translation import draft_sha256
from clinic.roles import EDITORS
from clinic.takedown import take_down_texts
from clinic.translation_work import sign
from tests.clinic.review_steps import act, change, fresh, submit
from tests.factories import make_locale, make_person, make_reviewer, make_user
from tests.inquiries.factories import make_trial
from tests.inquiries.test_team_signatures import IRB, on_team, sign_draft, write
from tests.trials.factories import OUR_FACILITY, make_study, our_location, sync_studies
from trials.as_shown import PAGE_TEXTS
from trials.confirmations import confirm
from trials.inquiries.as_shown import FORM_TEXTS
from trials.inquiries.export import NothingShown, export
from trials.models import PlainSummary, Trial

pytestmark = pytest.mark.django_db
NCT = "NCT99990001"
OPEN = {"locations": [our_location()]}
TEMPLATES = Path(django_settings.BASE_DIR) / "templates"


@pytest.fixture
def clock(monkeypatch):
    """Set the clock to noon UTC of a day of October 2026, or back to what it is."""
    real = timezone.now

    def set_to(day, hour=12):
        if day is None:
            monkeypatch.setattr(timezone, "now", real)
            return real()
        moment = datetime(2026, 10, day, hour, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    set_to(1)
    return set_to


@pytest.fixture
def clinic(clinic_settings):
    ClinicSettings.objects.update(
        facility_names=OUR_FACILITY, facility_zip_codes="94199", confirmation_days=10
    )


@pytest.fixture
def editor():
    return make_user(EDITORS)


@pytest.fixture
def reviewer():
    user = make_reviewer()
    user.people.update(name="Ines Calderón", credential="MD")
    return user


def study(criteria, **modules):
    text = f"Inclusion Criteria:\n\n* {criteria}"
    return make_study(
        contactsLocationsModule=OPEN, eligibilityModule={"eligibilityCriteria": text}, **modules
    )


def go_live(summary, editor, reviewer, member):
    state = submit(summary, editor)
    sign_draft(summary, member)
    act(state, reviewer)


@pytest.fixture
def history(clinic, clock, editor, reviewer):
    """Day 1 record 1, day 3 text A, day 5 record 2, day 7 text B, day 9 taken down."""
    clock(1)
    sync_studies(study("First rule"))
    trial = Trial.objects.get()
    member = on_team(trial)
    clock(3)
    summary = write(trial, editor, title="Text A")
    go_live(summary, editor, reviewer, member)
    clock(5)
    sync_studies(study("Second rule"))
    clock(7)
    change(summary, editor, title="Text B", possible_risks="New risks.")
    go_live(summary, editor, reviewer, member)
    clock(9)
    take_down_texts([fresh(summary)], user=editor, reason="Wrong")
    clock(20)
    return fresh(summary)


def on(day, hour=23, nct_id=NCT):
    exported = export(nct_id, datetime(2026, 10, day, hour, tzinfo=UTC))
    return json.loads(exported.files["as-shown.json"]), exported


def shown(day, hour=23, language="en"):
    facts, exported = on(day, hour)
    summary = facts["languages"][language]["summary"]
    return summary and summary["title"], "Second rule" in exported.files["record.json"].decode()


class TestHistory:
    def test_each_day_gives_what_was_there(self, history):
        assert [shown(day) for day in range(1, 11)] == [
            (None, False),
            (None, False),
            ("Text A", False),
            ("Text A", False),
            ("Text A", True),
            ("Text A", True),
            ("Text B", True),
            ("Text B", True),
            (None, True),
            (None, True),
        ]

    def test_the_time_of_day_counts(self, history):
        assert shown(7, hour=11)[0] == "Text A"
        assert shown(7, hour=13)[0] == "Text B"
        assert shown(9, hour=11)[0] == "Text B"

    def test_the_page_says_it_in_words(self, history):
        _facts, exported = on(8)
        page = exported.files["as-shown.html"].decode()
        for words in ("Text B", "New risks.", "Second rule", "Ines Calderón, MD", "IRB-1"):
            assert words in page
        assert "Text A" not in page and "First rule" not in page
        assert "src=" not in page and "<link" not in page and "<script" not in page

    def test_it_names_who_signed_these_words_and_not_others(self, history, reviewer):
        summary = on(8)[0]["languages"]["en"]["summary"]
        assert summary["approved_by"] == "Ines Calderón, MD"
        assert summary["approved_at"].startswith("2026-10-07")
        assert [one["role"] for one in summary["signatures"]] == ["trial team"]
        assert summary["signatures"][0]["signed_at"].startswith("2026-10-07")
        assert summary["irb"]["reference"] == "IRB-1"
        assert on(4)[0]["languages"]["en"]["summary"]["approved_at"].startswith("2026-10-03")

    def test_what_changed_that_day_is_listed(self, history):
        whats = [
            [change["what"] for change in on(day)[0]["changes_until_then_on_that_day"]]
            for day in (5, 6, 7, 9)
        ]
        assert whats == [
            ["registry record taken over"],
            [],
            ["plain summary (en) went live"],
            ["plain summary (en) left the site"],
        ]

    def test_the_end_of_the_boards_approval_hides_the_text(self, clinic, clock, editor, reviewer):
        sync_studies(study("First rule"))
        trial = Trial.objects.get()
        summary = write(trial, editor, **{**IRB, "irb_expires_on": date(2026, 10, 4)})
        go_live(summary, editor, reviewer, on_team(trial))
        clock(20)
        assert [shown(day)[0] is not None for day in (3, 4, 5, 6)] == [True, True, False, False]

    def test_the_spanish_page_shows_spanish_then_english(self, history, clock, editor, reviewer):
        facts = on(4)[0]["languages"]["es"]["summary"]
        assert (facts["title"], facts["is_translation_missing"]) == ("Text A", True)

    def test_a_spanish_text_has_its_translator(self, clinic, clock, editor, reviewer):
        sync_studies(study("First rule"))
        trial = Trial.objects.get()
        english = write(trial, editor, title="English")
        go_live(english, editor, reviewer, on_team(trial))
        clock(3)
        translator = make_user(EDITORS)
        make_person(
            name="Teresa Muñoz",
            credential="CMI",
            user=translator,
            is_qualified_translator=True,
            locale=make_locale("es"),
        )
        spanish = fresh(english).copy_for_translation(make_locale("es"))
        spanish.save()
        change(spanish, editor, title="En español", what_is_it_about="Prueba algo.")
        spanish = fresh(spanish)
        sign(spanish, user=translator, seen=draft_sha256(spanish))
        act(submit(spanish, editor), reviewer)
        clock(20)
        facts, _exported = on(4)
        assert facts["languages"]["es"]["summary"]["title"] == "En español"
        roles = [one["role"] for one in facts["languages"]["es"]["summary"]["signatures"]]
        assert "trial team (English text)" in roles
        assert facts["languages"]["en"]["summary"]["title"] == "English"
        assert on(2)[0]["languages"]["es"]["summary"]["title"] == "English"
        # The audit takes its own time, which no test can set.
        today = json.loads(export(NCT, clock(None)).files["as-shown.json"])
        signed = today["languages"]["es"]["summary"]["signatures"]
        assert ("qualified translator", "Teresa Muñoz, CMI") in [
            (one["role"], one["name"]) for one in signed
        ]

    def test_a_text_that_a_command_loaded_is_told_as_such(self, clinic, clock):
        sync_studies(study("First rule"))
        PlainSummary.objects.create(
            trial=Trial.objects.get(), locale=make_locale("en"), title="Loaded", live=True, **IRB
        )
        clock(20)
        summary = on(4)[0]["languages"]["en"]["summary"]
        assert (summary["source"], summary["shown_since"]) == ("loaded by a command", None)
        assert summary["approved_by"] is None


class TestForm:
    def test_closed_open_and_general(self, clinic, clock, editor):
        clock(1)
        sync_studies(make_study())
        clock(3)
        sync_studies(study("First rule"))
        clock(16)
        confirm([Trial.objects.get()], actor=editor)
        clock(18)
        stopped = {
            "overallStatus": "TERMINATED",
            "lastUpdatePostDateStruct": {"date": "2026-10-18"},
        }
        sync_studies(study("First rule", statusModule=stopped))
        clock(20)
        assert [on(day)[0]["form"]["offered"] for day in (2, 3, 12, 14, 17, 19)] == [
            "closed",
            "own form",
            "own form",
            "general form with this trial named",
            "own form",
            "closed",
        ]

    def test_the_consent_text_of_the_day_in_each_language(self, history, clock, editor, reviewer):
        clock(11)
        text = PatientText.objects.create(
            key=PatientText.Key.CONSENT,
            title="Consent",
            body="<p>Old words.</p>",
            locale=make_locale("en"),
            live=False,
        )
        for day, body in ((11, "<p>First words.</p>"), (13, "<p>Second words.</p>")):
            clock(day)
            change(text, editor, body=body)
            act(submit(text, editor), reviewer)
        live = fresh(text)
        clock(20)
        consents = {day: on(day)[0]["languages"]["en"]["consent"] for day in (10, 12, 14)}
        assert consents[10]["source"] == "the text that comes with the software"
        assert consents[12]["text"] == "<p>First words.</p>"
        assert consents[14]["text"] == "<p>Second words.</p>"
        assert consents[14]["version"].startswith(f"en-{live.live_revision_id}-")
        spanish = on(14)[0]["languages"]["es"]["consent"]
        assert spanish["version"] == consents[14]["version"]

    def test_the_questions_are_told_in_both_languages(self, history):
        facts = on(4)[0]["languages"]
        assert facts["en"]["form_questions"][0]["question"] == "Who is this for?"
        assert len(facts["es"]["form_questions"]) == len(facts["en"]["form_questions"])
        assert facts["es"]["form_questions"] != facts["en"]["form_questions"]

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_the_form_about_several_trials_is_told_as_its_page_has_it(
        self, history, clock, client, language
    ):
        other = make_trial()
        Trial.objects.update(our_site_changed_at=clock(1))
        clock(20)
        address = f"/{language}/trials/interest/?id={NCT}&id={other.nct_id}"
        page = html.unescape(client.get(address).text)
        form = on(19)[0]["languages"][language]["several_trials_form"]
        assert f"<h1>{form['title']}</h1>" in page
        # The word of our team held for ten days.
        assert form["is_named"] and form["about_this_trial"] in page
        assert len(form["questions"]) > 10
        for entry in form["questions"]:
            for words in (entry["question"], entry["hint"], *entry["choices"]):
                assert words in page
        assert form["about_this_trial"] in on(19)[1].files["as-shown.html"].decode()

    def test_the_form_about_several_trials_left_out_what_was_closed(self, clinic, clock):
        sync_studies(make_study())
        clock(20)
        form = on(2)[0]["languages"]["en"]["several_trials_form"]
        assert not form["is_named"]
        assert f"Not on this form: {NCT}." in form["about_this_trial"]


class TestTextsForPatients:
    """Those that stand on the page of the trial and in its forms, besides the consent."""

    @pytest.fixture
    def myths(self, history, clock, editor, reviewer):
        """Day 11 first words, day 13 second words, day 15 taken down."""
        text = PatientText.objects.create(
            key=PatientText.Key.TRIAL_MYTHS,
            title="What people hear",
            body="<p>Old words.</p>",
            locale=make_locale("en"),
            live=False,
        )
        for day, words in ((11, "First words."), (13, "Second words.")):
            clock(day)
            change(text, editor, body=f"<p>{words}</p>")
            act(submit(text, editor), reviewer)
        second = fresh(text).live_revision_id
        clock(15)
        take_down_texts([fresh(text)], user=editor, reason="Wrong")
        clock(20)
        return second

    def texts(self, day, language="en"):
        return on(day)[0]["languages"][language]["texts"]

    def test_each_day_has_the_words_and_the_version_of_that_day(self, myths):
        found = [[text["text"] for text in self.texts(day)] for day in (10, 12, 14, 16)]
        assert found == [[], ["<p>First words.</p>"], ["<p>Second words.</p>"], []]
        (text,) = self.texts(14)
        assert (text["place"], text["stands_on"]) == ("trial_myths", "page of the trial")
        assert (text["title"], text["revision"]) == ("What people hear", myths)
        assert text["shown_since"].startswith("2026-10-13")
        assert text["approved_by"] == "Ines Calderón, MD"

    def test_the_page_has_the_words_and_what_happened_to_them(self, myths):
        facts, exported = on(14)
        page = exported.files["as-shown.html"].decode()
        assert "What people hear" in page and "Second words." in page
        assert "First words." not in page
        assert facts["changes_until_then_on_that_day"] == []
        whats = [change["what"] for change in on(13)[0]["changes_until_then_on_that_day"]]
        assert whats == ["text “trial_myths” (en) went live"]

    def test_a_language_without_one_of_its_own_showed_the_english_one(
        self, myths, clock, editor, reviewer
    ):
        (text,) = self.texts(14, "es")
        assert (text["language"], text["is_translation_missing"]) == ("en", True)
        PatientText.objects.create(
            key=PatientText.Key.TRIAL_MYTHS,
            title="Lo que se oye",
            body="<p>Palabras.</p>",
            locale=make_locale("es"),
            live=True,
        )
        (text,) = self.texts(14, "es")
        assert (text["language"], text["is_translation_missing"]) == ("es", False)
        assert (text["title"], text["source"]) == ("Lo que se oye", "loaded by a command")
        assert self.texts(14)[0]["language"] == "en"

    def test_none_that_a_template_shows_is_left_out(self):
        page = "".join(file.read_text() for file in (TEMPLATES / "trials").glob("*.html"))
        assert set(re.findall(r'patient_text "(\w+)"', page)) == set(PAGE_TEXTS)
        form = "".join(file.read_text() for file in (TEMPLATES / "inquiries").glob("f*.html"))
        assert set(re.findall(r"\btexts\.(\w+)", form)) == set(FORM_TEXTS)


class TestRefusals:
    def test_unknown_early_and_future(self, history):
        with pytest.raises(NothingShown, match="We hold no trial NCT00000009"):
            on(4, nct_id="NCT00000009")
        with pytest.raises(NothingShown, match="first saw it on 2026-10-01"):
            export(NCT, datetime(2026, 9, 30, tzinfo=UTC))
        with pytest.raises(NothingShown, match="is not over"):
            on(21)


class TestCommand:
    def run(self, *arguments):
        out = StringIO()
        call_command("export_trial_as_shown", *arguments, stdout=out)
        return out.getvalue()

    @pytest.mark.parametrize("name", ["export.zip", "folder"])
    def test_it_writes_files_whose_hashes_stand_in_the_manifest(self, history, tmp_path, name):
        target = tmp_path / name
        out = self.run(NCT.lower(), "--on", "2026-10-04", "--output", str(target))
        if name.endswith(".zip"):
            with zipfile.ZipFile(target) as archive:
                files = {entry: archive.read(entry) for entry in archive.namelist()}
        else:
            files = {path.name: path.read_bytes() for path in target.iterdir()}
        manifest = files.pop("MANIFEST.sha256").decode()
        assert set(files) == {"as-shown.html", "as-shown.json", "record.json"}
        for file, data in files.items():
            assert f"{hashlib.sha256(data).hexdigest()}  {file}\n" in manifest
        assert manifest in out
        event = AuditEvent.objects.get(action="trial.exported_as_shown")
        assert event.object_id == NCT
        assert event.data["manifest_sha256"] == hashlib.sha256(manifest.encode()).hexdigest()

    def test_the_time_is_the_clinics(self, history, tmp_path, settings):
        settings.TIME_ZONE = "America/Los_Angeles"
        target = tmp_path / "folder"
        self.run(NCT, "--on", "2026-10-07", "--at", "04:00", "--output", str(target))
        assert "Text A" in (target / "as-shown.html").read_text()

    def test_nothing_is_overwritten(self, history, tmp_path):
        arguments = (NCT, "--on", "2026-10-04", "--output", str(tmp_path / "export.zip"))
        self.run(*arguments)
        with pytest.raises(CommandError, match="there already"):
            self.run(*arguments)
        assert AuditEvent.objects.filter(action="trial.exported_as_shown").count() == 1

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["NCT00000009", "--on", "2026-10-04"], "We hold no trial"),
            (["hello", "--on", "2026-10-04"], "no NCT id"),
            ([NCT, "--on", "2026-09-01"], "did not show"),
            ([NCT, "--on", "2027-01-01"], "is not over"),
            ([NCT, "--on", "4 October"], "is no date"),
            ([NCT, "--on", "2026-10-04", "--at", "noon"], "is no time"),
        ],
    )
    def test_bad_input_is_a_sentence(self, history, tmp_path, arguments, words):
        target = tmp_path / "export.zip"
        with pytest.raises(CommandError, match=words) as refused:
            self.run(*arguments, "--output", str(target))
        assert refused.value.returncode == 1
        assert not target.exists()

    def test_the_staff_role_may_run_it(self, history, tmp_path, as_role):
        target = tmp_path / "folder"
        with as_role("staff"):
            self.run(NCT, "--on", "2026-10-04", "--output", str(target))
        assert (target / "as-shown.html").exists()

    def test_today_is_now(self, history, tmp_path):
        target = tmp_path / "folder"
        self.run(NCT, "--on", "2026-10-20", "--output", str(target))
        assert (target / "record.json").exists()
