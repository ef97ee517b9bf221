"""Where a ZIP code is, and how far it is from there in miles. Pure.

The package ``zipcodes`` ships its data (coordinates: GeoNames, CC BY 4.0) and unpacks them at the
first question; nothing is asked over the network.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

import zipcodes

EARTH_MILES = 3958.7613  # mean radius, IUGG
FARTHEST = 12_500  # half around the earth: everything is within it
# Five digits, with the four of ZIP+4 or the state's letters as people write them on letters.
_TYPED = re.compile(r"(?:[A-Z]{2}[ ,]*)?([0-9]{5})(?:[ -]*[0-9]{4})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Origin:
    """The place that distances are counted from: about the middle of a ZIP code's area."""

    zip_code: str
    latitude: float
    longitude: float
    town: str
    state: str

    def miles_to(self, latitude: float, longitude: float) -> float:
        """Return the great-circle distance in miles to a point in degrees."""
        return miles_between(self.latitude, self.longitude, latitude, longitude)


def miles_between(
    latitude: float, longitude: float, to_latitude: float, to_longitude: float
) -> float:
    """Return the great-circle distance in miles between two points in degrees (haversine)."""
    north = sin(radians(to_latitude - latitude) / 2) ** 2
    east = sin(radians(to_longitude - longitude) / 2) ** 2
    part = north + cos(radians(latitude)) * cos(radians(to_latitude)) * east
    return 2 * EARTH_MILES * asin(sqrt(min(1.0, part)))


def read_zip(typed: str) -> str:
    """Return the five digits of a US ZIP code as people type it, "" when it is none."""
    text = " ".join(unicodedata.normalize("NFKC", typed).replace("\u2013", "-").split())
    match = _TYPED.fullmatch(text)
    return match[1] if match else ""


@lru_cache(maxsize=1024)
def locate(zip_code: str) -> Origin | None:
    """Return where a ZIP code of five digits is; None when nobody knows (military post too)."""
    for entry in zipcodes.matching(zip_code):
        latitude, longitude = float(entry["lat"] or 0), float(entry["long"] or 0)
        if latitude or longitude:
            return Origin(zip_code, latitude, longitude, entry["city"], entry["state"])
    return None
