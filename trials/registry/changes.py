"""Names what differs between the trial we hold and a new record of it."""

from trials.models import Trial

COMPARED = (
    "brief_title",
    "official_title",
    "status",
    "why_stopped",
    "brief_summary",
    "detailed_description",
    "conditions",
    "keywords",
    "phases",
    "start",
    "primary_completion",
    "completion",
    "last_update_posted",
    "enrollment",
    "criteria",
    "sex",
    "minimum_age_text",
    "maximum_age_text",
    "healthy_volunteers",
    "sponsor",
    "has_results",
    "our_site_open",
)
COMPARED_DETAILS = ("arms", "interventions", "contacts", "officials", "references")


def changed_fields(held: Trial, new: Trial, *, sites_changed: bool) -> list[str]:
    """Return the names of the fields that differ, ``sites`` for any difference of locations."""
    names = [name for name in COMPARED if getattr(held, name) != getattr(new, name)]
    names += [
        name
        for name in COMPARED_DETAILS
        if _plain(held.details.get(name)) != _plain(new.details.get(name))
    ]
    return [*names, "sites"] if sites_changed else names


def _plain(value: object) -> object:
    """Return the value as JSON gives it back: tuples are lists there."""
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return value
