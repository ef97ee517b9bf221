"""The SQL of a search's distance: which trials are near enough, and which come first.

Points are few (the registry gives that of a town), so those near enough are found first, then the
trials that are there, from an index alone (docs/decisions/0015).
"""

from dataclasses import dataclass
from typing import Any

from trials.distance import EARTH_MILES
from trials.search_query import TrialQuery

MILES_A_DEGREE = 69.0  # of latitude, rounded down: what is cut off is surely farther
# Looked through first for the first pages of the whole world's trials; then everything.
RINGS = (50, 500)
MILES = f"""(2 * {EARTH_MILES} * asin(sqrt(least(1,
    power(sin(radians(latitude - %(latitude)s) / 2), 2)
    + cos(radians(latitude)) * cos(radians(%(latitude)s))
    * power(sin(radians(longitude - %(longitude)s) / 2), 2)))))"""
# Keeps the documents of trials of which no place is known.
UNPLACED = "trial_id IN (SELECT trial_id FROM trials_trialplace WHERE place_id IS NULL)"


@dataclass(frozen=True, slots=True)
class Ring:
    """Trials at most so many miles away. ``is_all``: there is nothing to look for behind it."""

    miles: int
    is_all: bool


class SearchedDistance:
    """What a search asks of places. ``parameters`` are the values of its SQL."""

    def __init__(self, query: TrialQuery) -> None:
        self.within = query.within if query.origin else None
        # Who chose a status wants just these; else trials that take new people come first.
        self.open_first = not query.statuses
        self.parameters: dict[str, Any] = {}
        if query.origin:
            self.parameters["latitude"] = query.origin.latitude
            self.parameters["longitude"] = query.origin.longitude
        if self.within:
            self.parameters["within"] = self.within

    @property
    def order(self) -> str:
        """Return the SQL of the order by distance."""
        first = "is_open DESC NULLS LAST, " if self.open_first else ""
        return f"{first}miles NULLS LAST, trial_id"

    @property
    def condition(self) -> str:
        """Return the SQL that keeps the documents of trials near enough, "" when all are."""
        if not self.within:
            return ""
        return f"""AND trial_id IN (SELECT trial_id FROM trials_trialplace
            WHERE place_id = ANY (ARRAY(SELECT id FROM {_near("%(within)s")})))"""  # noqa: S608

    @property
    def rings(self) -> list[Ring]:
        """Return what to look through until a page of a broad search is full."""
        if self.within:
            return [Ring(self.within, is_all=True)]
        return [Ring(miles, is_all=False) for miles in RINGS]

    @staticmethod
    def of_documents(fitting: str) -> str:
        """Return the SQL of the documents that fit, with their distances: each is looked at."""
        return f"""
            (SELECT trial_id, title, bool_or(is_open) AS is_open, min(miles) AS miles
             FROM (SELECT trial_id, title {fitting} OFFSET 0) AS fitting
             LEFT JOIN trials_trialplace USING (trial_id)
             LEFT JOIN (SELECT id, {MILES} AS miles FROM trials_place OFFSET 0) AS point
                 ON point.id = place_id
             GROUP BY trial_id, title) AS reached"""  # noqa: S608

    def of_places(self, fitting: str, ring: Ring) -> str:
        """Return the SQL of the trials of a ring in order, as far as their documents fit.

        Documents are only looked at until the page is full.
        """
        # Beyond the ring others may take new people: they come before those here that do not.
        only_open = "WHERE is_open" if self.open_first and not ring.is_all else ""
        return f"""
            (SELECT trial_id, bool_or(is_open) AS is_open, min(miles) AS miles
             FROM (SELECT id, {MILES} AS miles FROM {_near("%(ring)s")}) AS near
             JOIN trials_trialplace ON place_id = near.id
             {only_open} GROUP BY trial_id ORDER BY {self.order}) AS reached
            CROSS JOIN LATERAL (
                SELECT title {fitting} AND trial_id = reached.trial_id OFFSET 0) AS document"""  # noqa: S608


def _near(miles: str) -> str:
    """Return the SQL of the points at most so many miles away."""
    return f"""(SELECT id, latitude, longitude FROM trials_place
        WHERE latitude BETWEEN %(latitude)s - {miles} / {MILES_A_DEGREE}
            AND %(latitude)s + {miles} / {MILES_A_DEGREE}
            AND {MILES} <= {miles}) AS near_points"""  # noqa: S608 - constants and parameters
