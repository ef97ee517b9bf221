"""Turns a Record into rows of the mirror."""

from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any

from trials.models import Trial
from trials.our_site import OurFacility, our_sites, site_is_open
from trials.registry.record import Record
from trials.registry.values import PartialDate

DATES = (
    "status_verified",
    "first_posted",
    "last_update_posted",
    "start",
    "primary_completion",
    "completion",
)
SAME_NAMED = (
    "nct_id",
    "brief_title",
    "official_title",
    "acronym",
    "status",
    "last_known_status",
    "why_stopped",
    "sponsor",
    "brief_summary",
    "detailed_description",
    "study_type",
    "purpose",
    "allocation",
    "masking",
    "enrollment",
    "enrollment_type",
    "criteria",
    "sex",
    "minimum_age_text",
    "maximum_age_text",
    "healthy_volunteers",
    "has_results",
)
DETAILS = (
    "org_study_id",
    "secondary_ids",
    "collaborators",
    "arms",
    "interventions",
    "contacts",
    "officials",
    "references",
    "condition_mesh",
    "condition_ancestors",
    "intervention_mesh",
    "intervention_ancestors",
)
# What an existing row takes over from a changed record; the rest belongs to us.
REGISTRY_FIELDS = (
    *(name for name in SAME_NAMED if name != "nct_id"),
    *DATES,
    "conditions",
    "keywords",
    "phases",
    "minimum_age_days",
    "maximum_age_days",
    "details",
    "has_our_site",
    "our_site_open",
    "our_site_changed_at",
    "review_changed_at",
    "missing_count",
    "content_hash",
    "last_changed_at",
)
SITE_COLUMNS = (
    "position",
    "facility",
    "city",
    "state",
    "zip",
    "country",
    "status",
    "latitude",
    "longitude",
    "contacts",
    "is_ours",
)


def trial_from(record: Record, *, content_hash: str, now: datetime, ours: OurFacility) -> Trial:
    """Return the unsaved trial of a record."""
    values: dict[str, Any] = {name: getattr(record, name) for name in SAME_NAMED}
    dates: dict[str, PartialDate | None] = {name: getattr(record, name) for name in DATES}
    own = our_sites(record, ours)
    details = {name: _plain(getattr(record, name)) for name in DETAILS}
    details["dates"] = {
        name: [read.precision, read.kind] for name, read in dates.items() if read is not None
    }
    return Trial(
        **values,
        **{name: read.value if read else None for name, read in dates.items()},
        conditions=list(record.conditions),
        keywords=list(record.keywords),
        phases=list(record.phases),
        minimum_age_days=record.minimum_age.days if record.minimum_age else None,
        maximum_age_days=record.maximum_age.days if record.maximum_age else None,
        details=details,
        has_our_site=bool(own),
        our_site_open=any(site_is_open(site.status, record.status) for site in own),
        content_hash=content_hash,
        first_seen_at=now,
        last_changed_at=now,
    )


def site_rows(record: Record, ours: OurFacility) -> list[tuple[Any, ...]]:
    """Return the record's sites as rows of SITE_COLUMNS."""
    return [
        (
            position,
            site.facility,
            site.city,
            site.state,
            site.zip,
            site.country,
            site.status,
            site.latitude,
            site.longitude,
            _plain(site.contacts),
            ours.is_at(site.facility, site.zip),
        )
        for position, site in enumerate(record.sites)
    ]


@cache
def _field_names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(entry.name for entry in fields(kind))


def _plain(value: Any) -> Any:
    """Return the value as JSON holds it (``dataclasses.asdict`` copies deeply and is slow)."""
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(getattr(value, name)) for name in _field_names(type(value))}
    return value
