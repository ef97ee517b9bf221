"""A folder that several processes sync together ends as one process would have left it."""

import json
import os
import subprocess
import sys
from collections import Counter
from multiprocessing import active_children
from threading import Thread

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.served import ROOT, copied_database, manage_environment, until
from tests.trials.factories import make_study, updated
from trials.models import RefusedRecord, SearchDocument, SyncRun, Trial, TrialSite, TrialVersion
from trials.registry import lanes
from trials.registry.files import Received
from trials.registry.lane import lane_of
from trials.registry.lanes import LaneFailed, lanes_for, sync_files

NUMBERS = range(1, 41)


@pytest.fixture
def database(django_db_setup, django_db_blocker, monkeypatch):
    with copied_database(django_db_blocker, "lanes") as name, django_db_blocker.unblock():
        # What a process of the sync that starts now finds in its environment.
        for key, value in manage_environment(name, "worker").items():
            monkeypatch.setenv(key, value)
        yield name


@pytest.fixture
def files(tmp_path):
    """Forty studies in four files, some twice and changed, and what nobody can read."""
    studies = [make_study(f"NCT9999{number:04}") for number in NUMBERS]
    closed = [
        updated(make_study(f"NCT9999{number:04}"), "2026-05-01", overallStatus="COMPLETED")
        for number in NUMBERS[::4]
    ]
    contents = {
        "a.json": studies[:20],
        "b.json": {"studies": studies[20:]},
        "c.json": [*closed, make_study("NCT12")],
        "d.json": studies[:8],
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(json.dumps(content))
    (tmp_path / "e.json").write_text("{")
    return [*map(tmp_path.joinpath, (*contents, "e.json", "missing.json"))]


def held():
    """Return what the database holds, without keys and times."""
    return (
        sorted(Trial.objects.values_list("nct_id", "status", "last_update_posted", "content_hash")),
        Counter(TrialVersion.objects.values_list("trial__nct_id", "content_hash")),
        Counter(TrialSite.objects.values_list("trial__nct_id", "facility")),
        Counter(SearchDocument.objects.values_list("trial__nct_id", "language", "status")),
        sorted(RefusedRecord.objects.values_list("source", "reason")),
    )


def test_many_leave_what_one_leaves(database, files):
    progress = []
    run, alone = sync_files(files, source="one", progress=lambda *done: None, lanes=1)
    one = held()
    assert (alone.new, alone.changed, alone.older) == (40, 10, 2)
    Trial.objects.all().delete()
    RefusedRecord.objects.all().delete()

    run, together = sync_files(
        files, source="three", progress=lambda *done: progress.append(done), lanes=3
    )
    assert held() == one
    assert (together.new, together.changed, together.unchanged, together.older) == (
        alone.new,
        alone.changed,
        alone.unchanged,
        alone.older,
    )
    assert together.refused == sorted(alone.refused) and len(alone.refused) == 3
    run.refresh_from_db()
    assert run.is_complete and run.new_count == 40
    assert run.seen == sorted(Trial.objects.values_list("pk", flat=True))
    assert progress[-1] == (len(files), alone.total)
    assert not active_children()


def test_one_that_cannot_work_ends_all_and_says_why(database, files, monkeypatch):
    monkeypatch.setenv("SERVED_DATABASE", "nowhere")
    with pytest.raises(LaneFailed, match='"nowhere" does not exist'):
        sync_files(files, source="x", progress=lambda *done: None, lanes=2)
    run = SyncRun.objects.get(source="x")
    assert run.finished_at and "nowhere" in run.problem and not run.is_complete
    assert not active_children()


def test_one_that_is_killed_ends_all(database, files):
    def kill():
        until(active_children, bool)[0].kill()

    killer = Thread(target=kill)
    killer.start()
    with pytest.raises(LaneFailed, match="was ended"):
        sync_files(files, source="x", progress=lambda *done: None, lanes=2)
    killer.join()
    assert "start the sync again" in SyncRun.objects.get(source="x").problem
    assert not active_children()


def test_they_end_with_the_command_that_started_them(database, tmp_path):
    # Enough for a batch in each, at the end of which a process speaks to the one that started it.
    for file in range(4):
        studies = [make_study(f"NCT9999{number:04}") for number in range(file, 4000, 4)]
        (tmp_path / f"{file}.json").write_text(json.dumps(studies))
    command = (
        "import django; django.setup()\n"
        "from pathlib import Path\n"
        "from trials.registry.lanes import sync_files\n"
        f"files = sorted(Path({str(tmp_path)!r}).glob('*.json'))\n"
        "sync_files(files, source='x', progress=lambda *done: None, lanes=2)\n"
    )
    started = subprocess.Popen([sys.executable, "-c", command], cwd=ROOT, env=os.environ.copy())
    try:
        children = until(
            lambda: psutil.Process(started.pid).children(), lambda found: len(found) > 2
        )
    finally:
        started.kill()
        started.wait()
    until(lambda: [child for child in children if child.is_running()], lambda left: not left)


def test_a_file_is_worth_a_process_from_its_size_on(tmp_path, monkeypatch):
    monkeypatch.setattr(lanes, "BYTES_WORTH_A_PROCESS", 10)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    file = tmp_path / "a.json"
    for size, expected in ((0, 1), (19, 1), (20, 2), (30, 3), (900, 3)):
        file.write_bytes(b" " * size)
        assert lanes_for([file, tmp_path / "missing.json"]) == expected, size
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert lanes_for([file]) == lanes.MOST_LANES


@given(st.integers(0, 10**8 - 1), st.integers(1, 8), st.text(max_size=3))
def test_what_came_of_one_study_falls_to_one_lane(number, count, source):
    key = f"NCT{number:08}"
    lane = lane_of(Received(source, make_study(key)), count)
    assert 0 <= lane < count
    assert lane_of(Received("other", make_study(key.lower())), count) == lane


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=4))
def test_what_is_no_study_falls_to_the_first(study):
    assert lane_of(Received("x", study), 5) == 0
