"""`roi`, `plan`, `compare`, `backtest` and sweeps leave the same forms behind as `run` does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from hostile import (
    ATTACKS,
    PLAN,
    ROLES,
    SCRIPTS,
    SOURCE,
    write_actuals,
    write_hostile,
    write_variant,
)
from leavings import Finished, contents
from markdown_it import MarkdownIt

import capacity
from capacity.cli.app import app

VERBS: dict[str, list[str]] = {
    "run": ["run", "plan.yaml", "--by", "quarter"],
    "roi": ["roi", "plan.yaml"],
    "several": ["roi", "plan.yaml", "--without", "cs", "--without", f"task:{ATTACKS[1]}"],
    "plan": ["plan", "plan.yaml", "--coverage", "40%", "--confidence", "50%"],
    "none": ["plan", "plan.yaml", "--coverage", "40%", "--budget", "1"],
    "compare": ["compare", "plan.yaml", "variant.yaml"],
    "backtest": ["backtest", "plan.yaml", "--actuals", "=actuals.csv"],
    "sweep": ["run", "plan.yaml", "--sweep", f"team.{ROLES[0]}.headcount=3:5"],
    "sensitivity": [
        "sensitivity",
        "plan.yaml",
        "--metric",
        f"due_hours[{ROLES[0]}]",
        "--set",
        f"tasks.{SCRIPTS[1]}.uncertainty=30%",
    ],
    "explain": ["explain", "plan.yaml", "due_hours", "--role", ROLES[0]],
}
FUTURES = {"several": 0, "sensitivity": 1000, "backtest": 1000}
CHARTS = {
    "run": {"required_fte", "due_hours", "coverage", "dropped_hours", "arr_bridge", "arr"},
    "roi": {"roi", "roi_distribution", "arr", "arr_saved"},
    "several": {"roi", "arr"},
    "plan": {"seats", "odds", "value"},
    "none": {"seats", "odds"},
    "compare": {"odds", "waterfall_team_cost"},
    "backtest": {"forecast", "spread"},
    "sweep": {"team_cost"},
    "sensitivity": {"variance", "tornado"},
    "explain": {"parts"},
}
FEW = (*SCRIPTS[1:3], *ATTACKS[:2])
"""Tasks; of all of them a value takes long."""
FILES = {"charts", "report.html", "report.md", "table.csv", "table.json", "workbook.xlsx"}
INERT = {"html_block", "html_inline", "link_open", "s_open", "em_open", "fence", "code_inline"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the hostile plan and its variant."""
    folder = tmp_path_factory.mktemp("verbs")
    write_hostile(folder, FEW)
    write_variant(folder)
    write_actuals(folder, FEW)
    return folder


def futures(verb: str, usual: int = 100) -> list[str | int]:
    """How many a verb is asked for; one number's arithmetic has none."""
    return [] if verb == "explain" else ["--trials", FUTURES.get(verb, usual)]


