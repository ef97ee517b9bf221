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
    names += [name for name in COMPARED_DETAILS if held.details.get(name) != new.details.get(name)]
    return [*names, "sites"] if sites_changed else names
