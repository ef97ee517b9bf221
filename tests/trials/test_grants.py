"""What the database itself allows each process to do with trials."""

import pytest
from django.db import ProgrammingError, connection, transaction

from tests.inquiries.conftest import as_role  # noqa: F401
from tests.trials.factories import make_study, sync_studies
from trials.models import PlainSummary, Trial

pytestmark = pytest.mark.django_db


def refuses(sql):
    """Return whether the current role may not run the statement."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except ProgrammingError as error:
        return "permission denied" in str(error)
    return False


def test_public__reads_pages_and_writes_nothing(clinic, client, as_role):  # noqa: F811
    sync_studies(make_study())
    with as_role("public"):
        assert client.get("/en/trials/?q=melanoma").status_code == 200
        assert client.get("/en/trials/NCT99990001/").status_code == 200
        assert client.get("/api/v1/trials/").status_code == 200
        for table in ("trialversion", "refusedrecord", "registryalert", "registrypage"):
            assert refuses(f"SELECT 1 FROM trials_{table}"), table
        assert refuses("SELECT condition FROM trials_registryquery")
        assert refuses("SELECT confirmed_by_id FROM trials_siteconfirmation")
        assert refuses("UPDATE trials_trial SET is_listed = false")
        assert refuses("DELETE FROM trials_plainsummary")


def test_staff__correct_but_do_not_rewrite_the_mirror(clinic, as_role):  # noqa: F811
    from trials.services import correct_trial

    sync_studies(make_study())
    with as_role("staff"):
        correct_trial(
            trial=Trial.objects.get(),
            is_listed=False,
            cancer_types=[],
            therapy_types=[],
            biomarkers=[],
        )
        assert refuses("UPDATE trials_trial SET status = 'RECRUITING'")
        assert refuses("DELETE FROM trials_trial")
        assert refuses("INSERT INTO trials_syncrun (source) VALUES ('x')")
        assert PlainSummary.objects.count() == 0


def test_worker__syncs(clinic, as_role):  # noqa: F811
    with as_role("worker"):
        report = sync_studies(make_study(), make_study("NCT1"))
    assert (report.new, len(report.refused)) == (1, 1)
