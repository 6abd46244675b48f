"""Pages as values: tables and how they are sorted, charts by name, Markdown that stays text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.table import Table as RichTable

import capacity
from capacity.errors import QuestionError
from capacity.report.markdown import markdown, plain
from capacity.report.page import Page, Table, flat
from capacity.report.words import SYMBOLS, amount_of, currency_sign, hours, money, people, share

BASE = Path(__file__).resolve().parents[3] / "scenarios" / "base.yaml"
AMOUNTS = st.floats(-9e11, 9e11, allow_nan=False)
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"])
    | st.sampled_from(" #*_-+1.)|~`<>[]()!\\&"),
    min_size=1,
    max_size=30,
)


# --- numbers that are read back -----------------------------------------------------------------


@given(AMOUNTS, st.sampled_from(["", "CHF", *SYMBOLS]))
def test_money_is_read_back_to_its_digits(value: float, currency: str) -> None:
    found = amount_of(money(value, currency))
    assert found == pytest.approx(value, rel=0.006, abs=0.51)


@given(st.floats(0, 1), st.integers(0, 1))
def test_shares_are_read_back(value: float, digits: int) -> None:
    found = amount_of(share(value, digits))
    assert found is not None
    assert abs(found - 100 * value) <= 10**-digits


@given(st.floats(0, 1e7))
def test_hours_and_people_are_read_back(value: float) -> None:
    assert abs((amount_of(hours(value)) or 0) - value) <= 0.5 + 1e-9
    assert abs((amount_of(people(value)) or 0) - value) <= 0.05 + 1e-9


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("+ 2.39M", 2.39e6),
        ("− 269k", -269e3),
        ("~138", 138),
        (">99.9 %", 99.9),
        ("1.72M to 3.12M", 1.72e6),
        ("3 of 10 futures", 3),
        ("2027-02", None),
        ("2027-W09", None),
        ("–", None),
        ("", None),
        ("=1+1", None),
        ("csm", None),
        ("12monkeys", None),
    ],
)
def test_what_a_cell_is_sorted_by(text: str, amount: float | None) -> None:
    assert amount_of(text) == amount


def test_a_column_with_a_word_is_a_column_of_words() -> None:
    table = Table("t", ("a", "b", "c"), (("x", "1k", "2"), ("y", "–", "two")))
    assert table.amounts() == [[None, None], [1000.0, None], [None, None]]


def test_a_table_of_the_terminal_keeps_its_words_and_loses_empty_columns() -> None:
    rich = RichTable(title="ARR")
    for head in ("", "expected", "8 of 10 futures"):
        rich.add_column(head)
    rich.add_row("opening", "10", "")
    rich.add_row("[b]closing[/b]", "12", "")
    wanted = (("opening", "10"), ("[b]closing[/b]", "12"))
    assert Table.of(rich) == Table("ARR", ("", "expected"), wanted)


def test_currencies() -> None:
    assert money(1.24e6, "USD") == "$1.24M"
    assert money(-945e3, "EUR") == "−€945k"
    assert money(5, "CHF") == "CHF 5"
    assert money(-5, "CHF") == "−CHF 5"
    assert (money(1e6), currency_sign("")) == ("1.00M", "")


# --- markdown -----------------------------------------------------------------------------------


@given(WORDS)
def test_any_text_is_text_in_markdown(text: str) -> None:
    """In a paragraph, a list, a heading and a table."""
    one_line = " ".join(text.split())
    if not one_line:
        return
    shown = plain(text)
    page = f"{shown}\n\n- {shown}\n\n# x {shown} x\n\n| a | b |\n| --- | --- |\n| {shown} | b |\n"
    inline = [token for token in MARKDOWN.parse(page) if token.type == "inline"]
    said = ["".join(child.content for child in token.children or ()) for token in inline]
    assert said == [one_line, one_line, f"x {one_line} x", "a", "b", one_line, "b"]
    kinds = {child.type for token in inline for child in token.children or ()}
    assert kinds <= {"text", "text_special"}


def test_a_report_in_markdown() -> None:
    page = Page(
        "Plan | A",
        "2027",
        ("csm is short.",),
        ("It costs $1.24M.",),
        tables=(Table("By month", ("month", "h"), (("2027-01", "~12"), ("2027-02", "–"))),),
        notes=("How to read.",),
        warnings=("plan.yaml:1: odd",),
        assumptions=(
            {"path": "a.b", "value": "1", "evidence": "default", "source": None, "file": None},
            {"path": "c", "value": "2", "evidence": None, "source": "me", "file": "x/p.yaml",
             "line": 3},
        ),
        manifest={"seed": 1, "files": {"p.yaml": "ff"}},
    )  # fmt: skip
    assert markdown(page) == (
        "# Plan \\| A\n\n2027\n\n- **csm is short.**\n\n- It costs $1.24M.\n\n**May be wrong**\n\n"
        "- plan.yaml:1: odd\n\n## By month\n\n| month | h |\n| --- | ---: |\n| 2027-01 | \\~12 |\n"
        "| 2027-02 | – |\n\nHow to read.\n\n## What it rests on\n\n"
        "2 inputs: 1 default, 1 without evidence\n\n"
        "| assumption | value | evidence | source | where |\n| --- | ---: | --- | --- | --- |\n"
        "| a.b | 1 | default | – |  |\n| c | 2 | – | me | p.yaml:3 |\n\n"
        "## Where it comes from\n\n|  | value |\n| --- | ---: |\n| seed | 1 |\n"
        "| files: p.yaml | ff |\n"
    ).replace("| --- | ---: |\n| seed", "| --- | --- |\n| seed")


# --- charts by name -----------------------------------------------------------------------------


def test_a_chart_that_is_not_there(scenario: Callable[..., capacity.Scenario]) -> None:
    result = capacity.simulate(
        scenario("""
            name: Bare
            horizon: {start: 2027-01, months: 3}
            segments: {smb: {accounts: 10}}
            tasks: {call: {role: csm, every: month, hours: 1}}
            team: {csm: {headcount: 1}}
        """),
        trials=100,
    )
    known = "required_fte, due_hours, coverage"
    with pytest.raises(QuestionError, match=f"^no chart is called 'arr' here. Known: {known}$"):
        result.chart("arr")
    with pytest.raises(QuestionError, match=r"Known: none$"):
        Page("x", "y", ()).chart("arr")
    assert repr(result.chart("coverage")) == "Chart('coverage': Every task is done in full)"
    with pytest.raises(
        QuestionError, match=r"a\.gif: no kind of picture. End it in \.svg or \.png"
    ):
        result.chart("coverage").save("a.gif")


# --- longer periods ------------------------------------------------------------------------------


def test_a_report_by_quarter_says_what_its_chart_shows() -> None:
    """The line is the mean of the months of a quarter, so its title must not name a month."""
    result = capacity.simulate(capacity.load(BASE), trials=200)
    need = result.quantile("required_fte", 0.5, role="csm", by="quarter")
    chart = result.chart("required_fte", by="quarter")
    most = people(need.max())
    assert f"csm needs most in {need.idxmax()} at {most} FTE on average of its months" in (
        chart.finding
    )
    by_month = result.chart("required_fte")
    assert by_month.finding.startswith("csm peaks in 2028-01")
    assert by_month.finding != chart.finding
    alone = people(result.quantile("required_fte", 0.5, role="csm").max())
    assert f"2028-01 alone takes {alone} FTE" in chart.reading


def test_reports_by_quarter_in_python(tmp_path: Path) -> None:
    result = capacity.simulate(capacity.load(BASE), trials=0)
    result.to_html(tmp_path / "plan.html", by="quarter")
    texts = [(tmp_path / "plan.html").read_text(encoding="utf-8"), result.to_markdown(by="quarter")]
    for text in texts:
        assert "by quarter" in text
        assert "by month" not in text
    with pytest.raises(QuestionError, match="by 'decade' is not known"):
        result.to_markdown(by="decade")


def test_manifests_of_several_scenarios_are_told_in_words() -> None:
    found = dict(flat({"seed": 0, "scenarios": [{"set": {"a.b": 1}, "notes": ["x", "y"]}]}))
    assert found == {
        "seed": "0",
        "scenarios 1: set: a.b": "1",
        "scenarios 1: notes 1": "x",
        "scenarios 1: notes 2": "y",
    }
