"""Workbooks give what another program reads in them."""

import io
import zipfile
from datetime import date

import pytest
from tests.sources.lists import samples

from tocsin.errors import InputError
from tocsin.sources.lists.workbook import Workbook

ROWS = [
    ["Reference", "Name & more <b>", "When", "Yes"],
    ["1", "Ё – long dash", date(2024, 2, 29), True],
    ["", 3.5, date(1961, 2, 3), False],
    [12345678, "", "", "last"],
]


def read(data):
    return [list(sheet) for sheet in Workbook("book.xlsx", io.BytesIO(data)).sheets()]


@pytest.mark.parametrize("shared", [False, True])
def test_values_are_those_that_calamine_reads(shared):
    calamine = pytest.importorskip("python_calamine")
    data = samples.xlsx([ROWS, [["second"]]], shared)
    book = calamine.load_workbook(io.BytesIO(data))
    theirs = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    ours = [[["" if value is None else value for value in row.cells] for row in sheet] for sheet in read(data)]
    assert ours == theirs
    assert ours[0] == ROWS


def edited(change, name="xl/worksheets/sheet1.xml"):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(samples.xlsx([ROWS]))) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            held = old.read(member)
            new.writestr(member.filename, change(held) if member.filename == name else held)
    return read(out.getvalue())[0]


def test_cells_and_rows_that_are_left_out_keep_their_places():
    rows = edited(lambda sheet: sheet.replace(b"</sheetData>", b'<row r="9"><c r="C9"><v>7</v></c></row></sheetData>'))
    assert rows[-1] == (9, [None, None, 7])


def test_names_of_elements_may_have_a_prefix():
    def prefixed(sheet):
        text = sheet.decode().replace("xmlns=", "xmlns:x=")
        for tag in ("worksheet", "sheetData", "row", "c", "v", "is", "t"):
            for end in (">", " ", "/"):
                text = text.replace(f"<{tag}{end}", f"<x:{tag}{end}").replace(f"</{tag}{end}", f"</x:{tag}{end}")
        return text.encode()

    assert edited(prefixed) == edited(lambda sheet: sheet)


def test_dates_by_a_format_of_its_own_and_from_1904():
    def styled(styles):
        own = b'<numFmts count="1"><numFmt numFmtId="200" formatCode="[$-809]d mmm yyyy;@"/></numFmts><cellXfs'
        return styles.replace(b"<cellXfs", own).replace(b'numFmtId="14"', b'numFmtId="200"')

    assert edited(styled, "xl/styles.xml")[1].cells[2] == date(2024, 2, 29)
    plain = edited(lambda styles: styles.replace(b'numFmtId="14"', b'numFmtId="2"'), "xl/styles.xml")
    assert plain[1].cells[2] == 45351
    from_1904 = edited(lambda book: book.replace(b"<sheets>", b'<workbookPr date1904="1"/><sheets>'), "xl/workbook.xml")
    assert from_1904[1].cells[2] == date(2028, 3, 1)


def test_what_is_no_workbook():
    with pytest.raises(InputError, match="damaged workbook"):
        Workbook("book.xlsx", io.BytesIO(b"PK"))
