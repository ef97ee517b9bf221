"""Places a trial's sites on a small map. Pure.

Two outlines are shipped: the states (Albers, Alaska and Hawaii as insets) and the countries
(Miller). The projections here are those that the outlines were drawn with.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import cos, log, pi, radians, sin, sqrt, tan

# Units of a picture; on a phone about one CSS pixel each.
WIDTH = 340
TALLEST = 260
DOT, GROUP, CLOSE = 4.5, 9.0, 13.0
MARGIN = 14.0
SMALLEST = 300.0  # of the world's outline, which is 2000 wide: a region, not a town

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """A site on earth."""

    latitude: float
    longitude: float
    country: str
    is_open: bool
    is_ours: bool


@dataclass(slots=True)
class Dot:
    """One circle of a map: a site, or some that lie too close together to be told apart."""

    x: float
    y: float
    count: int = 1
    is_open: bool = False
    is_ours: bool = False

    @property
    def radius(self) -> float:
        """Return the radius; a group is larger and holds its number."""
        return GROUP if self.count > 1 else DOT

    @property
    def is_left(self) -> bool:
        """Return whether a label has room on the right."""
        return self.x < WIDTH * 0.6

    @property
    def label_x(self) -> float:
        """Return where a label begins, or ends on the right half."""
        gap = self.radius + 4
        return self.x + gap if self.is_left else self.x - gap


@dataclass(frozen=True)
class SiteMap:
    """One picture: an outline, scaled and moved, with dots."""

    outline: str
    scale: float
    left: float
    top: float
    height: float
    spots: Sequence[tuple[Point, Spot]]

    @cached_property
    def dots(self) -> list[Dot]:
        """Return the dots from the back to the front: closed, open, ours."""
        dots: list[Dot] = []
        placed = [(self._x(point), self._y(point), spot) for point, spot in self.spots]
        for x, y, spot in sorted(placed, key=lambda one: (not one[2].is_ours, not one[2].is_open)):
            near = next((dot for dot in dots if _is_close(dot, x, y) and not dot.is_ours), None)
            if near and not spot.is_ours:
                near.count += 1
            else:
                dots.append(Dot(round(x, 1), round(y, 1), 1, spot.is_open, spot.is_ours))
        return dots[::-1]

    @property
    def transform(self) -> str:
        """Return the SVG transform that brings the outline under the dots."""
        return f"scale({self.scale:.4f}) translate({-self.left:.1f} {-self.top:.1f})"

    def _x(self, point: Point) -> float:
        return (point[0] - self.left) * self.scale

    def _y(self, point: Point) -> float:
        return (point[1] - self.top) * self.scale


def site_maps(spots: Iterable[Spot]) -> list[SiteMap]:
    """Return the map of the United States, and that of the rest of the world, as far as needed."""
    at_home, abroad = [], []
    for spot in spots:
        point = albers(spot.latitude, spot.longitude) if spot.country == "United States" else None
        if point:
            at_home.append((point, spot))
        else:
            abroad.append((miller(spot.latitude, spot.longitude), spot))
    maps = []
    if at_home:
        scale = WIDTH / 975
        maps.append(SiteMap("us", scale, 0, 0, round(610 * scale), at_home))
    if abroad:
        maps.append(_around(abroad))
    return maps


def _around(spots: Sequence[tuple[Point, Spot]]) -> SiteMap:
    """Return the part of the world that holds the spots."""
    xs, ys = zip(*(point for point, _spot in spots), strict=True)
    wide = max(max(xs) - min(xs), SMALLEST)
    tall = max(max(ys) - min(ys), SMALLEST / 2)
    scale = min((WIDTH - 2 * MARGIN) / wide, (TALLEST - 2 * MARGIN) / tall)
    height = min(TALLEST, max(tall * scale + 2 * MARGIN, WIDTH / 2))
    left = (max(xs) + min(xs)) / 2 - WIDTH / scale / 2
    top = (max(ys) + min(ys)) / 2 - height / scale / 2
    return SiteMap("world", round(scale, 4), round(left, 1), round(top, 1), round(height), spots)


def _is_close(dot: Dot, x: float, y: float) -> bool:
    return (dot.x - x) ** 2 + (dot.y - y) ** 2 < CLOSE**2


def miller(latitude: float, longitude: float) -> Point:
    """Return the point on the outline of the world."""
    unit = 1000 / pi
    bent = log(tan(pi / 4 + 0.4 * radians(latitude)))
    return 1000 + radians(longitude) * unit, 560 - 1.25 * bent * unit


def albers(latitude: float, longitude: float) -> Point | None:
    """Return the point on the outline of the states; None outside of them (d3's geoAlbersUsa)."""
    if 24 < latitude < 50 and -125.5 < longitude < -66:
        return _conic(latitude, longitude, _MAINLAND)
    if 51 < latitude < 72 and not -129 < longitude < 171:
        return _conic(latitude, longitude, _ALASKA)
    if 18 < latitude < 23 and -161 < longitude < -154:
        return _conic(latitude, longitude, _HAWAII)
    return None


@dataclass(frozen=True, slots=True)
class _Conic:
    """Albers' equal-area projection: two parallels, a middle, a scale and where the middle goes."""

    south: float
    north: float
    meridian: float
    center: Point  # longitude from the meridian, latitude
    scale: float
    to: Point


_MAINLAND = _Conic(29.5, 45.5, -96, (-0.6, 38.7), 1300, (487.5, 305))
_ALASKA = _Conic(55, 65, -154, (-2, 58.5), 455, (487.5 - 0.307 * 1300, 305 + 0.201 * 1300))
_HAWAII = _Conic(8, 18, -157, (-3, 19.9), 1300, (487.5 - 0.205 * 1300, 305 + 0.212 * 1300))


def _conic(latitude: float, longitude: float, conic: _Conic) -> Point:
    east = (longitude - conic.meridian + 180) % 360 - 180
    x, y = _raw(east, latitude, conic)
    x0, y0 = _raw(*conic.center, conic)
    return conic.to[0] + conic.scale * (x - x0), conic.to[1] - conic.scale * (y - y0)


def _raw(east: float, latitude: float, conic: _Conic) -> Point:
    sine = sin(radians(conic.south))
    cone = (sine + sin(radians(conic.north))) / 2
    constant = 1 + sine * (2 * cone - sine)
    radius = sqrt(constant - 2 * cone * sin(radians(latitude))) / cone
    angle = radians(east) * cone
    return radius * sin(angle), sqrt(constant) / cone - radius * cos(angle)
