"""No package is pinned at a version that docs/security/advisories.md knows to be flawed."""

import re

import pytest
from packaging.version import Version

from tests.served import ROOT

ROW = re.compile(r"^\| `([\w.-]+)` \| ([\d.]+) \| ([\w-]+) \|", re.MULTILINE)
PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", re.MULTILINE)


def flawed(advisories: str, requirements: str) -> list[str]:
    """Return the advisories whose package is older than its mended version, or not pinned."""
    pinned = dict(PINNED.findall(requirements))
    return [
        advisory
        for package, mended, advisory in ROW.findall(advisories)
        if package not in pinned or Version(pinned[package]) < Version(mended)
    ]


def test_pinned_versions__have_none_of_the_flaws() -> None:
    advisories = (ROOT / "docs" / "security" / "advisories.md").read_text()
    assert len(ROW.findall(advisories)) >= 7
    assert flawed(advisories, (ROOT / "requirements.txt").read_text()) == []


@pytest.mark.parametrize("pin", ["django==5.2.10  # why", "wagtail==8.0.1"], ids=["older", "none"])
def test_older_version__is_found(pin: str) -> None:
    assert flawed("| `django` | 5.2.11 | CVE-2026-1287 | x |", pin) == ["CVE-2026-1287"]
