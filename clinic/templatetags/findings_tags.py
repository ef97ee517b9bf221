"""What the editor and the approval dialog say about a text."""

from typing import Any

from django import template

from clinic import reading
from clinic.findings import Finding, Severity, findings_of
from clinic.reading import ReadingLevel

register = template.Library()


@register.simple_tag
def findings(instance: Any) -> list[Finding]:
    """Return what was found in a text, the gravest first; nothing for a text not saved yet."""
    return findings_of(instance) if instance is not None and instance.pk else []


@register.simple_tag
def findings_for_approval(instance: Any) -> list[Finding]:
    """Return what a reviewer should know before signing; mere notes are left out."""
    return [finding for finding in findings(instance) if finding.severity < Severity.NOTE]


@register.simple_tag
def hard_parts(instance: Any) -> list[tuple[str, ReadingLevel]]:
    """Return the parts that are harder to read than the limit; none for a text not saved yet."""
    return reading.hard_parts(instance) if instance is not None and instance.pk else []


@register.filter
def any_blocks(found: list[Finding]) -> bool:
    """Return whether one of the findings keeps the text from being approved."""
    return any(finding.blocks_approval for finding in found)
