"""The sheet of the inputs: the register of assumptions, of which those in blue can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from capacity.assumptions import place_row
from capacity.scenario.register import Assumption
from capacity.workbook.book import BLUE, GREY, RED, Book, format_of, plain
from capacity.workbook.money import LENGTH
from capacity.workings.inputs import HOURS, SHARE, SURCHARGE, Input

_NOTE = (
    "Values are means. Change one in blue: hours, required FTE, cost, revenue and gross profit "
    "follow. Accounts, ARR, coverage and ranges do not: they are those of the plan as simulated."
)
_HEADS = (
    "Assumption", "Value", "Unit", "As simulated", "Changed", "As written", "Source", "Evidence",
    "Note", "Where", "Excel name",
)  # fmt: skip
_WIDTHS = (40, 13, 16, 13, 9, 31, 46, 12, 36, 22, 34)
_HEAD = 3
_ABOUT = 5
_FIGURES = ("Value", "As simulated")
_BESIDE = ("Unit", "Changed")
_EXACT = "#,##0.00##"
"""How hours look: a quarter of one shows."""
CHANGED = "inputs_changed"
"""Excel name of the number of inputs that are not as they were simulated."""
_MOST_SURCHARGE, _MOST, _ALMOST_ALL = 10.0, 1e15, 0.99


def inputs_sheet(
    book: Book, sheet: Any, assumed: Sequence[Assumption], step: str, *, weeks: bool
) -> None:
    """Write what formulas speak of, and below it all else that the plan rests on.

    The last sheet to be written, since only then it is known what formulas speak of.
    """
    sheet.write_string(0, 0, "Inputs", book.heading)
    sheet.write_string(1, 0, _NOTE, book.note)
    for col, (head, width) in enumerate(zip(_HEADS, _WIDTHS, strict=True)):
        sheet.set_column(col, col, width)
        beside = book.beside if head in _BESIDE else book.head
        sheet.write_string(_HEAD, col, head, book.figures if head in _FIGURES else beside)
    sheet.freeze_panes(_HEAD + 1, 1)
    sheet.repeat_rows(_HEAD)
    known = {one.path: place for place, one in enumerate(assumed)}
    live = sorted(book.used.items(), key=lambda item: known.get(item[1].path, len(known)))
    row = _HEAD + 1
    for name, one in live:
        _live(book, sheet, row, name, one)
        row += 1
    first, last = _HEAD + 2, row
    row = _period(book, sheet, row + 1, step, weeks=weeks)
    _others(book, sheet, row + 1, [one for one in assumed if one.path not in _used(book)])
    count = f"=SUMPRODUCT(--($B${first}:$B${last}<>$D${first}:$D${last}))" if live else "=0"
    sheet.write_string(0, 3, "inputs changed", book.note)
    sheet.write_formula(0, 4, count, book.style(bold=True), 0)
    book.workbook.define_name(CHANGED, "=Inputs!$E$1")


def _used(book: Book) -> set[str]:
    return {one.path for one in book.used.values()}


def _live(book: Book, sheet: Any, row: int, name: str, one: Input) -> None:
    """An input that can be changed."""
    shown = _EXACT if one.unit.startswith(HOURS) else format_of(one.unit)
    blue = book.style(num_format=shown, font_color=BLUE, bg_color="#FFFFE5", border=1,
                      border_color="#BFBFBF")  # fmt: skip
    sheet.write_string(row, 0, plain(one.path), book.text)
    sheet.write_number(row, 1, one.value, blue)
    sheet.write_string(row, 2, one.unit, book.style(indent=1))
    sheet.write_number(row, 3, one.value, book.style(num_format=shown, font_color=GREY))
    here = row + 1
    red = book.style(bold=True, font_color=RED, indent=1)
    sheet.write_formula(row, 4, f'=IF(B{here}=D{here},"","changed")', red, "")
    sheet.data_validation(row, 1, row, 1, _valid(one))
    if one.assumption:
        _about(book, sheet, row, one.assumption)
    sheet.write_string(row, 10, name, book.note)
    book.workbook.define_name(name, f"=Inputs!$B${here}")


def _valid(one: Input) -> dict[str, Any]:
    """What may be written in place of an input; none that leaves a person no time at all."""
    what, last = one.unit.partition(" ")[0], one.path.split(".")
    low, high, words = 0.0, _MOST, f"a number of at least 0: {one.unit}"
    if "discount_rate" in last or "raise" in last:
        low, high, words = -_ALMOST_ALL, _MOST_SURCHARGE, "a share above -100 %, as 3 %"
    elif "internal" in last:
        high, words = _ALMOST_ALL, "a share from 0 % to 99 %: some time has to be left"
    elif "target_utilization" in last:
        low, high, words = 1 - _ALMOST_ALL, 1.0, "a share from 1 % to 100 %"
    elif "hours_per_week" in last:
        low, words = 1.0, "the hours of a week, 1 or more"
    elif what == SHARE:
        high, words = 1.0, "a share between 0 % and 100 %"
    elif what == SURCHARGE:
        high, words = _MOST_SURCHARGE, "a share, as 30 %"
    return {
        "validate": "decimal", "criteria": "between", "minimum": low, "maximum": high,
        "error_title": "Not possible", "error_message": f"Write {words}.",
    }  # fmt: skip


def _about(book: Book, sheet: Any, row: int, one: Assumption) -> None:
    """Where an assumption comes from."""
    place = place_row(one.place)
    name = str(place["file"] or "").replace("\\", "/").rpartition("/")[2]
    where = f"{name}:{place['line']}" if place["line"] else name
    said = (one.value, one.source or "", one.evidence or "", one.note or "", where)
    texts = [*zip(map(plain, said), _WIDTHS[_ABOUT:], strict=False)]
    book.heighten(sheet, row, texts)
    for col, (text, width) in enumerate(texts, _ABOUT):
        if text:
            sheet.write_string(row, col, text, book.words(text, width))


def _period(book: Book, sheet: Any, row: int, step: str, *, weeks: bool) -> int:
    """The length of a period in years, which is no assumption."""
    sheet.write_string(row, 0, f"Length of a {step}", book.text)
    text, value = ("=7/365.25", 7 / 365.25) if weeks else ("=1/12", 1 / 12)
    sheet.write_formula(row, 1, text, book.style(num_format="0.0000"), value)
    sheet.write_string(row, 2, "years", book.style(indent=1))
    sheet.write_string(row, 10, LENGTH, book.note)
    book.workbook.define_name(LENGTH, f"=Inputs!$B${row + 1}")
    return row + 1


def _others(book: Book, sheet: Any, row: int, assumed: list[Assumption]) -> None:
    """What is behind accounts, coverage and ranges, or stands fast."""
    title = "All else that the plan rests on. Change it in the scenario and simulate again"
    for col in range(len(_HEADS)):
        sheet.write_blank(row, col, None, book.section)
    sheet.write_string(row, 0, title, book.section)
    for i, one in enumerate(assumed, row + 1):
        sheet.write_string(i, 0, plain(one.path), book.text)
        _about(book, sheet, i, one)
    sheet.print_area(0, 0, row + len(assumed), len(_HEADS) - 1)
