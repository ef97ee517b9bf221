"""A worker of the server ends with it, however early in the worker's life the server is killed."""

import subprocess
import sys
from pathlib import Path

import psutil

from tests.served import ROOT, until

SERVER = """
import multiprocessing, os, signal, sys, time
from pathlib import Path

from clinic.process_life import end_with_server

folder, is_early = Path(sys.argv[1]), sys.argv[2] == "early"
server = os.getpid()


def work():
    if not is_early:
        end_with_server()
    (folder / "worker").write_text(str(os.getpid()))
    while os.getppid() == server:
        time.sleep(0.01)
    if is_early:
        end_with_server()
    time.sleep(120)


multiprocessing.get_context("fork").Process(target=work).start()
while not (folder / "worker").exists() or not (folder / "worker").read_text():
    time.sleep(0.01)
os.kill(server, signal.SIGKILL)
"""


def _worker_of_a_killed_server(folder: Path, when: str, environment: dict[str, str]) -> int:
    command = [sys.executable, "-c", SERVER, str(folder), when]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    assert done.returncode == -9
    return int((folder / "worker").read_text())


def test_server_killed__workers_end(tmp_path):
    environment = {"END_WITH_PARENT": "1", "PYTHONPATH": str(ROOT)}
    worker = _worker_of_a_killed_server(tmp_path, "late", environment)
    until(lambda: psutil.pid_exists(worker), lambda is_there: not is_there)


def test_server_killed_before_the_worker_asked__ends_all_the_same(tmp_path):
    environment = {"END_WITH_PARENT": "1", "PYTHONPATH": str(ROOT)}
    worker = _worker_of_a_killed_server(tmp_path, "early", environment)
    until(lambda: psutil.pid_exists(worker), lambda is_there: not is_there)


def test_started_otherwise__lives_on(tmp_path):
    worker = _worker_of_a_killed_server(tmp_path, "early", {"PYTHONPATH": str(ROOT)})
    assert psutil.pid_exists(worker)
    psutil.Process(worker).kill()
