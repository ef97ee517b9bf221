import pytest
from django.urls import reverse

from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS, REVIEWERS
from tests.factories import make_user
from tests.trials.factories import make_cancer_type, make_marker, make_study, sync_studies
from trials.models import PlainSummary, RefusedRecord, RegistryQuery, SyncRun, Trial

pytestmark = pytest.mark.django_db

LISTS = ["trial", "registryquery", "syncrun", "refusedrecord"]
ALLOWED = {
    EDITORS: {"trial"},
    REVIEWERS: {"trial"},
    COORDINATORS: {"trial"},
    LEADS: {"trial"},
    ADMINISTRATORS: set(LISTS),
}


def log_in(client, role):
    user = make_user(role)
    client.force_login(user)
    return user


@pytest.mark.parametrize("role", ALLOWED)
def test_lists__open_for_those_who_need_them(client, clinic, role):
    sync_studies(make_study(), make_study("NCT1"))
    log_in(client, role)
    for name in LISTS:
        response = client.get(reverse(f"{name}:index"))
        expected = 200 if name in ALLOWED[role] else 302
        assert response.status_code == expected, name


@pytest.mark.parametrize("role", [REVIEWERS, COORDINATORS, LEADS])
def test_correction__refused_to_those_who_only_look(client, clinic, role):
    sync_studies(make_study())
    trial = Trial.objects.get()
    log_in(client, role)
    response = client.post(reverse("trial:edit", args=[trial.pk]), {"is_listed": ""})
    assert response.status_code == 302
    assert Trial.objects.get().is_listed


def test_correction__by_an_editor(client, clinic):
    kidney = make_cancer_type("kidney", "Kidney cancer")
    sync_studies(make_study())
    trial = Trial.objects.get()
    log_in(client, EDITORS)
    page = client.get(reverse("trial:edit", args=[trial.pk]))
    assert page.status_code == 200
    client.post(
        reverse("trial:edit", args=[trial.pk]), {"is_listed": "on", "cancer_types": [kidney.pk]}
    )
    row = trial.cancer_type_rows.get()
    assert (row.cancer_type, row.source, row.applies) == (kidney, "staff", True)


def test_correction__of_the_biomarkers(client, clinic):
    marker, other = make_marker("her2", "HER2"), make_marker("alk", "ALK")
    sync_studies(make_study(identificationModule={"briefTitle": "HER2-positive Cancer"}))
    trial = Trial.objects.get()
    log_in(client, EDITORS)
    address = reverse("trial:edit", args=[trial.pk])
    assert client.get(address).context["form"]["biomarkers"].initial == [marker.pk]
    client.post(address, {"is_listed": "on", "biomarkers": [other.pk]})
    rows = trial.biomarker_rows.values_list("biomarker__slug", "source", "applies")
    assert set(rows) == {("her2", "staff", False), ("alk", "staff", True)}


@pytest.mark.parametrize(("role", "status"), [(EDITORS, 200), (COORDINATORS, 302)])
def test_biomarkers__are_the_editors_vocabulary(client, clinic, role, status):
    make_marker("her2", "HER2", "ERBB2")
    log_in(client, role)
    for name in ("biomarkers:index", "biomarkers:add"):
        assert client.get(reverse(name)).status_code == status


@pytest.mark.parametrize("role", [EDITORS, ADMINISTRATORS])
def test_nobody_adds_or_deletes_a_trial(client, clinic, role):
    sync_studies(make_study())
    log_in(client, role)
    assert client.get(reverse("trial:add")).status_code == 302
    client.post(reverse("trial:delete", args=[Trial.objects.get().pk]))
    assert Trial.objects.count() == 1


def test_registry_query__by_an_administrator(client, clinic):
    log_in(client, ADMINISTRATORS)
    empty = {"name": "Nothing", "is_active": "on"}
    assert client.post(reverse("registryquery:add"), empty).status_code == 200
    client.post(reverse("registryquery:add"), {**empty, "nct_ids": "NCT99990001"})
    assert RegistryQuery.objects.get().nct_ids == "NCT99990001"


def test_refused_record_and_run__can_be_looked_at(client, clinic):
    sync_studies(make_study("NCT12"))
    log_in(client, ADMINISTRATORS)
    refused = client.get(reverse("refusedrecord:inspect", args=[RefusedRecord.objects.get().pk]))
    assert b"is not an NCT id" in refused.content
    assert (
        client.get(reverse("syncrun:inspect", args=[SyncRun.objects.get().pk])).status_code == 200
    )


def test_plain_summary__is_written_as_a_draft_and_submitted(client, clinic):
    sync_studies(make_study())
    log_in(client, EDITORS)
    url = reverse(PlainSummary.snippet_viewset.get_url_name("add"))
    assert client.get(url).status_code == 200
    data = {
        "trial": Trial.objects.get().pk,
        "title": "A plain title",
        "what_is_it_about": "It is about this.",
        "overnight_stays": "unknown",
        "biopsies": "no",
        "placebo_possible": "unknown",
        "travel_help": "yes",
        "action-submit": "1",
    }
    client.post(url, data)
    summary = PlainSummary.objects.get()
    assert not summary.live
    assert summary.workflow_in_progress
