"""The words of workbooks are of columns that there are, and of all that tell something."""

from __future__ import annotations

from capacity.backtesting.answer import INPUTS
from capacity.backtesting.findings import COVERAGE, POINTS, SCORES
from capacity.drivers.answer import COLUMNS
from capacity.workbook import backtest, drivers

BESIDE_THE_LINE = {"column"}


def test_every_column_of_a_back_test_has_words() -> None:
    columns = {name: set(columns) for name, (columns, _) in backtest.TABLES.items()}
    assert columns["points"] == set(POINTS)
    assert columns["scores"] == set(SCORES)
    assert columns["coverage"] == set(COVERAGE)
    assert columns["inputs"] == set(INPUTS) - BESIDE_THE_LINE | {"unit"}


def test_every_column_of_the_drivers_has_words() -> None:
    assert set(drivers.DRIVERS) == set(COLUMNS) - BESIDE_THE_LINE
