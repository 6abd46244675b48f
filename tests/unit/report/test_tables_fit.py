"""Tables of the terminal fit 80 columns, and lose nothing by it."""

from __future__ import annotations

from pathlib import Path

import pytest

import capacity
from capacity.report.tables import plain
from capacity.report.text import report

SCENARIOS = Path(__file__).resolve().parents[3] / "scenarios"
CUT = "…"


@pytest.mark.parametrize("name", ["base", "seed_example", "ten_books"])
@pytest.mark.parametrize("trials", [0, 200])
def test_a_report_fits_eighty_columns(name: str, trials: int) -> None:
    result = capacity.simulate(capacity.load(SCENARIOS / f"{name}.yaml"), trials=trials)
    wide, narrow = (plain(report(result), width) for width in (200, 80))
    assert max(map(len, narrow.splitlines())) <= 80
    assert CUT not in narrow
    assert sorted(letters(narrow)) == sorted(letters(wide))


def letters(text: str) -> str:
    """A text without its gaps; lines of a cell are not next to each other."""
    return "".join(text.split())


def test_heads_take_two_lines_only_where_they_must() -> None:
    result = capacity.simulate(capacity.load(SCENARIOS / "base.yaml"), trials=0)
    heads = [line for line in plain(report(result), 110).splitlines() if "required FTE" in line]
    assert len(heads) == 2
    assert "in 1 of 10 above" in heads[0]
    assert not any("required FTE" in line for line in plain(report(result), 80).splitlines())
