"""What counts as a change of a record, and what does not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trials.factories import make_study
from trials.registry.fingerprint import content_hash

SITE = {"facility": "Example Hospital", "city": "Boston", "geoPoint": {"lat": 42.3, "lon": -71.0}}
PEOPLE = [{"name": "A. Example", "phone": "1"}, {"name": "B. Example", "phone": "2"}]


def hash_of(*sites: dict[str, Any]) -> str:
    return content_hash(make_study(contactsLocationsModule={"locations": list(sites)}))


@pytest.mark.parametrize(
    "facility",
    [
        " Example Hospital",
        "Example Hospital ",
        "Example  Hospital",
        "Example\nHospital",
        "Example\u00a0Hospital",
    ],
)
def test_spaces__are_no_change(facility):
    assert hash_of(SITE | {"facility": facility}) == hash_of(SITE)


def test_escaped_signs__are_no_change():
    assert hash_of(SITE | {"facility": "A \\< B \\[C\\]"}) == hash_of(
        SITE | {"facility": "A < B [C]"}
    )


def test_order__is_no_change_at_any_depth():
    other = SITE | {"city": "Lyon", "contacts": PEOPLE}
    turned = dict(reversed((SITE | {"city": "Lyon", "contacts": PEOPLE[::-1]}).items()))
    assert hash_of(SITE, other) == hash_of(turned, SITE)


@pytest.mark.parametrize(
    "change",
    [
        {"facility": "Example Hospitals"},
        {"facility": "example Hospital"},
        {"facility": "ExampleHospital"},
        {"city": None},
        {"geoPoint": {"lat": 42.30001, "lon": -71.0}},
        {"geoPoint": {"lat": -71.0, "lon": 42.3}},
        {"contacts": PEOPLE[:1]},
        {"zip": "02114"},
    ],
)
def test_content__is_a_change(change):
    assert hash_of(SITE | change) != hash_of(SITE)


def test_what_belongs_together__is_not_confused():
    """The same words under other keys, or in other entries, are another study."""
    assert hash_of({"facility": "A", "city": "B"}) != hash_of({"facility": "B", "city": "A"})
    assert hash_of({"facility": "A"}, {"city": "B"}) != hash_of({"facility": "A", "city": "B"})
    assert hash_of({"facility": 'A","city":"B'}) != hash_of({"facility": "A", "city": "B"})


@pytest.mark.parametrize("odd", [2**70, "\ud800", {"deep": [[[["x"]]]]}])
def test_what_json_hardly_holds__has_a_hash(odd):
    assert hash_of(SITE | {"odd": odd}) == hash_of(SITE | {"odd": odd}) != hash_of(SITE)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


@given(st.lists(VALUES, max_size=4), st.randoms())
def test_any_list__is_the_same_in_any_order(values, chance):
    shuffled = list(values)
    chance.shuffle(shuffled)
    assert content_hash({"x": values}) == content_hash({"x": shuffled})
