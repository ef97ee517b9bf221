"""Gathers where a trial is: places by country and state, how far they are, and their map."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trials.distance import FARTHEST, Origin, locate, read_zip
from trials.models import Trial, TrialSite
from trials.our_site import site_is_open
from trials.places import counted, miles_to, nearest_site
from trials.site_map import Spot, site_maps

FEW = 6  # places of a country that need no headings of states
NEARBY = 5
ON_PAPER = 60  # places of a trial that are printed though nobody unfolded them: two pages at most
HOME = "United States"


@dataclass(frozen=True, slots=True)
class AskedZip:
    """The ZIP code that a trial's page was asked with; ``origin`` is None for an unknown one."""

    typed: str
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class State:
    """The places of a state or province; ``name`` is "" where no heading is needed."""

    name: str
    sites: list[TrialSite]


@dataclass(frozen=True, slots=True)
class Country:
    """The places of a country."""

    name: str
    count: int
    open_count: int
    states: list[State]


def asked_zip(data: QueryDict) -> AskedZip | None:
    """Return the ZIP code that an address holds, None without one."""
    typed = " ".join(data.get("zip", "").replace("\x00", "").split())[:20]
    code = read_zip(typed)
    return AskedZip(typed, locate(code) if code else None) if typed else None


def trial_places(trial: Trial, asked: AskedZip | None) -> dict[str, Any]:
    """Return the part of a trial page's context that is about places (1 query)."""
    origin = asked.origin if asked else None
    sites = list(trial.sites.all())
    for site in sites:
        site.miles = miles_to(site, origin)
    sites.sort(key=_distance if origin else _by_name)
    return {
        "asked_zip": asked,
        "sites": sites,
        "prints_all_sites": len(sites) <= ON_PAPER,
        "our_sites": _ungrouped([site for site in sites if site.is_ours]),
        "countries": countries([site for site in sites if not site.is_ours], trial),
        "nearest": nearest_site(sites, trial.status, origin) if origin else None,
        "nearby": _ungrouped(_nearby(sites, trial)) if origin else [],
        "maps": site_maps(_spots(sites, trial)),
        "map_words": map_words(sites),
    }


def countries(sites: Iterable[TrialSite], trial: Trial) -> list[Country]:
    """Return sites in their order by country and state; a group stands where its first site does.

    Sites by name therefore give groups by name, and sites by distance the nearest groups first.
    """
    found = []
    for name, members in _grouped(sites, "country"):
        states = [State(state, own) for state, own in _grouped(members, "state")]
        is_flat = len(members) < FEW or len(states) == 1
        opened = sum(site_is_open(site.status, trial.status) for site in members)
        states = [State("", members)] if is_flat else states
        found.append(Country(name, len(members), opened, states))
    return found


def _ungrouped(sites: list[TrialSite]) -> list[State]:
    """Return places as the one group of a table, no group without places."""
    return [State("", sites)] if sites else []


def _nearby(sites: list[TrialSite], trial: Trial) -> list[TrialSite]:
    """Return the first few of many places that count, all sorted by distance."""
    if len(sites) < FEW:
        return []
    return [site for site in counted(sites, trial.status)[0] if site.miles is not None][:NEARBY]


def map_words(sites: list[TrialSite]) -> str:
    """Return in words what the map shows."""
    placed = [site for site in sites if site.latitude is not None]
    states = len({site.state for site in placed if site.country == HOME and site.state})
    lands = len({site.country for site in placed})
    parts = [ngettext("%(count)d place", "%(count)d places", len(placed)) % {"count": len(placed)}]
    if states > 1:
        parts.append(ngettext("%(count)d state", "%(count)d states", states) % {"count": states})
    if lands > 1:
        land = ngettext("%(count)d country", "%(count)d countries", lands)
        parts.append(land % {"count": lands})
    words = _("Map: %(what)s. The tables below name each place.")
    return words % {"what": ", ".join(parts)}


def _spots(sites: Iterable[TrialSite], trial: Trial) -> list[Spot]:
    return [
        Spot(
            site.latitude,
            site.longitude,
            site.country,
            site_is_open(site.status, trial.status),
            site.is_ours,
        )
        for site in sites
        if site.latitude is not None and site.longitude is not None
    ]


def _grouped(sites: Iterable[TrialSite], name: str) -> list[tuple[str, list[TrialSite]]]:
    groups: dict[str, list[TrialSite]] = {}
    for site in sites:
        groups.setdefault(getattr(site, name), []).append(site)
    return list(groups.items())


def _by_name(site: TrialSite) -> tuple[Any, ...]:
    return site.country != HOME, site.country, site.state, site.city


def _distance(site: TrialSite) -> tuple[Any, ...]:
    return FARTHEST + 1 if site.miles is None else site.miles, *_by_name(site)
