"""The formulas of a workbook against the engine, for plans that were written by a program.

LibreOffice computes from the inputs what the engine says; neither knows the other's code.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from generate import generate
from openpyxl import load_workbook
from spreadsheet import Workbook, edited, recalculated
from test_agreement import write

import capacity

NUMBERS = (0, 3, 7, 12, 18, 26)
"""Plans of all kinds: files of accounts, rosters, rates, values by date, weeks."""
CHANGED = (0, 9)
"""Plans of which every input is changed, in the workbook and in the scenario."""
LESS = 0.93
NO_FEEDBACK: Mapping[str, Any] = {"simulation.feedback": False}


class Twice(NamedTuple):
    """A plan with other inputs: its file with the settings, and its workbook with the cells."""

    plan: capacity.Scenario
    book: Path


def twice(number: int, home: Path) -> Twice:
    """Change every input of a plan a little, in both."""
    home.mkdir()
    document, rows = generate(number)
    path = write(document, rows, home)
    plan = capacity.load(path, set=NO_FEEDBACK)
    capacity.simulate(plan, trials=0).to_excel(home / "plan.xlsx")
    cells: dict[str, float] = {}
    settings: dict[str, Any] = dict(NO_FEEDBACK)
    for row in load_workbook(home / "plan.xlsx")["Inputs"].iter_rows(min_row=5, values_only=True):
        where, value, unit, name = row[0], row[1], row[2], row[10]
        if name and isinstance(value, (int, float)):
            cells[name] = less = value * LESS
            words = {
                "times a year": f"{less!r} per year",
                "hours a year": f"{less!r} hours per year",
            }
            settings[setting(document, where)] = words.get(unit, less)
    return Twice(
        capacity.load(path, set=settings), edited(home / "plan.xlsx", home / "changed.xlsx", cells)
    )


def setting(document: Any, path: str) -> str:
    """Where an input is set: a step of another role has its hours beside the role."""
    for key in path.split("."):
        document = document.get(key) if isinstance(document, dict) else None
    return f"{path}.hours" if isinstance(document, dict) and "role" in document else path


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Twice]:
    """The plans with other inputs."""
    folder = tmp_path_factory.mktemp("changed")
    return {number: twice(number, folder / str(number)) for number in CHANGED}


@pytest.fixture(scope="module")
def books(
    tmp_path_factory: pytest.TempPathFactory, changed: Mapping[int, Twice]
) -> dict[str, Workbook]:
    """A workbook of each plan, computed anew."""
    folder = tmp_path_factory.mktemp("workbooks")
    paths = {f"{number}, changed": one.book for number, one in changed.items()}
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


@pytest.mark.parametrize("number", CHANGED)
def test_other_inputs_give_what_the_engine_says_of_them(
    books: dict[str, Workbook], changed: Mapping[int, Twice], number: int
) -> None:
    book, result = books[f"{number}, changed"], capacity.simulate(changed[number].plan, trials=0)
    assert book.values["Inputs"]["E1"].value > 40
    months = slice(len(result.periods))
    for words, metric in (
        ("Cost of the team", "team_cost"), ("Revenue", "revenue"), ("Gross profit", "gross_profit"),
    ):  # fmt: skip
        wanted = result.array(metric)[:, 0]
        assert book.row("Money", words)[months] == pytest.approx(wanted, rel=1e-6)
    for crew in result.workings.crews:
        if crew.works:
            found = book.row("Headcount", "Required FTE", crew.role, crew.value or "all")
            assert np.array(found) == pytest.approx(crew.required, rel=1e-6)
    assert set(book.checks().values()) == {"closes"}
