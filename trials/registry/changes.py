"""Names what differs between the trial we hold and a new record of it.

Three kinds of fields (design, registry): *auto* ones are taken over and shown at once, *review*
ones are taken over too but make the plain summary older than the record, and *local* ones (plain
summary, classification by staff, listing) are not in a record at all.
"""

from collections.abc import Iterable
from typing import Any

from trials.models import Trial
from trials.registry.fingerprint import IGNORED_MODULES, IGNORED_SECTIONS, in_order

# By the registry's modules.
_TITLES = ("brief_title", "official_title", "acronym")
_STATUS = (
    "status",
    "last_known_status",
    "why_stopped",
    "status_verified",
    "start",
    "primary_completion",
    "completion",
    "last_update_posted",
)
_DESCRIPTION = ("brief_summary", "detailed_description")
_CONDITIONS = ("conditions", "keywords")
_SIZE = ("enrollment", "enrollment_type", "study_type")
_DESIGN = ("phases", "purpose", "allocation", "masking")
_ELIGIBILITY = ("criteria", "sex", "minimum_age_text", "maximum_age_text", "healthy_volunteers")
SITES = "sites"

AUTO = (*_STATUS, *_SIZE, "sponsor", "has_results", "our_site_open")
AUTO_DETAILS = ("contacts", "officials", "references", "collaborators")
REVIEW = (*_TITLES, *_DESCRIPTION, *_CONDITIONS, *_DESIGN, *_ELIGIBILITY)
REVIEW_DETAILS = ("arms", "interventions")
# A module that changed is named itself where none of its fields is.
FIELDS_OF: dict[str, tuple[str, ...]] = {
    "identificationModule": _TITLES,
    "statusModule": _STATUS,
    "sponsorCollaboratorsModule": ("sponsor", "collaborators"),
    "descriptionModule": _DESCRIPTION,
    "conditionsModule": _CONDITIONS,
    "designModule": (*_SIZE, *_DESIGN),
    "armsInterventionsModule": REVIEW_DETAILS,
    "eligibilityModule": _ELIGIBILITY,
    "contactsLocationsModule": ("contacts", "officials", SITES),
    "referencesModule": ("references",),
    "hasResults": ("has_results",),
}
_REVIEWED = frozenset({*REVIEW, *REVIEW_DETAILS})


def changed_fields(held: Trial, new: Trial, *, sites_changed: bool) -> list[str]:
    """Return the names of the fields that differ, ``sites`` for any difference of locations.

    Spaces, escapes and the order of lists are no difference.
    """
    # A date that was expected and has come is news, though it is the same day.
    old_dates, new_dates = held.details.get("dates", {}), new.details.get("dates", {})
    names = [
        name
        for name in (*AUTO, *REVIEW)
        if _differ(getattr(held, name), getattr(new, name))
        or old_dates.get(name) != new_dates.get(name)
    ]
    names += [
        name
        for name in (*AUTO_DETAILS, *REVIEW_DETAILS)
        if _differ(held.details.get(name), new.details.get(name))
    ]
    return [*names, SITES] if sites_changed else names


def other_modules(held: dict[str, Any], new: dict[str, Any], named: Iterable[str]) -> list[str]:
    """Return the registry's modules that differ though none of their fields is named.

    It is what we keep in the version but show nowhere, such as ``outcomesModule``.
    """
    named = set(named)
    return [name for name in _modules(held, new) if named.isdisjoint(FIELDS_OF.get(name, ()))]


def _modules(held: dict[str, Any], new: dict[str, Any]) -> list[str]:
    names = []
    for section in sorted((held.keys() | new.keys()) - IGNORED_SECTIONS):
        old, now = held.get(section), new.get(section)
        if isinstance(old, dict) and isinstance(now, dict):
            modules = sorted((old.keys() | now.keys()) - IGNORED_MODULES)
            names += [name for name in modules if _differ(old.get(name), now.get(name))]
        elif _differ(old, now):
            names.append(section)
    return names


def needs_review(changed: Iterable[str]) -> bool:
    """Return whether one of the changed fields is what a plain summary explains."""
    return not _REVIEWED.isdisjoint(changed)


def _differ(old: Any, new: Any) -> bool:
    return old != new and in_order(old) != in_order(new)
