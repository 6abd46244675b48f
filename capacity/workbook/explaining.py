"""The workbook of one number: its arithmetic as formulas, down to inputs that can be changed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from capacity.assumptions import place_row
from capacity.workbook.book import BLUE, FORMATS, GREY, Book, plain
from capacity.workbook.tables import manifest_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capacity.explaining.explanation import Explanation
    from capacity.explaining.term import Term

_NOTE = (
    "Each number is a formula of those below it. Change an input in blue on the sheet Inputs, and "
    "what is arithmetic follows; what the engine gives, in grey, does not."
)
_HEADS = (("number", 60), ("value", 16), ("unit", 12), ("made as", 12), ("setting", 40))
_OF_INPUTS = (("input", 44), ("value", 16), ("unit", 12), ("where", 40))
_HEAD, _VALUE = 3, 1
_MOST_LEVELS, _MOST_INDENT = 7, 15
"""Of an outline, and of a cell."""
_LONGEST = 8000
"""Characters of a formula."""
_SIGNS = {"sum": "+", "product": "*", "difference": "-"}


def workbook(found: Explanation) -> bytes:
    """The file.

    Raises
    ------
    CapacityError
        Where the extra `report` is not installed.
    """
    book = Book(found.scenario, found.plan.plan.currency)
    arithmetic, inputs = book.sheet("Arithmetic"), book.sheet("Inputs", color="#0000FF")
    cells = _inputs(book, inputs, [part for part in found.term.walk() if _is_input(part)])
    _begin(
        book, arithmetic, " · ".join([found.metric, *found.about.values(), found.period]), _HEADS
    )
    tree = _Tree(book, arithmetic, cells)
    tree.write(found.term, 0)
    arithmetic.write_string(1, 0, _NOTE, book.note)
    arithmetic.print_area(0, 0, tree.row, len(_HEADS) - 1)
    manifest_sheet(book, found.manifest, [str(w) for w in found.plan.warnings])
    return book.content()


def _is_input(term: Term) -> bool:
    return bool(term.path or term.place) and not term.parts


def _key(term: Term) -> tuple[Any, ...]:
    """What tells an input from others; of a list of numbers each is one."""
    return (term.path or term.label, term.place, term.value)


def _format(book: Book, term: Term) -> str:
    """The unit by which a number is shown."""
    return term.unit if term.unit in (*FORMATS, book.currency) else "number"


def _begin(book: Book, sheet: Any, title: str, heads: Sequence[tuple[str, int]]) -> None:
    sheet.write_string(0, 0, plain(title), book.heading)
    for col, (head, width) in enumerate(heads):
        sheet.set_column(col, col, width)
        beside = book.beside if col == _VALUE + 1 else book.head
        sheet.write_string(_HEAD, col, head, book.figures if col == _VALUE else beside)
    sheet.freeze_panes(_HEAD + 1, 0)
    sheet.repeat_rows(_HEAD)


def _inputs(book: Book, sheet: Any, found: Sequence[Term]) -> dict[tuple[Any, ...], str]:
    """The inputs, and the cell of each."""
    _begin(book, sheet, "Inputs", _OF_INPUTS)
    sheet.write_string(1, 0, "The inputs of the arithmetic, at their means.", book.note)
    cells: dict[tuple[Any, ...], str] = {}
    for term in found:
        if _key(term) in cells:
            continue
        row = _HEAD + 1 + len(cells)
        sheet.write_string(row, 0, plain(term.path or term.label), book.text)
        blue = book.number(_format(book, term), font_color=BLUE, bg_color="#FFFFE5")
        sheet.write_number(row, _VALUE, term.value, blue)
        sheet.write_string(row, 2, plain(term.unit), book.style(indent=1))
        place = place_row(term.place)
        where = ":".join(str(place[k]) for k in ("file", "line") if place[k])
        sheet.write_string(row, 3, plain(where or "default"), book.text)
        cells[_key(term)] = f"Inputs!$B${row + 1}"
    sheet.print_area(0, 0, _HEAD + len(cells), len(_OF_INPUTS) - 1)
    return cells


class _Tree:
    """Writes numbers from the top, each with what it is made of below it."""

    def __init__(self, book: Book, sheet: Any, inputs: dict[tuple[Any, ...], str]) -> None:
        self._book, self._sheet, self._inputs = book, sheet, inputs
        self._cells: dict[Term, str] = {}
        self.row = _HEAD

    def write(self, term: Term, depth: int) -> str:
        """A number and, the first time, its parts; returns its cell."""
        if term in self._cells and term.parts:
            return self._cells[term]
        self.row += 1
        row, cell = self.row, f"$B${self.row + 1}"
        self._cells[term] = cell
        parts = [self.write(part, depth + 1) for part in term.parts]
        self._label(row, term, depth)
        self._value(row, term, self._formula(term, parts))
        return cell

    def _label(self, row: int, term: Term, depth: int) -> None:
        sheet, book = self._sheet, self._book
        sheet.set_row(row, None, None, {"level": min(depth, _MOST_LEVELS)})
        indented = book.style(indent=min(depth, _MOST_INDENT), bold=not depth)
        sheet.write_string(row, 0, plain(term.label), indented)
        sheet.write_string(row, 2, plain(term.unit), book.style(indent=1))
        made = "rests on" if term.operation.value == "given" else term.operation.value
        if term.parts:
            sheet.write_string(row, 3, made, book.note)
        sheet.write_string(row, 4, plain(term.path), book.note)

    def _formula(self, term: Term, parts: Sequence[str]) -> str:
        """What makes the number; nothing where the engine gives it."""
        if _is_input(term):
            return f"={self._inputs[_key(term)]}"
        if not parts or term.operation.value == "given":
            return ""
        if term.operation.value == "quotient":
            over, under = parts
            return f'=IF({under}=0,"",{over}/{under})'
        made = f"={_SIGNS[term.operation.value].join(parts)}"
        return made if len(made) < _LONGEST else ""

    def _value(self, row: int, term: Term, formula: str) -> None:
        is_input = _is_input(term)
        colour = {} if formula else {"font_color": GREY}
        style = self._book.number(_format(self._book, term), **colour)
        known = term.value if math.isfinite(term.value) else ""
        if formula and (known != "" or term.operation.value == "quotient" or is_input):
            self._sheet.write_formula(row, _VALUE, formula, style, known)
        elif known != "":
            self._sheet.write_number(row, _VALUE, known, style)
