import json
import re
import subprocess
import sys

from clinic.bill_of_materials import bill, normal_name
from tests.served import ROOT

PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", re.MULTILINE)


def test_bill__holds_every_requirement_with_its_version() -> None:
    pinned = PINNED.findall((ROOT / "requirements.txt").read_text())
    listed = {one["purl"] for one in bill()["components"]}
    assert len(pinned) > 30
    assert not {f"pkg:pypi/{normal_name(name)}@{version}" for name, version in pinned} - listed


def test_bill__names_nothing_twice_and_what_comes_along_too() -> None:
    references = [one["bom-ref"] for one in bill()["components"]]
    assert len(references) == len(set(references))
    assert any(one["name"] == "sqlparse" for one in bill()["components"])  # Django brings it


def test_command__prints_cyclonedx() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "clinic.bill_of_materials"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    found = json.loads(printed)
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.5")
    assert all({"type", "name", "version", "purl"} <= set(one) for one in found["components"])
