"""Accounts in Excel: what a person sees in a sheet is what is read."""

from __future__ import annotations

import datetime as dt
from zipfile import ZipFile

import numpy as np
import pytest
from accounts_written import (
    DAY,
    HEADER,
    MIDNIGHT,
    NEXT,
    A,
    B,
    account,
    excel,
    load,
    mistakes,
)
from openpyxl import Workbook


def test_a_sheet_is_read_as_it_is_seen(tmp_path):
    stamp = dt.datetime.combine(DAY, dt.time(13, 30))
    rows = [
        ["007", "enterprise", "95,000", stamp, "2027-06-01", 12, "8%", 1],
        [7, "mid_market", 0.1, DAY, NEXT, "36", 0.08, None],
        [8.0, "mid_market", 3, DAY, NEXT, 12.0, None, "1.5"],
    ]
    header = [*HEADER, "term", "churn", "complexity"]
    book = load(tmp_path, excel(tmp_path, *rows, header=header)).book
    assert book.ids == ["007", "7", "8"]
    assert book.arr.tolist() == [95_000, 0.1, 3]
    assert book.starts.tolist() == [DAY] * 3
    assert book.term.tolist() == [12, 36, 12]
    assert np.nan_to_num(book.churn, nan=-1).tolist() == [0.08, 0.08, -1]
    assert np.nan_to_num(book.complexity, nan=-1).tolist() == [1, -1, 1.5]


def test_a_number_that_is_shown_with_zeros_keeps_them(tmp_path):
    def padded(sheet):
        sheet["A2"].number_format = "00000"

    name = excel(tmp_path, [42, *A[1:]], [42, *B[1:]], change=padded)
    assert load(tmp_path, name).book.ids == ["00042", "42"]


def test_dates_that_count_from_1904_are_the_same_days(tmp_path):
    book = Workbook()
    book.epoch = dt.datetime.combine(dt.date(1904, 1, 1), MIDNIGHT)
    for row in (HEADER, A):
        book.active.append(row)
    book.save(tmp_path / "accounts.xlsx")
    assert load(tmp_path, "accounts.xlsx").book.starts.tolist() == [DAY]


def test_empty_rows_and_columns_around_the_table_play_no_part(tmp_path):
    def around(sheet):
        sheet.merge_cells("A6:E9")
        sheet["H30"].number_format = "0.00"
        sheet["C12"] = "  "

    rows = [[None] * 7, [*HEADER, None, "  "], A, [], B]
    name = excel(tmp_path, *rows, header=None, change=around)
    assert load(tmp_path, name).book.ids == ["A", "B"]


def test_rows_have_the_numbers_of_the_sheet(tmp_path):
    bad = ["C", "enterprise", "lots", DAY, NEXT]
    name = excel(tmp_path, [None], HEADER, A, [], [], bad, [*A[:2], *B[2:]], header=None)
    assert mistakes(tmp_path, name) == [
        "accounts.xlsx: row 6: arr: 'lots' is not a number. Write digits, as in 95000",
        "accounts.xlsx: row 7: id: 'A' stands in row 3 already. Keep one row for an account",
    ]


def test_what_a_sheet_says_of_its_size_is_not_trusted(tmp_path):
    excel(tmp_path, A, B, name="right.xlsx")
    with ZipFile(tmp_path / "right.xlsx") as right, ZipFile(tmp_path / "a.xlsx", "w") as wrong:
        for part in right.namelist():
            content = right.read(part)
            if part.endswith("sheet1.xml"):
                assert b'<dimension ref="A1:E3"' in content
                content = content.replace(b'<dimension ref="A1:E3"', b'<dimension ref="A1"')
            wrong.writestr(part, content)
    assert load(tmp_path, "a.xlsx").book.ids == ["A", "B"]


def with_formulas(tmp_path, values):
    """A workbook whose revenue and churn are formulas, with values as a spreadsheet saves them."""

    def formulas(sheet):
        sheet["C2"], sheet["F2"] = "=2*50000", '=IF(1,"",0)'

    excel(tmp_path, [*A, None], [*B, None], header=[*HEADER, "churn"], change=formulas, name="f")
    with ZipFile(tmp_path / "f") as bare, ZipFile(tmp_path / "accounts.xlsx", "w") as saved:
        for part in bare.namelist():
            content = bare.read(part)
            if part.endswith("sheet1.xml"):
                for formula, value in values.items():
                    found = f"<f>{formula}</f><v />".encode()
                    assert found in content
                    content = content.replace(found, f"<f>{formula}</f>{value}".encode())
                content = content.replace(b'<c r="F2">', b'<c r="F2" t="str">')
            saved.writestr(part, content)
    return "accounts.xlsx"


def test_formulas_have_the_values_that_were_saved_with_them(tmp_path):
    values = {"2*50000": "<v>100000</v>", 'IF(1,"",0)': "<v></v>"}
    found = account(load(tmp_path, with_formulas(tmp_path, values)))
    assert found["arr"] == 100_000
    assert np.isnan(found["churn"])


