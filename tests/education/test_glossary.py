"""The matcher finds words as readers would, and marking never changes a text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from education.glossary import Entry, Matcher, mark

ENTRIES = [
    Entry("cytokine", "cytokine"),
    Entry("cytokine-release-syndrome", "cytokine release syndrome", ("CRS",)),
    Entry("t-cell", "T cell", ("T-cell",)),
    Entry("car-t", "CAR T-cell therapy", ("CAR T cells",)),
    Entry("all", "acute lymphoblastic leukemia", ("ALL",)),
    Entry("biopsy", "biopsy", ("biopsies",)),
    Entry("pd-1", "PD-1"),
]
MATCHER = Matcher(ENTRIES)


def found(text: str) -> list[str]:
    return [match.slug for match in MATCHER.find(text)]


def link(slug: str, words: str) -> str:
    return f'<a class="term" href="#word-{slug}">{words}</a>'


def marked(html: str, *skip: str) -> str:
    return mark(html, MATCHER, link, set(skip))[0]


class TestFind:
    @pytest.mark.parametrize(
        ("text", "slugs"),
        [
            ("Cytokines wake other cells.", ["cytokine"]),
            ("They took two biopsies.", ["biopsy"]),
            ("cytokine  release\nsyndrome", ["cytokine-release-syndrome"]),
            ("cytokine&nbsp;release syndrome", ["cytokine-release-syndrome"]),
            ("a CAR T-cell therapy", ["car-t"]),
            ("your T cell's sensor", ["t-cell"]),
            ("PD\u20111 is a brake", ["pd-1"]),
        ],
    )
    def test_find__knows_inflections_and_spaces(self, text: str, slugs: list[str]) -> None:
        assert found(text) == slugs

    def test_find__takes_the_longest_form(self) -> None:
        assert found("Cytokine release syndrome and T-cell") == [
            "cytokine-release-syndrome",
            "t-cell",
        ]

    def test_find__abbreviation_needs_its_capitals(self) -> None:
        assert found("all of ALL") == ["all"]

    @pytest.mark.parametrize("text", ["procytokine", "non-cytokine", "cytokine-like", "anti-PD-1"])
    def test_find__leaves_parts_of_other_words(self, text: str) -> None:
        assert found(text) == []


class TestMark:
    def test_mark__first_occurrence_only(self) -> None:
        html, slugs = mark("<p>A cytokine, a cytokine.</p>", MATCHER, link, set())
        assert html == ('<p>A <a class="term" href="#word-cytokine">cytokine</a>, a cytokine.</p>')
        assert slugs == ["cytokine"]

    def test_mark__skips_what_the_page_marked_or_switched_off(self) -> None:
        assert marked("<p>A cytokine.</p>", "cytokine") == "<p>A cytokine.</p>"

    @pytest.mark.parametrize(
        "html",
        [
            "<h2>What is a cytokine?</h2>",
            '<a href="/x/">About <b>the cytokine</b></a>',
            "<button>cytokine</button>",
            "<svg><title>A cytokine</title><text>cytokine</text></svg>",
            '<p class="steps__title">The cytokine</p>',
            "<summary>cytokine</summary>",
            '<img alt="a cytokine > a cell">',
            "<!-- cytokine -->",
        ],
    )
    def test_mark__never_inside(self, html: str) -> None:
        assert marked(html) == html

    def test_mark__goes_on_after_a_link(self) -> None:
        assert 'href="#word-cytokine"' in marked('<a href="/x/">cytokine</a> and cytokine')


WORDS = st.sampled_from(
    ["cytokine", "CRS", "T cell", "all", "ALL", "biopsies", "&amp;", "&nbsp;", "é", "-", "<", "5"]
)
TAGS = st.sampled_from(
    ["<p>", "</p>", "<b>", "</b>", '<a href="#">', "</a>", "<br>", "<h2>", "</h2>", "<svg>", "</i>"]
)
HTML = st.lists(st.one_of(WORDS, TAGS, st.text(max_size=8), st.just(" ")), max_size=40).map("".join)


@given(HTML)
def test_mark__never_changes_the_text(html: str) -> None:
    result = marked(html)
    taken_back = re.sub(
        r'<a class="term" href="#word-[a-z0-9-]+">([^<]*)</a>', lambda match: match[1], result
    )
    assert taken_back == html


@given(HTML)
def test_mark__marks_each_word_once(html: str) -> None:
    _html, slugs = mark(html, MATCHER, link, set())
    assert len(slugs) == len(set(slugs))
