"""Rows as a file for a spreadsheet, written row by row: CSV and XLSX, without formulas.

openpyxl, which Wagtail brings along, is not used to write: it keeps each sheet as a plain file in
the folder for temporary files until it is saved.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import IO
from xml.sax.saxutils import escape

Value = str | int | float | None
Writer = Callable[[IO[bytes], Iterable[Sequence[Value]]], int]

# What a spreadsheet takes for the beginning of a formula, full-width forms too; before it may stand
# what is not seen or is taken away on reading: spaces, quotes, marks of direction.
_STARTS = "=+\\-@＝＋－＠﹢﹣﹦﹫−"
_START = re.compile(f"[{_STARTS}]")
_QUOTES = frozenset("\"'“”‘’`")
# After these a reader with another separator begins a new cell.
_SEPARATORS = re.compile("([;,|])")
# Not allowed in XML 1.0, and of no use in a cell; tabs and line ends become spaces.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("[\t\r\n\x85\u2028\u2029]+")
_LONGEST = 32_767  # of a cell in Excel
# What all of these need; most texts have none of it, and a hundred thousand rows are many texts.
_SUSPECT = re.compile(f"[{_STARTS}]|{_CONTROL.pattern}|{_BREAKS.pattern}")

_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_PARTS = {
    "[Content_Types].xml": (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'{_HEAD}<workbook xmlns="{_SHEET}" xmlns:r="{_RELATIONS}"><sheets>'
        '<sheet name="Export" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2"'
        f' Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>'
    ),
    # Two formats of a cell: a number, and a text that stays one when somebody edits it.
    "xl/styles.xml": (
        f'{_HEAD}<styleSheet xmlns="{_SHEET}"><fonts count="1"><font/></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill>'
        '<patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf xfId="0"/><xf xfId="0" numFmtId="49" quotePrefix="1"'
        ' applyNumberFormat="1"/></cellXfs></styleSheet>'
    ),
}


def plain_text(value: str) -> str:
    """Return a text in one line, without what is no text; cut off where Excel ends."""
    if not _SUSPECT.search(value):
        return value[:_LONGEST]
    return _CONTROL.sub("", _BREAKS.sub(" ", value))[:_LONGEST]


def safe_text(value: str) -> str:
    """Return a text for a cell of a CSV file that no spreadsheet takes for a formula.

    An apostrophe goes before what would begin one: at the start of the cell, and after what other
    countries' spreadsheets take for the end of a cell (OWASP, CSV injection).
    """
    if not _SUSPECT.search(value):
        return value[:_LONGEST]
    first, *rest = _SEPARATORS.split(plain_text(value))
    text = first + "".join(f"'{part}" if _begins_formula(part) else part for part in rest)
    is_formula = _begins_formula(first) or value[:1] in ("\t", "\r", "\n")
    return f"'{text}" if is_formula else text


def _begins_formula(text: str) -> bool:
    """Return whether the first sign that is seen, quotes apart, begins a formula."""
    for sign in text:
        if _START.match(sign):
            return True
        if sign.isprintable() and not sign.isspace() and sign not in _QUOTES:
            return False
    return False


def write_csv(target: IO[bytes], rows: Iterable[Sequence[Value]]) -> int:
    """Write rows as CSV (RFC 4180) in UTF-8, marked for Excel as such; return how many."""
    number = 0
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow([safe_text(one) if isinstance(one, str) else one for one in row])
        number += 1
    text.flush()
    text.detach()
    return number


def write_xlsx(target: IO[bytes], rows: Iterable[Sequence[Value]]) -> int:
    """Write rows as the one sheet of an XLSX file (ECMA-376); return how many.

    Texts are typed as texts, so that none of them can be a formula.
    """
    number = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, part in _PARTS.items():
            archive.writestr(name, part)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_SHEET}"><sheetData>'.encode())
            for row in rows:
                number += 1
                sheet.write(f"<row>{''.join(map(_cell, row))}</row>".encode())
            sheet.write(b"</sheetData></worksheet>")
    return number


def _cell(value: Value) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, str):
        text = escape(plain_text(value))
        return f'<c t="inlineStr" s="1"><is><t xml:space="preserve">{text}</t></is></c>'
    return f"<c><v>{value}</v></c>"


WRITERS: dict[str, Writer] = {"xlsx": write_xlsx, "csv": write_csv}
CONTENT_TYPES = {"xlsx": f"{_TYPES}.sheet", "csv": "text/csv; charset=utf-8"}
