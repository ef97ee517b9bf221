"""Files for spreadsheets: what was written is read back, and nothing in them is a formula."""

import csv
import io
import tracemalloc

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clinic.quality_reports import as_text
from clinic.spreadsheets import plain_text, safe_text, write_csv, write_xlsx

STARTS = "=+-@＝＋－＠"
HOSTILE = [
    '=HYPERLINK("https://evil.example","x")',
    "+1-415-555-0100",
    "-1+1|cmd",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "−1+1",
    ' "=1+1',
    "'=1+1",
    "“=1+1",
    "\u200b=1+1",
    "\u202e=1+1",
    "\xa0=1+1",
    "\ufeff=1+1",
    "\x00=1+1",
    "\x85=1+1",
]
# Letters that such texts are made of, so that the search finds them.
TEXTS = st.text(
    st.one_of(st.sampled_from([*STARTS, *"\t\r\n \"',;|\x00\x0b\u200b\ufeff"]), st.characters())
)


def read_csv(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def written(write, rows):
    target = io.BytesIO()
    assert write(target, iter(rows)) == len(rows)
    return target.getvalue()


def cells_of_xlsx(data):
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows()]


def begins_a_formula(text):
    """Whether a reader that takes away spaces, quotes and what is not seen meets a formula."""
    seen = "".join(one for one in text if one.isprintable() and not one.isspace())
    return seen.lstrip('"“”‘’`').startswith(tuple(STARTS))


class TestCSV:
    @pytest.mark.parametrize("text", HOSTILE, ids=ascii)
    def test_a_formula_gets_an_apostrophe(self, text):
        ((cell,),) = read_csv(written(write_csv, [[text]]))
        assert cell.startswith("'") and not begins_a_formula(cell)

    @given(TEXTS)
    @example("\u0cba=")
    def test_no_text_begins_a_formula(self, text):
        cell = safe_text(text)
        assert not begins_a_formula(cell)
        assert not set(cell) & set("\t\r\n\x00")

    @given(TEXTS)
    def test_no_part_of_a_text_begins_a_formula_for_another_separator(self, text):
        cell = safe_text(text)
        for separator in ";,|":
            assert not any(map(begins_a_formula, cell.split(separator)[1:]))

    @given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=5))
    def test_what_was_written_is_read_back(self, rows):
        assert read_csv(written(write_csv, rows)) == [
            [safe_text(text) for text in row] for row in rows
        ]

    def test_excel_knows_the_encoding(self):
        data = written(write_csv, [["Núñez", 3, None]])
        assert data.startswith(b"\xef\xbb\xbf")
        assert data[3:] == '"Núñez","3",""\r\n'.encode()

    @pytest.mark.parametrize("text", ["María-José O'Neil", "2 + 2", "a@b.example", "", "a, b; c"])
    def test_what_is_no_formula_stays_as_it_is(self, text):
        assert safe_text(text) == text

    def test_reports_of_editors_use_the_same_rule(self):
        assert as_text("＝1+1") == "'＝1+1"


class TestXLSX:
    @pytest.mark.parametrize("text", HOSTILE, ids=ascii)
    def test_a_formula_is_a_text(self, text):
        ((cell,),) = cells_of_xlsx(written(write_xlsx, [[text]]))
        assert (cell.data_type, cell.value) == ("s", plain_text(text))
        # Excel keeps it a text when somebody edits the cell.
        assert cell.quotePrefix

    @given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=5))
    def test_what_was_written_is_read_back(self, rows):
        cells = cells_of_xlsx(written(write_xlsx, rows))
        assert all(cell.data_type in "sn" for row in cells for cell in row)
        read = [[cell.value or "" for cell in row] for row in cells]
        assert read == [[plain_text(text) for text in row] for row in rows]

    def test_numbers_are_numbers(self):
        ((first, second, third),) = cells_of_xlsx(written(write_xlsx, [[3, 2.5, "<&>"]]))
        assert (first.value, second.value, third.value) == (3, 2.5, "<&>")
        assert (first.data_type, third.data_type) == ("n", "s")


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_memory_does_not_grow_with_the_rows(write):
    class Nowhere(io.RawIOBase):
        def writable(self):
            return True

        def write(self, data):
            return len(data)

    def peak(number):
        tracemalloc.start()
        target = io.BufferedWriter(Nowhere())
        assert write(target, (["melanoma", n, None] for n in range(number))) == number
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(20_000) < peak(2_000) + 300_000
