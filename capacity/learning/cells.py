"""What a cell of a log says: a number in a unit, or why it is none; yes or no."""

from __future__ import annotations

import numpy as np

from capacity import units
from capacity.book.amounts import Amounts
from capacity.book.observations import value_in
from capacity.book.table import Cell, as_text
from capacity.units import Unit

YES = ("yes", "true", "1", "y", "lost", "churned", "left")
NO = ("no", "false", "0", "n", "", "renewed", "active")


def read_number(amounts: Amounts | None, unit: Unit, bare: float, cell: Cell) -> tuple[float, str]:
    """The number in a cell, and what is wrong where it is none."""
    if cell == "":
        return np.nan, ""
    try:
        if bare != 1.0 or not unit.bare:
            return unit.check(bare * units.parse_number(_bare(cell)), cell), ""
    except ValueError:
        if unit.bare:
            return np.nan, f"{as_text(cell)!r} is not a number. Write digits, as in 12"
    try:
        return value_in(amounts, unit, cell), ""
    except ValueError as error:
        return np.nan, str(error)


def _bare(cell: Cell) -> object:
    """A cell as a number or text."""
    return cell if isinstance(cell, (int, float)) else as_text(cell)
