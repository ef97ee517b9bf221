from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trials.distance import EARTH_MILES, FARTHEST, locate, miles_between, read_zip
from trials.site_map import CLOSE, WIDTH, Spot, albers, miller, site_maps

points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
BOSTON, SEATTLE, SYDNEY = (42.3601, -71.0589), (47.6062, -122.3321), (-33.8688, 151.2093)


class TestMiles:
    @pytest.mark.parametrize(
        "here, there, miles",
        [
            (BOSTON, SEATTLE, 2489),
            (SEATTLE, SYDNEY, 7749),
            ((0, 0), (0, 1), 69),
            ((0, 179.5), (0, -179.5), 69),
            ((90, 0), (-90, 0), 12437),
        ],
    )
    def test_known_distances(self, here, there, miles):
        assert miles_between(*here, *there) == pytest.approx(miles, abs=8)

    @given(points, points)
    def test_is_the_same_both_ways_and_never_farther_than_half_around(self, here, there):
        there_and_back = miles_between(*here, *there), miles_between(*there, *here)
        assert isclose(*there_and_back, abs_tol=1e-6)
        assert 0 <= there_and_back[0] <= 3.1416 * EARTH_MILES <= FARTHEST

    @given(points)
    def test_is_nothing_to_the_same_place(self, here):
        assert miles_between(*here, *here) == 0

    @given(points, points, points)
    def test_a_detour_is_never_shorter(self, one, two, three):
        direct = miles_between(*one, *three)
        assert direct <= miles_between(*one, *two) + miles_between(*two, *three) + 1e-3


class TestZip:
    @pytest.mark.parametrize(
        "typed",
        [
            "02114",
            " 02114 ",
            "02114-1234",
            "02114 1234",
            "021141234",
            "MA 02114",
            "ma, 02114",
            "０２１１４",
            "02114–1234",
            "02114 - 1234",
        ],
    )
    def test_as_people_type_it(self, typed):
        assert read_zip(typed) == "02114"

    @pytest.mark.parametrize(
        "typed", ["", "2114", "245018", "27599 950", "SW1A 1AA", "0211A", "٠٢١١٤", "02114;", "1e5"]
    )
    def test_what_is_none(self, typed):
        assert read_zip(typed) == ""

    @given(st.text())
    def test_any_text_is_five_digits_or_nothing(self, text):
        code = read_zip(text)
        assert code == "" or (len(code) == 5 and code.isascii() and code.isdecimal())

    @given(st.integers(0, 99999))
    @settings(deadline=None)  # the first look reads the whole table
    def test_every_number_is_somewhere_on_earth_or_unknown(self, number):
        origin = locate(f"{number:05}")
        assert origin is None or (-15 < origin.latitude < 72 and origin.town)

    @pytest.mark.parametrize("code", ["00000", "99999", "09007"])
    def test_unknown_and_military_codes_are_nowhere(self, code):
        assert locate(code) is None

    def test_a_code_is_in_its_town(self):
        origin = locate("02114")
        assert (origin.town, origin.state) == ("Boston", "MA")
        assert origin.miles_to(*BOSTON) < 3


def spot(latitude, longitude, country="United States", *, is_open=True, is_ours=False):
    return Spot(latitude, longitude, country, is_open, is_ours)


class TestMap:
    @pytest.mark.parametrize(
        "latitude, longitude, x, y",  # as d3.geoAlbersUsa().scale(1300) gives them
        [
            (37.77, -122.42, 34.80, 261.54),
            (42.35, -71.06, 908.72, 167.31),
            (61.2, -149.9, 112.29, 544.42),
            (21.3, -157.86, 266.92, 549.35),
        ],
    )
    def test_sites_lie_where_the_outline_was_drawn(self, latitude, longitude, x, y):
        assert albers(latitude, longitude) == pytest.approx((x, y), abs=0.01)

    @pytest.mark.parametrize("outside", [(18.4, -66.1), (48.85, 2.35), (13.4, 144.8), (0, 0)])
    def test_nothing_else_is_on_the_states(self, outside):
        assert albers(*outside) is None

    def test_one_map_for_each_part_of_the_world_that_has_sites(self):
        home, abroad = spot(*BOSTON), spot(48.85, 2.35, "France")
        island = spot(18.4, -66.1)
        assert [one.outline for one in site_maps([home])] == ["us"]
        assert [one.outline for one in site_maps([abroad])] == ["world"]
        assert [one.outline for one in site_maps([home, abroad])] == ["us", "world"]
        assert [one.outline for one in site_maps([island])] == ["world"]
        assert site_maps([]) == []

    @given(st.lists(points, min_size=1, max_size=60))
    def test_every_site_is_in_the_picture_once(self, places):
        maps = site_maps([spot(max(-60, min(80, lat)), lon, "") for lat, lon in places])
        [picture] = maps
        assert sum(dot.count for dot in picture.dots) == len(places)
        for dot in picture.dots:
            assert 0 <= dot.x <= WIDTH and 0 <= dot.y <= picture.height + 1

    def test_close_ones_are_a_group_with_a_number_and_ours_stays_alone_in_front(self):
        near = [spot(42.36, -71.06), spot(42.37, -71.1, is_open=False), spot(42.3, -71.0)]
        [picture] = site_maps([*near, spot(42.35, -71.05, is_ours=True), spot(*SEATTLE)])
        assert [(dot.count, dot.is_open, dot.is_ours) for dot in picture.dots][-1] == (
            1,
            True,
            True,
        )
        assert sorted(dot.count for dot in picture.dots) == [1, 1, 3]
        first, second = (dot for dot in picture.dots if not dot.is_ours)
        assert abs(first.x - second.x) > CLOSE

    def test_the_middle_of_the_world_is_the_middle_of_the_outline(self):
        assert miller(0, 0) == pytest.approx((1000, 560))
