"""Tables of the terminal fit 80 columns, and lose nothing by it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from rich.cells import cell_len

import capacity
from capacity.report.lines import in_lines
from capacity.report.tables import marked, plain
from capacity.report.text import report
from capacity.report.told import Told
from capacity.report.value import report as value_report

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


@pytest.mark.parametrize("width", [50, 60])
def test_no_figure_is_cut_however_narrow_the_terminal_is(width: int) -> None:
    """What has no room stands below, beside the same names; ranges in two lines."""
    plan = capacity.load(SCENARIOS / "base.yaml")
    result, worth = capacity.simulate(plan, trials=100), capacity.roi(plan, trials=0)
    for told in (report(result), value_report([worth])):
        wide, narrow = plain(told, 200), plain(told, width)
        assert max(map(len, narrow.splitlines())) <= width
        assert CUT not in narrow
        assert set(wide.split()) <= set(narrow.split())


def test_lines_are_measured_in_cells_of_the_terminal() -> None:
    """Japanese letters take two of them."""
    lines = in_lines(10 * "顧客教育: enough people in 95 % of the futures. ", 40)
    assert max(map(cell_len, lines)) in range(30, 41)


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


def test_a_bound_has_no_mark() -> None:
    assert [marked(said, matters=True) for said in ("99 %", ">99 %")] == ["~99 %", ">99 %"]
    assert marked("99 %", matters=False) == "99 %"
