import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest
from django.test import override_settings

from clinic.demo_site import collect_static_files
from clinic.dotenv import write_dotenv
from clinic.supervision import Supervisor
from tests.browser.conftest import two_free_ports

ROOT = Path(__file__).resolve().parents[2]


def until(good: Callable[[], object]) -> None:
    """Wait until something is so; fail after a time that nothing needs."""
    deadline = monotonic() + 60
    while not good():
        assert monotonic() < deadline
        sleep(0.05)


class TestPort:
    @pytest.fixture
    def taken_port(self) -> Iterator[int]:
        port = two_free_ports()
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", port + 1))
            taken.listen()
            yield port

    def test_port_in_use__is_one_sentence_and_starts_nothing(
        self, taken_port: int, tmp_path: Path
    ) -> None:
        completed = subprocess.run(
            [sys.executable, "manage.py", "demo"],
            cwd=ROOT,
            env={
                "PATH": os.defpath,
                "DEMO": "1",
                "IGNORE_DOTENV": "1",
                "PORT": str(taken_port),
                "DATA_DIR": str(tmp_path),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert completed.returncode != 0
        message = completed.stderr.strip()
        assert message.startswith(f"CommandError: Port {taken_port + 1} is in use")
        assert "\n" not in message
        assert list(tmp_path.iterdir()) == []


class TestDotenv:
    def test_is_written_once(self, tmp_path: Path) -> None:
        path = tmp_path / ".env"
        assert write_dotenv(path)
        first = path.read_text()
        assert not write_dotenv(path)
        assert path.read_text() == first

    def test_two_checkouts_share_no_secret(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("DATA_DIR")
        paths = [tmp_path / "a", tmp_path / "b"]
        for path in paths:
            write_dotenv(path)
        first, second = (
            {line.split("=", 1)[1] for line in path.read_text().splitlines() if "=" in line}
            for path in paths
        )
        assert first & second == {"1"}  # DEMO=1

    def test_others_cannot_read_it(self, tmp_path: Path) -> None:
        write_dotenv(tmp_path / ".env")
        assert (tmp_path / ".env").stat().st_mode & 0o077 == 0

    def test_remembers_where_the_data_is(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("DATA_DIR", "elsewhere")
        write_dotenv(tmp_path / ".env")
        assert f"DATA_DIR={tmp_path / 'elsewhere'}" in (tmp_path / ".env").read_text()


class TestStaticFiles:
    def test_are_hashed_and_compressed_once(self, tmp_path: Path) -> None:
        source = tmp_path / "source"
        source.mkdir()
        (source / "site.css").write_text("body { color: teal }\n" * 50)
        storage = "whitenoise.storage.CompressedManifestStaticFilesStorage"
        with override_settings(
            STATIC_ROOT=tmp_path / "static",
            STATICFILES_DIRS=[source],
            STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
            STORAGES={"staticfiles": {"BACKEND": storage}},
        ):
            assert collect_static_files()
            names = {path.suffix for path in (tmp_path / "static").glob("site.*.css*")}
            assert names == {".css", ".gz", ".br"}
            assert not collect_static_files()
            (source / "site.css").write_text("body { color: coral }\n")
            assert collect_static_files()
            assert not collect_static_files()


CHILD = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(600)
"""
BOSS = """
import os, sys
from clinic.supervision import Supervisor
boss = Supervisor(lambda: None)
for path in sys.argv[2:]:
    boss.add(os.path.basename(path), [sys.executable, "-c", sys.argv[1], path], os.environ)
boss.loop()
"""
EARLY = BOSS.replace("lambda: None", "lambda: os.kill(os.getpid(), 15)")


class TestSupervision:
    @pytest.fixture
    def children(self, tmp_path: Path) -> list[Path]:
        return [tmp_path / "first", tmp_path / "second"]

    @pytest.fixture
    def boss(self, children: list[Path]) -> Iterator[subprocess.Popen[bytes]]:
        command = [sys.executable, "-c", BOSS, CHILD, *map(str, children)]
        boss = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        until(lambda: all(map(self.process, children)))
        yield boss
        if boss.poll() is None:
            boss.terminate()
            boss.wait(30)

    def test_end_before_the_processes_have_reported__leaves_nothing_behind(
        self, children: list[Path]
    ) -> None:
        command = [sys.executable, "-c", EARLY, CHILD, *map(str, children)]
        boss = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        boss.wait(60)
        assert not any(map(self.process, children))

    def test_process_without_a_number__is_left_for_later(self) -> None:
        boss = Supervisor(lambda: None)
        boss.add("late", ["true"], {})
        boss.terminate()
        assert boss._stopping.is_set()

    @staticmethod
    def process(path: Path) -> psutil.Process | None:
        try:
            return psutil.Process(int(path.read_text()))
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None

    def test_killed_process__is_started_again(
        self, boss: subprocess.Popen[bytes], children: list[Path]
    ) -> None:
        first, second = (self.process(path) for path in children)
        assert first is not None
        first.kill()
        until(lambda: self.process(children[0]) not in {first, None})
        assert self.process(children[1]) == second

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    def test_end_of_the_supervisor__leaves_nothing_behind(
        self, boss: subprocess.Popen[bytes], children: list[Path], number: signal.Signals
    ) -> None:
        os.killpg(boss.pid, number) if number == signal.SIGINT else boss.send_signal(number)
        boss.wait(30)
        until(lambda: not any(map(self.process, children)))
