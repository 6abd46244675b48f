"""The formulas of a workbook against the engine, for plans that were written by a program.

LibreOffice computes from the inputs what the engine says; neither knows the other's code.
"""

from __future__ import annotations

import pytest
from generate import generate
from spreadsheet import Workbook, recalculated
from test_agreement import write

import capacity

NUMBERS = (0, 3, 7, 12, 18, 26)
"""Plans of all kinds: files of accounts, rosters, rates, values by date, weeks."""


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Workbook]:
    """A workbook of each plan, computed anew."""
    folder, paths = tmp_path_factory.mktemp("workbooks"), {}
    for number in NUMBERS:
        (home := folder / f"plan{number}").mkdir()
        plan = capacity.load(write(*generate(number), home))
        paths[str(number)] = home / "plan.xlsx"
        capacity.simulate(plan, trials=0).to_excel(paths[str(number)])
    return recalculated(paths, folder)


@pytest.mark.parametrize("number", NUMBERS)
def test_formulas_of_a_random_plan(books: dict[str, Workbook], number: int) -> None:
    book = books[str(number)]
    cells = [*book.cells()]
    assert len(cells) > 200
    assert not [cell for cell in cells if not cell.agrees]
    assert set(book.checks().values()) == {"closes"}
