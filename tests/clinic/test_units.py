"""systemd itself reads the sample units, finds nothing wrong and rates them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import load_command_class

from tests.served import ROOT

SAMPLES = ROOT / "docs" / "operating" / "systemd"
RELEASE = "/srv/clinic/current"
PROCESSES = ["public", "staff", "worker"]
# Of 100; what a service without any protection gets is 96, "OK" begins below 50.
MOST_EXPOSURE = "20"


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The samples with a release folder that exists on this machine."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed: apt-get install systemd")
    release = tmp_path / "current"
    (release / ".venv" / "bin").mkdir(parents=True)
    (release / ".venv" / "bin" / "python").symlink_to(sys.executable)
    shutil.copytree(SAMPLES, tmp_path / "units")
    for file in (tmp_path / "units").rglob("*"):
        if file.is_file():
            file.write_text(file.read_text().replace(RELEASE, str(release)))
    return tmp_path / "units"


def analyze(units: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *arguments],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{units}:"},
        capture_output=True,
        text=True,
        check=False,
    )


UNITS = [*(f"clinic@{process}.service" for process in PROCESSES), "clinic-backup.service"]


@pytest.mark.parametrize("unit", [*UNITS, "clinic-backup.timer"])
def test_unit__is_one_that_systemd_understands(units: Path, unit: str) -> None:
    seen = analyze(units, "verify", "--man=no", str(units / unit))
    assert (seen.returncode, seen.stderr) == (0, "")


def test_mistake__is_found(units: Path) -> None:
    drop_in = units / "clinic@public.service.d" / "run.conf"
    drop_in.write_text(drop_in.read_text().replace("MemoryMax=1500M", "MemoryMax=much"))
    assert (
        "Invalid memory limit"
        in analyze(units, "verify", str(units / "clinic@public.service")).stderr
    )


@pytest.mark.parametrize("unit", UNITS)
def test_unit__is_shut_in(units: Path, unit: str) -> None:
    options = ["--no-pager", "--offline=true", f"--threshold={MOST_EXPOSURE}"]
    seen = analyze(units, "security", *options, str(units / unit))
    assert seen.returncode == 0, seen.stdout


@pytest.mark.parametrize("unit", UNITS)
def test_unit__starts_a_command_of_ours(unit: str) -> None:
    drop_in = SAMPLES / f"{unit}.d" / "run.conf"
    text = (drop_in if drop_in.exists() else SAMPLES / unit).read_text()
    found = re.search(r"^ExecStart=(\S+) manage\.py (\S+)(.*)$", text, re.MULTILINE)
    assert found is not None
    assert found[1] == f"{RELEASE}/.venv/bin/python"
    command = load_command_class("clinic", found[2])
    command.create_parser("manage.py", found[2]).parse_args(found[3].split())
    assert "MemoryMax=" in text


def test_each_process__has_its_own_environment_and_starts_again() -> None:
    unit = (SAMPLES / "clinic@.service").read_text().splitlines()
    assert {"EnvironmentFile=/etc/clinic/%i.env", "Restart=always", "User=clinic-%i"} <= set(unit)
    assert {"ProtectSystem=strict", "NoNewPrivileges=yes"} <= set(unit)
