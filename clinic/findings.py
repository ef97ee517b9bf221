"""What should be looked at in a text before readers see it.

A room contributes by a module ``content_checks.py`` with
``content_findings(instance) -> Iterable[Finding]``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from clinic.contributions import contributions


class Severity(IntEnum):
    """How much a finding matters; the gravest is the smallest."""

    BLOCKS = 0
    WARNING = 1
    NOTE = 2


@dataclass(frozen=True)
class Finding:
    """One thing to look at: in plain words, with the place where it stands."""

    code: str
    severity: Severity
    message: str
    quote: str = ""
    block_id: str = ""

    @property
    def blocks_approval(self) -> bool:
        """Return whether nobody can approve the text like this."""
        return self.severity is Severity.BLOCKS


def findings_of(instance: Any) -> list[Finding]:
    """Return what was found in a text, the gravest first."""
    found: list[Finding] = []
    for module in contributions("content_checks"):
        found += module.content_findings(instance)
    return sorted(found, key=lambda finding: finding.severity)


def approval_refusal(found: Iterable[Finding]) -> str:
    """Return in one text why nobody can approve this, "" when it can be approved."""
    return " ".join(finding.message for finding in found if finding.blocks_approval)