@pytest.mark.parametrize("verb", VERBS)
def test_every_form_of_every_answer(run: Callable[..., Finished], home: Path, verb: str) -> None:
    """All files, each chart in the page and as a picture, hostile names as text in all of them."""
    out = home / verb
    done = run(*VERBS[verb], *futures(verb), "--out", out, folder=home)
    assert done.code == int(verb == "none")
    says_what_the_terminal_says((out / "report.md").read_text(encoding="utf-8"), done)
    assert {name.split("/")[0] for name in contents(out)} == FILES
    drawn = {path.stem for path in (out / "charts").glob("*.svg")}
    assert drawn == {path.stem for path in (out / "charts").glob("*.png")} >= CHARTS[verb]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert set(re.findall(r'<figure id="chart-(.+?)">', page)) == drawn
    assert ATTACKS[1] not in page
    assert len(page.encode()) < 3_000_000
    text = re.sub(r"<style>.*?</style>|<script>.*?</script>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert not re.search(r"\bnan\b|\binf\b|\bNone\b|undefined|\bNaN\b|\[\]|\{\}", text)
    for path in (out / "charts").glob("*.svg"):
        tags = {one.tag.rpartition("}")[2] for one in ET.fromstring(path.read_text("utf-8")).iter()}
        assert not tags & {"script", "image", "a", "foreignObject"}
    markdown = (out / "report.md").read_text(encoding="utf-8")
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    inline = [child for token in tokens for child in token.children or ()]
    assert not {token.type for token in (*tokens, *inline)} & INERT
    images = {unquote(str(t.attrs["src"])) for t in inline if t.type == "image"}
    assert images == {f"charts/{name}.svg" for name in drawn}
    manifest = json.loads((out / "table.json").read_text("utf-8"))["manifest"]
    each = manifest["scenarios"] if verb == "compare" else [manifest]
    assert all(one["assumptions"] for one in each)


@pytest.mark.parametrize("verb", VERBS)
def test_parquet_holds_the_rows_of_the_table(
    run: Callable[..., Finished], home: Path, tmp_path: Path, verb: str
) -> None:
    table, text = tmp_path / "table.parquet", tmp_path / "table.csv"
    how = futures(verb, 0 if verb == "roi" else 100)
    run(*VERBS[verb], *how, "--parquet", table, "--csv", text, "--quiet", folder=home)
    parquet, csv = pd.read_parquet(table), pd.read_csv(text, keep_default_na=False)
    assert list(parquet.columns) == list(csv.columns)
    assert len(parquet) == len(csv) > 0
    if "mean" in parquet:
        means = pd.to_numeric(csv["mean"], errors="coerce")
        pd.testing.assert_series_equal(parquet["mean"], means, rtol=1e-12)


def words(page: str) -> str:
    """The text of Markdown without its escapes, on one line."""
    return " ".join(page.replace("\\", "").replace("**", "").split())


def says_what_the_terminal_says(markdown: str, done: Finished) -> None:
    text = words(markdown)
    for sentence in re.findall(r"^• (.*(?:\n[^•\n].*)*)", done.out, re.MULTILINE):
        assert words(sentence) in text
    for warning in re.findall(r"^warning: (.*)$", done.err, re.MULTILINE):
        assert words(warning) in text
    assert PLAN in text
    assert SOURCE in text


def test_a_report_by_quarter(home: Path) -> None:
    """Six months from January are two quarters."""
    result = capacity.simulate(capacity.load(home / "plan.yaml"), trials=100)
    text = result.page_by("quarter").to_markdown()
    assert "By quarter, hours are summed" in text
    role = text.split("by quarter", 1)[1].split("##")[0]
    assert re.findall(r"^\| (FY\S+) ", role, re.MULTILINE) == ["FY27-Q1", "FY27-Q2"]
    spec = result.page_by("quarter").chart("required_fte").spec
    assert {row["period"] for row in spec["data"]["values"]} == {"FY27-Q1", "FY27-Q2"}
    assert result.page_by("year").chart("arr").spec["data"]["values"][0]["period"] == "FY27"


def test_the_register_tells_whose_an_assumption_is(home: Path) -> None:
    base, variant = (capacity.load(home / f"{name}.yaml") for name in ("plan", "variant"))
    register = capacity.compare([base, variant], trials=0).page.register
    assert register.heads[:3] == ("assumption", "only", "value")
    heads = {row[:3] for row in register.rows if row[0].endswith("headcount")}
    role = f"team.{ROLES[0]}.headcount"
    assert {(role, PLAN, "3"), (role, ATTACKS[1], "5")} <= heads
    assert (role, "", "3") not in heads
    shared = [row for row in register.rows if row[0].endswith(f"{SCRIPTS[0]}.churn")]
    assert [row[1] for row in shared] == [""]


# --- the options of a verb ------------------------------------------------------------------------

FORMS = {"--json", "--csv", "--parquet", "--xlsx", "--html", "--md", "--charts", "--out"}
ANSWERING = ["run", "roi", "plan", "compare", "backtest", "sensitivity", "explain"]


@pytest.mark.parametrize("verb", ANSWERING)
def test_every_verb_that_answers_has_every_form(verb: str) -> None:
    (found,) = (c for c in app.registered_commands if c.callback and c.callback.__name__ == verb)
    names = {f"--{name}" for name in found.callback.__annotations__}  # type: ignore[union-attr]
    assert names >= FORMS


@pytest.mark.parametrize(
    ("verb", "option", "target", "wanted"),
    [
        ("roi", "--html", "no/a.html", "no/a.html: there is no folder no. Make it first"),
        ("plan", "--md", "plan.yaml", "plan.yaml: is an input of this run. Name another file"),
        ("compare", "--out", "plan.yaml", "plan.yaml: is a file. Name a folder"),
        ("sweep", "--charts", "plan.yaml", "plan.yaml: is a file. Name a folder"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_work(
    run: Callable[..., Finished], home: Path, verb: str, option: str, target: str, wanted: str
) -> None:
    done = run(*VERBS[verb], "--trials", 10_000_000, option, target, folder=home)
    assert (done.code, done.out, done.err) == (2, "", f"{wanted}\n")


def test_the_plan_that_is_written_is_no_other_file(
    run: Callable[..., Finished], home: Path
) -> None:
    done = run("plan", "plan.yaml", "--write", "a.md", "--md", "a.md", folder=home)
    assert (done.code, done.err) == (2, "a.md: is named for two files. Name another one\n")


# --- a notebook -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answers(home: Path) -> dict[str, Any]:
    """One of each kind."""
    base, variant = (capacity.load(home / f"{name}.yaml") for name in ("plan", "variant"))
    values = {"finance.gross_margin": ["80%", "70%"], f"team.{ROLES[0]}.headcount": [3, 4]}
    return {
        "run": capacity.simulate(base, trials=100),
        "roi": capacity.roi(base, trials=0),
        "plan": capacity.plan(base, coverage=0.4, confidence=0.5, trials=100),
        "compare": capacity.compare([base, variant], trials=100),
        "sweep": capacity.grid(base, values, trials=0),
        "sensitivity": capacity.sensitivity(base, "profit", against=[variant], trials=1000),
        "explain": capacity.simulate(base, trials=0).explain("due_hours", role=ROLES[0]),
    }


@pytest.mark.parametrize(
    "kind", ["run", "roi", "plan", "compare", "sweep", "sensitivity", "explain"]
)
def test_answers_show_themselves_in_a_notebook(answers: dict[str, Any], kind: str) -> None:
    answer = answers[kind]
    shown = answer._repr_html_()
    assert shown.count("<figure>") == len(answer.page.charts) > 0
    assert all(attack not in shown for attack in ATTACKS[1:3])
    assert answer.to_markdown() == answer.page.to_markdown()
    first = answer.page.charts[0]
    assert answer.chart(first.name) is first
    with pytest.raises(capacity.QuestionError, match=f"Known: {re.escape(first.name)}"):
        answer.chart("nothing")
