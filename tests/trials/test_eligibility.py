import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trials.registry_files import RECORDS, needs_registry
from trials.eligibility import Section, parse_criteria, unescape, words_of
from trials.registry.record import read_record
from trials.registry.values import parse_json

WORD = re.compile(r"\w+")


def words_in(text: str) -> list[str]:
    return WORD.findall(unescape(text))


def words_out(sections: list[Section]) -> list[str]:
    return WORD.findall(" ".join(words_of(sections)))


def shape(items):
    return [(item.text, shape(item.items)) for item in items]


def test_inclusion_and_exclusion():
    sections = parse_criteria(
        "Inclusion Criteria:\n\n* One\n* Two\n\nExclusion Criteria:\n\n* Three"
    )
    assert [(section.heading, section.kind) for section in sections] == [
        ("Inclusion Criteria:", "inclusion"),
        ("Exclusion Criteria:", "exclusion"),
    ]
    assert shape(sections[0].blocks[0].items) == [("One", []), ("Two", [])]


def test_escapes_are_undone_and_nothing_is_markup():
    [section] = parse_criteria("* Age \\>= 18, ANC \\<80% of *normal* <b>now</b> 1\\.5 a\\_b")
    assert section.blocks[0].items[0].text == ("Age >= 18, ANC <80% of *normal* <b>now</b> 1.5 a_b")


def test_nested_lists():
    [section] = parse_criteria("1. One\n\n   * Inner a\n     * Deep\n   * Inner b\n2. Two")
    assert shape(section.blocks[0].items) == [
        ("One", [("Inner a", [("Deep", [])]), ("Inner b", [])]),
        ("Two", []),
    ]
    assert [item.number for item in section.blocks[0].items] == [1, 2]


def test_a_number_inside_a_bullet_is_the_item_number():
    [section] = parse_criteria("* 1\\. Adults\n* 2\\. Others")
    assert [(item.marker, item.text) for item in section.blocks[0].items] == [
        ("1.", "Adults"),
        ("2.", "Others"),
    ]


def test_several_headings_of_one_kind():
    text = (
        "Inclusion Criteria for Part A:\n\n* A\n\nInclusion Criteria for Part B:\n\n* B\n\n"
        "KEY EXCLUSION CRITERIA:\n\n* C"
    )
    kinds = [section.kind for section in parse_criteria(text)]
    assert kinds == ["inclusion", "inclusion", "exclusion"]


def test_old_capital_headings_keep_the_kind_of_their_section():
    text = (
        "DISEASE CHARACTERISTICS:\n\n* Proven cancer\n\n"
        "PRIOR CONCURRENT THERAPY:\n\nNo chemotherapy"
    )
    sections = parse_criteria(text)
    assert [section.heading for section in sections] == [
        "DISEASE CHARACTERISTICS:",
        "PRIOR CONCURRENT THERAPY:",
    ]
    assert {section.kind for section in sections} == {"other"}


def test_a_heading_with_text_on_its_line():
    [section] = parse_criteria("Inclusion Criteria: Adults with cancer.")
    assert (section.heading, section.blocks[0].text) == (
        "Inclusion Criteria:",
        "Adults with cancer.",
    )


def test_text_without_headings_or_lists():
    [section] = parse_criteria("Adults\nwho can consent.\n\nSecond paragraph.")
    assert [block.text for block in section.blocks] == [
        "Adults who can consent.",
        "Second paragraph.",
    ]


@pytest.mark.parametrize("text", ["", " \n\n\t", "\r\n"])
def test_nothing(text):
    assert parse_criteria(text) == []


LINES = st.sampled_from(
    [
        "Inclusion Criteria:",
        "* Exclusion Criteria:",
        "EXCLUSION CRITERIA",
        "DISEASE CHARACTERISTICS:",
        "* one \\> two",
        "   * inner <80% text",
        "      1. deep",
        "2) other",
        "a. letter",
        "* 1\\. both",
        "- - dashes",
        "",
        "plain words",
        "   indented words",
        "•\tbullet",
    ]
)


@given(st.lists(LINES | st.text(max_size=30), max_size=25))
def test_no_word_is_lost_or_moved(lines):
    text = "\n".join(lines)
    assert words_out(parse_criteria(text)) == words_in(text)


@given(st.text(max_size=300))
def test_any_text_keeps_its_words(text):
    assert words_out(parse_criteria(text)) == words_in(text)


class TestRealRecords:
    pytestmark = needs_registry

    def test_no_word_of_any_record_is_lost(self):
        for file in RECORDS:
            criteria = read_record(parse_json(file.read_bytes())).criteria
            assert words_out(parse_criteria(criteria)) == words_in(criteria), file.name

    def test_nearly_all_have_inclusion_and_exclusion_lists(self):
        clean = 0
        for file in RECORDS:
            sections = parse_criteria(read_record(parse_json(file.read_bytes())).criteria)
            kinds = {section.kind for section in sections if section.blocks}
            clean += {"inclusion", "exclusion"} <= kinds
        assert clean / len(RECORDS) > 0.93
