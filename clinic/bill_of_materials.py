"""Writes what this release is made of, as CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/).

Python packages as they are installed beside it, with their exact versions; asks no network. Tools
that look for known vulnerabilities read it (``make sbom``).
"""

import json
import re
import sys
from importlib.metadata import Distribution, distributions
from typing import Any

_LICENCES = ("License-Expression", "License")


def bill() -> dict[str, Any]:
    """Return the bill; the same environment gives the same one."""
    installed = {normal_name(one.metadata["Name"]): one for one in distributions()}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "immunotherapy-clinic"}},
        "components": [_component(name, one) for name, one in sorted(installed.items())],
    }


def normal_name(name: str) -> str:
    """Return a package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _component(name: str, one: Distribution) -> dict[str, Any]:
    purl = f"pkg:pypi/{name}@{one.version}"
    found: dict[str, Any] = {
        "type": "library",
        "name": name,
        "version": one.version,
        "purl": purl,
        "bom-ref": purl,
    }
    named = [one.metadata[key] for key in _LICENCES if key in one.metadata]
    licence = next(iter(named), "")
    if licence and "\n" not in licence:
        found["licenses"] = [{"license": {"name": licence}}]
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(bill(), indent=2) + "\n")
