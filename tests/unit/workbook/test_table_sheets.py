"""Tables of a workbook, as somebody who opens it sees them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from capacity.workbook.book import Book
from capacity.workbook.tables import OF_FIGURE, Listed, table_sheet, tables, worded

LONG = "a word and another " * 12
COLUMNS = ("what", "share", "line", "text", "is it")
ROWS = [
    {"what": "one", "unit": "share", "share": 0.25, "line": 1381, "text": LONG, "is it": True},
    {"what": "two", "unit": "USD", "share": 7.5, "line": 7, "text": "", "is it": False},
    {"what": "three", "unit": "hours", "share": float("nan"), "line": None, "text": None},
]


def opened(listed: Listed) -> Any:
    """The sheet of a table."""
    return load_workbook(BytesIO(tables("Some", "USD", [listed], {"seed": 1})))[listed.name]


def test_numbers_look_as_their_unit_says() -> None:
    """Of the row where the column has none; whole ones are counts and never shares."""
    sheet = opened(Listed("Some", "", COLUMNS, ROWS))
    assert [sheet.cell(row, 2).number_format for row in (5, 6)] == ["0.0%", "#,##0;[Red]-#,##0"]
    assert [sheet.cell(row, 3).number_format for row in (5, 6)] == ["#,##0"] * 2
    sheet = opened(Listed("Some", "", COLUMNS, ROWS, {"line": "plain", "share": "hours"}))
    assert sheet["C5"].number_format == "General"
    assert sheet["B5"].number_format == "#,##0.0"


def test_what_is_true_is_a_word_and_what_is_not_known_is_empty() -> None:
    sheet = opened(Listed("Some", "", COLUMNS, ROWS))
    assert [sheet.cell(row, 5).value for row in (5, 6, 7)] == ["yes", "no", None]
    assert [sheet.cell(7, col).value for col in (2, 3, 4)] == [None] * 3


def test_a_row_is_as_high_as_its_longest_text() -> None:
    sheet = opened(Listed("Some", "", COLUMNS, ROWS))
    width = sheet.column_dimensions["D"].width
    lines = sheet.row_dimensions[5].height / 13.5
    assert 40 < width < 60
    assert lines >= len(LONG) / (1.2 * width)
    assert sheet["D5"].alignment.wrap_text
    assert sheet.row_dimensions[6].height is None


def test_words_in_a_column_of_figures_stand_where_these_do() -> None:
    sheet = opened(Listed("Some", "", ("what", "value"), [{"value": 1.5}, {"value": "none"}]))
    assert sheet["B6"].alignment.horizontal == sheet["B4"].alignment.horizontal == "right"


def test_columns_have_words_and_units() -> None:
    columns = {"what": ("What", ""), "share": ("Part", "share"), "line": ("Figure", OF_FIGURE)}
    sheet = opened(worded("Some", "", columns, ROWS, "FTE"))
    assert [cell.value for cell in sheet[4]] == ["What", "Part", "Figure"]
    assert [cell.number_format for cell in sheet[6]][1:] == ["0.0%", "#,##0.00"]


def test_a_table_of_nothing() -> None:
    sheet = opened(Listed("Some", "Nothing was found.", COLUMNS, []))
    assert [cell.value for cell in sheet[4]] == [*COLUMNS]


def test_the_note_is_printed_whole() -> None:
    sheet = opened(Listed("Some", LONG, ("what",), ROWS))
    last = sheet.print_area.rpartition("$")[0].rpartition("$")[2]
    assert last > "H"


@pytest.mark.parametrize("name", ["🎉" * 40, "Summary", "History", "a/b:c?[d]*\\", "'quoted'", ""])
def test_every_name_is_one_that_a_sheet_may_have(name: str) -> None:
    """At most 31 letters as Excel counts them, none of which mean something, and no two alike."""
    book = Book("Some", "USD")
    names = [book.sheet(name).get_name() for _ in range(3)]
    assert len({one.lower() for one in names}) == 3
    for one in names:
        assert 0 < len(one.encode("utf-16-le")) // 2 <= 31
        assert not set(one) & set("[]:*?/\\'")
        assert one.lower() != "history"


def test_a_wide_letter_takes_the_place_of_two() -> None:
    book = Book("Some", "USD")
    table_sheet(book, Listed("Some", "", ("what",), [{"what": "四半期" * 6}]))
    sheet = load_workbook(BytesIO(book.content()))["Some"]
    assert sheet.column_dimensions["A"].width > 36
