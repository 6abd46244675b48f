"""Tables of the terminal fit 80 columns, and lose nothing by it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

import capacity
from capacity.report.tables import plain
from capacity.report.text import report
from capacity.report.told import Told

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
    result = capacity.simulate(capacity.load(SCENARIOS / "base.yaml"), trials=100)
    heads = [line for line in plain(report(result), 110).splitlines() if "required FTE" in line]
    assert len(heads) == 2
    assert "in 1 of 10 above" in heads[0]
    assert not any("required FTE" in line for line in plain(report(result), 80).splitlines())


def test_expected_values_show_no_odds() -> None:
    """Without luck there are none, and no columns that stay empty."""
    plan = capacity.load(SCENARIOS / "ten_books.yaml")
    still, lucky = (str(capacity.simulate(plan, trials=trials)) for trials in (0, 100))
    for words in ("1 of 10", "8 of 10"):
        assert words in lucky
        assert words not in still
    assert " – " not in still


@pytest.mark.parametrize("width", range(60, 120, 7))
def test_no_line_ends_between_a_number_and_its_unit(width: int) -> None:
    sentence = "Coverage of 95 % holds in 26 of 100 futures (± 1.4 points), 148 ± 4 h lost; "
    told = Told.of_one("plan", "", (5 * sentence,), (), ())
    lines = plain(told.group(), width).splitlines()
    assert max(map(len, lines)) <= width
    for end, start in pairwise(lines):
        assert not start.startswith(("%", "points", "h ", "of 1", "100 f", "±", "1.4", "4 "))
        assert not end.endswith("±")
    assert " ".join(" ".join(lines[2:]).split()) == f"• {' '.join((5 * sentence).split())}"
