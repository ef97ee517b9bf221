"""Where trials are: which sites count for a distance, their points on the map, the nearest one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.db import connection

from trials.distance import Origin
from trials.enums import TrialStatus
from trials.models import Trial, TrialPlace, TrialSite
from trials.our_site import site_is_open
from trials.querysets import delete_at_once
from trials.search_distance import MILES

ADD_PLACES = """
    INSERT INTO trials_place (latitude, longitude)
    SELECT DISTINCT given.latitude, given.longitude
    FROM unnest(%(latitudes)s::float8[], %(longitudes)s::float8[]) AS given (latitude, longitude)
    WHERE given.latitude IS NOT NULL
    ORDER BY given.latitude, given.longitude
    ON CONFLICT DO NOTHING
"""
ADD_ROWS = """
    INSERT INTO trials_trialplace (trial_id, place_id, is_open)
    SELECT given.trial_id, trials_place.id, given.is_open
    FROM unnest(%(trials)s::bigint[], %(latitudes)s::float8[], %(longitudes)s::float8[],
                %(opens)s::boolean[]) AS given (trial_id, latitude, longitude, is_open)
    LEFT JOIN trials_place USING (latitude, longitude)
"""
# The nearest point of each trial, then the first site there; of open points an open one.
NEAREST = f"""
    SELECT near.trial_id, site.city, site.state, site.country, near.is_open, near.miles
    FROM (
        SELECT DISTINCT ON (trial_id) trial_id, is_open, latitude, longitude, {MILES} AS miles
        FROM trials_trialplace JOIN trials_place ON trials_place.id = place_id
        WHERE trial_id = ANY (%(trials)s)
        ORDER BY trial_id, miles, place_id
    ) AS near
    CROSS JOIN LATERAL (
        SELECT city, state, country FROM trials_trialsite
        WHERE trial_id = near.trial_id
            AND latitude = near.latitude AND longitude = near.longitude
        ORDER BY near.is_open AND status IN ('', '{TrialStatus.RECRUITING}') DESC, position
        LIMIT 1
    ) AS site
"""  # noqa: S608 - constants of this package


class Located(Protocol):
    """A site, or a row of what a distance needs of it."""

    city: Any
    state: Any
    country: Any
    status: Any
    latitude: Any
    longitude: Any


AnySite = TypeVar("AnySite", bound=Located)


@dataclass(frozen=True, slots=True)
class NearestSite:
    """The place of a trial that is nearest to somebody, and how far it is in miles."""

    city: str
    state: str
    country: str
    is_open: bool
    miles: float


def counted(sites: Sequence[AnySite], trial_status: str) -> tuple[list[AnySite], bool]:
    """Return the sites that count for a distance, and whether they take new people.

    Only open ones where there are any: nobody can join at a site that has closed. In a trial that
    takes nobody now all count, so that one can look for what will open, or was, nearby.
    """
    open_sites = [site for site in sites if site_is_open(site.status, trial_status)]
    return open_sites or list(sites), bool(open_sites)


def write(trials: Sequence[Trial]) -> None:
    """Write the places of loaded trials anew (4 queries); unlisted trials lose theirs."""
    listed = {trial.pk: trial for trial in trials if trial.is_listed}
    delete_at_once(TrialPlace.objects.filter(trial__in=[trial.pk for trial in trials]))
    rows: list[tuple[int, float | None, float | None, bool]] = []
    sites = _sites(listed)
    for pk, trial in listed.items():
        kept, is_open = counted(sites[pk], trial.status)
        points = {(site.latitude, site.longitude) for site in kept if site.latitude is not None}
        rows += [(pk, *point, is_open) for point in sorted(points or {(None, None)})]
    if not rows:
        return
    names = ("trials", "latitudes", "longitudes", "opens")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(ADD_PLACES, columns)
        cursor.execute(ADD_ROWS, columns)


def nearest_sites(trials: Sequence[Trial], origin: Origin) -> dict[int, NearestSite]:
    """Return by trial id the nearest site that counts (1 query); none without coordinates."""
    wanted: dict[str, Any] = {
        "trials": [trial.pk for trial in trials],
        "latitude": origin.latitude,
        "longitude": origin.longitude,
    }
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, wanted)
        return {pk: NearestSite(*row) for pk, *row in cursor.fetchall()}


def nearest_site(sites: Sequence[Located], trial_status: str, origin: Origin) -> NearestSite | None:
    """Return the nearest of the sites that count; None without coordinates."""
    kept, is_open = counted(sites, trial_status)
    distances = [(miles, site) for site in kept if (miles := miles_to(site, origin)) is not None]
    if not distances:
        return None
    miles, site = min(distances, key=lambda entry: entry[0])
    return NearestSite(site.city, site.state, site.country, is_open, miles)


def miles_to(site: Located, origin: Origin | None) -> float | None:
    """Return how far a site is; None when we do not know one of the two places."""
    if origin is None or site.latitude is None or site.longitude is None:
        return None
    return origin.miles_to(site.latitude, site.longitude)


def _sites(trial_ids: Iterable[int]) -> dict[int, list[Any]]:
    """Return rows of the sites by trial id: a fifth of the time that instances take."""
    result: dict[int, list[Any]] = defaultdict(list)
    rows = TrialSite.objects.filter(trial__in=list(trial_ids))
    for site in rows.values_list("trial_id", "status", "latitude", "longitude", named=True):
        result[site.trial_id].append(site)
    return result
