"""What ``make bench search`` says of size; how large anything is, no test asserts."""

import pytest

from tests.trials.factories import make_study, sync_studies
from trials.bench import sizes

pytestmark = pytest.mark.django_db


def test_each_table_that_is_searched_is_told_with_its_indexes(clinic):
    sync_studies(make_study())
    *tables, (name, table, indexes) = sizes()
    assert [row[0] for row in tables] == [
        "trials_searchdocument",
        "trials_trialplace",
        "trials_place",
    ]
    assert all(size > 0 for row in tables for size in row[1:])
    assert name == "together"
    assert (table, indexes) == (
        pytest.approx(sum(row[1] for row in tables)),
        pytest.approx(sum(row[2] for row in tables)),
    )
