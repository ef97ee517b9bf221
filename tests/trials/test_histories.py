"""The 40 real histories, replayed: what each step has to do stands in ``history_steps``."""

import json
from datetime import date

import pytest
from wagtail.models import Locale

from tests.trials.history_steps import SITES, expected_steps
from tests.trials.registry_files import HISTORIES, needs_registry
from trials.models import PlainSummary, RegistryAlert, Trial
from trials.registry.files import read_files
from trials.registry.sync import sync

pytestmark = [pytest.mark.django_db, *needs_registry]

STEPS = expected_steps()
# Something in every field of a summary, so that no field can be emptied unseen.
OURS = {
    "title": "Ours",
    "what_is_it_about": "Our words.",
    "who_can_join": "Adults.",
    "what_happens": "Visits.",
    "possible_benefits": "It may help.",
    "possible_risks": "It may harm.",
    "costs": "None.",
    "near_home": "Blood tests.",
    "lodging": "A house nearby.",
    "afterwards": "We call.",
    "questions": "How long?",
    "visits_per_month": 2,
    "overnight_stays": "no",
    "biopsies": "yes",
    "placebo_possible": "no",
    "travel_help": "yes",
    "languages": "English, Spanish",
    "irb_reference": "IRB-1",
    "irb_approved_on": date(2026, 1, 1),
    "irb_expires_on": date(2099, 1, 1),
    "live": True,
}


def places(file):
    """Return the facilities of a record and whether one takes people there, read without our code.

    A row without a status has that of the whole study.
    """
    protocol = json.loads(file.read_bytes())["protocolSection"]
    status = protocol["statusModule"]["overallStatus"]
    found = {}
    for row in protocol.get("contactsLocationsModule", {}).get("locations", []):
        if name := row.get("facility", ""):
            is_open = row.get("status", status) == "RECRUITING" and status != "SUSPENDED"
            found[name] = found.get(name, False) or is_open
    return found


def replay(files):
    """Sync one record after the other; yield its step and the trial after it."""
    for file in files:
        report = sync(read_files([file]), source=file.name)[1]
        assert report.refused == []
        yield file.name[:2], Trial.objects.get()


def local_fields(trial):
    """Return all that is ours: every field of the summary, and what staff set on the trial."""
    summary = PlainSummary.objects.values().get(trial=trial)
    return summary, trial.is_listed, trial.unmarked_words


def call_ours(clinic, names):
    clinic.facility_names, clinic.facility_zip_codes = "\n".join(names), ""
    clinic.save()


def files_of(folder):
    return sorted(folder.glob("*.json"))


def test_every_step_is_expected():
    replayed = {(folder.name, file.name[:2]) for folder in HISTORIES for file in files_of(folder)}
    assert {step for step in replayed if step[1] != "00"} == set(STEPS)


@pytest.mark.parametrize("folder", HISTORIES, ids=lambda folder: folder.name)
def test_each_step_does_what_it_should(clinic, folder):
    files = files_of(folder)
    call_ours(clinic, {name for file in files for name in places(file)})
    held = None
    for step, trial in replay(files):
        if held is None:
            english = Locale.objects.get(language_code="en")
            PlainSummary.objects.create(trial=trial, locale=english, **OURS)
            Trial.objects.update(unmarked_words=["antibody"])
            ours = local_fields(Trial.objects.get())
            assert (trial.versions.count(), trial.alerts.count()) == (1, 0)
        else:
            check_step(trial, held, *STEPS[(folder.name, step)])
            assert local_fields(trial) == ours
        RegistryAlert.objects.all().delete()
        held = trial


def check_step(trial, held, fields, alerts, site):
    """Check what a step did to the trial held before it."""
    newest = trial.versions.first()
    assert (newest.received_at > held.last_changed_at) is bool(fields)
    assert (trial.content_hash != held.content_hash) is bool(fields)
    if fields:
        assert set(newest.changed) == fields
    assert set(trial.alerts.values_list("kind", flat=True)) == alerts
    assert (trial.review_changed_at != held.review_changed_at) is ("rewritten" in alerts)
    assert (trial.our_site_open != held.our_site_open) is bool(site)
    if site:
        assert trial.our_site_open is (site == "open")
        assert trial.our_site_changed_at == trial.last_changed_at


@pytest.mark.parametrize("step", SITES, ids=" ".join)
def test_one_clinic_of_a_study_closes_leaves_or_opens(clinic, step, folders):
    study, number = step
    before, after = (
        next(file for file in folders[study] if file.name.startswith(f"{which:02}"))
        for which in (int(number) - 1, int(number))
    )
    old, new = places(before), places(after)
    closed = [name for name in old if old[name] and name in new and not new[name]]
    written = {name.casefold() for name in new}
    left = [name for name in old if old[name] and name.casefold() not in written]
    opened = [name for name in new if new[name] and not old.get(name, True)]
    assert (len(closed), len(left), len(opened)) == SITES[step]
    # One of each kind stands for all: they go the same way.
    for names, is_open in ((closed, False), (left, False), (opened, True)):
        for name in names[:1]:
            Trial.objects.all().delete()
            call_ours(clinic, [name])
            (_first, held), (_second, trial) = replay([before, after])
            assert (held.our_site_open, trial.our_site_open) == (not is_open, is_open)
            assert trial.has_our_site is (name in new)
            kinds = set(trial.alerts.values_list("kind", flat=True))
            assert ("closed" in kinds) is not is_open


@pytest.fixture
def folders():
    return {folder.name: files_of(folder) for folder in HISTORIES}
