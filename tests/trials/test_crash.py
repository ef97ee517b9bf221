"""A sync that is killed in the middle, and the next one: real processes, a real registry."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import sleep

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from clinic.jobs import lock_key
from tests.served import ROOT, copied_database, until
from tests.trials.factories import make_study, sync_studies
from tests.trials.fake_registry import FakeRegistry, fake_registry
from trials.models import RegistryQuery, SearchDocument, SyncRun, Trial, TrialSite, TrialVersion
from trials.registry.api import sync_from_api
from trials.registry.client import RegistryClient
from trials.registry.look import Look
from trials.registry.sync import LOCK, Syncing

STUDIES = [make_study(f"NCT9999{number:04}") for number in range(1, 11)]


@pytest.fixture
def database(django_db_setup, django_db_blocker):
    with copied_database(django_db_blocker, "crash") as name, django_db_blocker.unblock():
        RegistryQuery.objects.create(name="Cancer", condition="cancer")
        yield name


def start(registry: FakeRegistry, database: str) -> subprocess.Popen:
    """Start the command of the daily look in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "sync_trials"],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "tests.served_settings",
            "SERVED_DATABASE": database,
            "REGISTRY_URL": registry.url,
            "DATA_DIR": str(settings.DATA_DIR),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@pytest.mark.parametrize("moment", ["while it waits for a page", "as a page comes"])
def test_killed_and_started_again__nothing_is_lost_and_nothing_doubled(database, moment):
    with fake_registry(studies=STUDIES) as registry:

        def kill(handler):
            """Stand in for the third page: the process does not live to see what comes of it."""
            if moment == "as a page comes":
                registry.answer(handler)
                sleep(0.02)
            process.send_signal(signal.SIGKILL)

        registry.faults = [None, None, None, kill]
        process = start(registry, database)
        assert process.wait(60) == -signal.SIGKILL
        process.stdout.close()
        until(lambda: locks(database), lambda held: held == 0)
        cut_off = SyncRun.objects.get()
        assert (cut_off.finished_at, cut_off.is_complete) == (None, False)
        assert Trial.objects.count() in {4, 6}

        registry.requests.clear()
        again = start(registry, database)
        output, _ = again.communicate(timeout=60)
        assert again.returncode == 0, output
    assert registry.requests[0].endswith("/version")
    assert "pageToken=" in registry.requests[1]
    for model, number in ((Trial, 10), (TrialVersion, 10), (TrialSite, 10), (SearchDocument, 20)):
        assert model.objects.count() == number, model
    assert set(SyncRun.objects.first().seen) == set(Trial.objects.values_list("pk", flat=True))


def locks(database: str) -> int:
    """Return how many advisory locks are held in a database."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
               WHERE locktype = 'advisory' AND datname = %s""",
            [database],
        )
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
class TestOneAtATime:
    @pytest.fixture
    def at_work(self):
        """Hold the lock as another process would that is in the middle of a sync."""
        values = connection.get_connection_params()
        other = psycopg2.connect(
            **{name: values[name] for name in ("dbname", "user", "host", "port")}
        )
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", lock_key(LOCK))
        yield
        other.close()

    def test_a_second_sync_says_so_and_leaves_no_run(self, clinic, at_work, tmp_path):
        Path(tmp_path / "a.json").write_text("[]")
        with pytest.raises(CommandError, match="Another sync is at work") as error:
            call_command("sync_trials", "--from", str(tmp_path))
        assert error.value.returncode == 2
        assert not SyncRun.objects.exists()

    def test_afterwards_it_runs(self, clinic):
        assert sync_studies(make_study()).new == 1
        assert locks(connection.settings_dict["NAME"]) == 0


@pytest.mark.django_db
def test_a_look_ends_with_its_count_of_the_missing(clinic):
    """Killed right after it, the look is not taken for one that has to be made again."""
    query = RegistryQuery.objects.create(name="Cancer", condition="cancer")
    sync_studies(make_study("NCT99990404"))
    with fake_registry(studies=STUDIES) as registry:
        client = RegistryClient(registry.url, user_agent="x", pause=0.0)
        run = SyncRun(source="x", started_at=Trial.objects.get().first_seen_at, is_daily_look=True)
        with Syncing.begin(run) as syncing:
            Look(client, syncing, lambda count: None).take([query])
            kept = SyncRun.objects.get(pk=run.pk)
            assert (kept.is_complete, kept.missing) == (True, ["NCT99990404"])
        sync_from_api(client)
    assert Trial.objects.get(nct_id="NCT99990404").missing_count == 2
