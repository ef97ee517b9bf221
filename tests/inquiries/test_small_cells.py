"""Nothing that the reports hide follows from what they show.

Every table that could stand behind a report is tried. A hidden number is safe when at least two of
them differ in it.
"""

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trials.inquiries.reports.small_cells import (
    FEW,
    LEAST,
    Cell,
    Group,
    cell,
    protect,
    together,
)
from trials.inquiries.reports.small_cells import _column as column


def shown(groups):
    return [(row.name, row.size, row.parts) for row in protect(groups)]


class TestSizes:
    """Which group has how many people."""

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.integers(0, 9), min_size=2, max_size=4))
    @example([3, 5, 5])
    @example([3, 6, 6])
    @example([1, 1, 6, 8])
    def test_no_small_group_follows_from_the_others_and_the_total(self, sizes):
        """Also not for somebody who knows how the groups were put together."""

        def report(numbers):
            return sum(numbers), shown([Group(str(n), size) for n, size in enumerate(numbers)])

        told = report(sizes)
        if cell(told[0]) == FEW:
            return
        possible = [
            numbers
            for numbers in product(range(told[0] + 1), repeat=len(sizes))
            if sum(numbers) == told[0] and report(numbers) == told
        ]
        for place, size in enumerate(sizes):
            if 0 < size < LEAST:
                assert len({numbers[place] for numbers in possible}) > 1, told

    @given(st.lists(st.integers(0, 400), max_size=30))
    def test_every_row_has_at_least_five_and_nobody_is_lost(self, sizes):
        rows = together([Group(str(n), size) for n, size in enumerate(sizes)])
        assert sum(row.size for row in rows) == sum(sizes)
        if sum(sizes) >= LEAST:
            assert all(row.size >= LEAST for row in rows)

    def test_a_small_group_takes_the_next_smallest_with_it(self):
        rows = protect([Group("en", 90, (9,)), Group("es", 2, (1,)), Group("fr", 7, (5,))])
        assert [(row.name, row.size) for row in rows] == [("en", Cell(90)), ("", Cell(9))]

    def test_two_groups_of_which_one_is_small_are_the_total_alone(self):
        assert protect([Group("en", 90), Group("es", 2)]) == []


class TestColumns:
    """How many of each group came to a step, where the groups and the total are known."""

    @settings(max_examples=150, deadline=None)
    @given(
        st.lists(
            st.integers(5, 9).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))),
            min_size=2,
            max_size=4,
        )
    )
    def test_no_hidden_number_follows_from_the_others_and_the_total(self, pairs):
        values, most = zip(*pairs, strict=True)
        cells, total = column(values, most), cell(sum(values))
        possible = [
            other
            for other in product(*(range(size + 1) for size in most))
            if cell(sum(other)) == total
            and all(
                number == one.value if one.value is not None else number < LEAST or not one.is_few
                for number, one in zip(other, cells, strict=True)
            )
        ]
        assert values in possible
        for place, one in enumerate(cells):
            if one.value is None:
                assert len({other[place] for other in possible}) > 1, (cells, most, total)

    @given(st.lists(st.integers(0, 300), min_size=2, max_size=30))
    def test_what_is_shown_is_true(self, values):
        cells = column(values, [300] * len(values))
        for value, one in zip(values, cells, strict=True):
            assert one.value in (None, value)
            assert one.value is not None or not one.is_few or value < LEAST
            assert one.value is None or not 0 < value < LEAST

    @pytest.mark.parametrize(
        "values, words",
        [
            ((40, 12, 0), ["40", "12", "0"]),
            ((40, 12, 3), ["40", "hidden", "hidden"]),
            ((40, 3, 2), ["40", "hidden", "hidden"]),
            ((40, 1, 1), ["hidden", "hidden", "hidden"]),
            ((2, 1, 0), ["fewer than 5"] * 3),
            ((5, 1, 0), ["hidden", "hidden", "0"]),
        ],
    )
    def test_cells(self, values, words):
        assert [str(one.words) for one in column(values, [50] * 3)] == words

    def test_a_percentage_needs_both_numbers(self):
        assert Cell(7).percent_of(Cell(10)) == 70
        assert Cell(0).percent_of(Cell(10)) == 0
        assert FEW.percent_of(Cell(10)) is None
        assert Cell(7).percent_of(FEW) is None