def test_a_formula_without_a_value_is_not_taken_for_an_empty_cell(tmp_path):
    def formulas(sheet):
        sheet["F2"] = "=8%"
        for cell in ("A4", "B4", "C4"):
            sheet[cell] = "=A2"

    name = excel(tmp_path, A, B, header=[*HEADER, "churn"], change=formulas)
    text = "holds a formula whose value is not in the file. Open it in a spreadsheet and save it"
    assert [line.removesuffix(" as .xlsx") for line in mistakes(tmp_path, name)] == [
        f"accounts.xlsx: row 2: churn: {text}",
        *(f"accounts.xlsx: row 4: {column}: {text}" for column in ("id", "segment", "arr")),
    ]


def test_a_sheet_of_formulas_without_values_is_not_taken_for_an_empty_one(tmp_path):
    row = [f"=Other!{column}2" for column in "ABCDE"]
    said = mistakes(tmp_path, excel(tmp_path, row))
    assert len(said) == 5
    assert all("row 2: " in line and "holds a formula whose value is not" in line for line in said)


def test_an_error_of_a_formula_is_no_name(tmp_path):
    name = excel(tmp_path, A, ["#N/A", *B[1:]])
    assert mistakes(tmp_path, name) == [
        "accounts.xlsx: row 3: id: holds the error #N/A. Mend its formula"
    ]


@pytest.mark.parametrize(
    ("cell", "column", "words"),
    [
        (True, "arr", "'true' is not a number"),
        (DAY, "arr", "2025-06-01 is not a number"),
        (45_000, "start", "45000 is not a date as YYYY-MM-DD"),
        (dt.time(8, 30), "start", "'08:30:00' is not a date"),
        (None, "segment", "'' is no segment of the scenario"),
        (None, "arr", "is empty; unknown is not zero"),
    ],
)
def test_a_bad_cell_is_named_by_its_row(tmp_path, cell, column, words):
    row = [cell if name == column else value for name, value in zip(HEADER, B, strict=True)]
    (said,) = mistakes(tmp_path, excel(tmp_path, [1, *A[1:]], row))
    assert said.startswith(f"accounts.xlsx: row 3: {column}: {words}")


def workbook(tmp_path):
    """Three sheets, the first of them hidden."""
    book = Workbook()
    book.active.title, book.active.sheet_state = "Notes", "hidden"
    for title, row in (("Kunden 2027", A), ("2026", B)):
        sheet = book.create_sheet(title)
        for cells in (HEADER, row):
            sheet.append(cells)
    book.active = 1
    book.save(tmp_path / "accounts.xlsx")
    return "accounts.xlsx"


@pytest.mark.parametrize(
    ("settings", "ids"),
    [("", ["A"]), (", sheet: Kunden 2027", ["A"]), (", sheet: 2026", ["B"])],
)
def test_the_first_sheet_that_is_seen_or_the_one_that_is_named(tmp_path, settings, ids):
    assert load(tmp_path, workbook(tmp_path), settings).book.ids == ids


def test_a_sheet_that_is_not_there_is_shown_where_it_was_named(tmp_path):
    (said,) = mistakes(tmp_path, workbook(tmp_path), ", sheet: Kunden 2028")
    assert said == (
        "plan.yaml:3:40: accounts.sheet: no sheet is called `Kunden 2028`. "
        f"Did you mean `Kunden 2027`? {tmp_path}/accounts.xlsx has Notes, Kunden 2027, 2026"
    )


@pytest.mark.parametrize("name", ["accounts.csv", "accounts.parquet"])
def test_a_sheet_of_a_file_that_has_none_is_refused(tmp_path, name):
    (said,) = mistakes(tmp_path, name, ", sheet: Accounts")
    assert said.startswith(f"plan.yaml:3:{len(name) + 20}: accounts.sheet: {name} has no sheets. ")


def test_an_empty_sheet_and_one_of_a_header_alone(tmp_path):
    (said,) = mistakes(tmp_path, workbook(tmp_path), ", sheet: Notes")
    assert (
        said == "accounts.xlsx: row 1: The sheet `Notes` is empty. Name another one with `sheet:`"
    )
    (said,) = mistakes(tmp_path, excel(tmp_path, [], HEADER, [None], header=None))
    assert said == "accounts.xlsx: row 2: is a header without accounts. Export the rows, too"


def test_missing_and_doubled_columns_of_a_sheet(tmp_path):
    def change(sheet):
        sheet.title = "All accounts"

    title = ["Accounts of the year 2027"]
    said = mistakes(tmp_path, excel(tmp_path, title, HEADER, A, header=None, change=change))
    assert len(said) == 5
    assert said[0].startswith("accounts.xlsx: row 1: id: no column is called `id`. ")
    assert "The sheet `All accounts` has Accounts of the year 2027. Name it" in said[0]
    (said,) = mistakes(tmp_path, excel(tmp_path, [*A, 1], header=[*HEADER, "arr"]))
    assert said == "accounts.xlsx: row 1: arr: two columns are called `arr`. Rename one of them"


def test_a_workbook_with_macros_is_a_workbook(tmp_path):
    assert load(tmp_path, excel(tmp_path, A, name="Accounts.XLSM")).book.ids == ["A"]
