"""What the option `--xlsx` leaves behind, computed anew by LibreOffice."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile import ATTACKS, SCRIPTS, TASKS, write_hostile
from leavings import ROOT, Finished
from spreadsheet import Workbook, edited, opened, recalculated

import capacity

BASE = ROOT / "scenarios" / "base.yaml"
SEED_EXAMPLE = ROOT / "scenarios" / "seed_example.yaml"
WITHOUT = ("cs", "task:qbr")
FIFTH = "20%"
MOST_BYTES = 1_000_000
NO_FEEDBACK = {"simulation.feedback": False}
QUANTITY_LOST = "Customers!G10"
"""Accounts of the first segment that are lost in the first month."""
OPENS = ("=", "+", "-", "@", "\t", "\r")
LONG = "نقشه بازبینی فصلی مشتریان سازمانی و برنامه تمدید قراردادهای ۱"
HINDI = "ग्राहक सफलता योजना की त्रैमासिक समीक्षा और नवीनीकरण वार्ता"
CHANGES = {
    "tasks_qbr_steps_present": ("tasks.qbr.steps.present", 2.0),
    "team_csm_internal": ("team.csm.internal", 0.41),
    "team_csm_hours_per_week": ("team.csm.hours_per_week", 37.5),
    "team_csm_salary": ("team.csm.salary", 120_000.0),
    "team_trainer_on_costs": ("team.trainer.on_costs", 0.2),
    "tasks_check_in_share": ("tasks.check_in.share", 0.5),
    "tasks_escalation_rate_enterprise": ("tasks.escalation.rate.enterprise", 3.0),
    "tasks_webinar_fixed": ("tasks.webinar.fixed", "10 hours per month"),
    "segments_enterprise_complexity": ("segments.enterprise.complexity", 1.5),
    "finance_gross_margin": ("finance.gross_margin", 0.7),
}
OF_MONEY = {
    "team_csm_salary": ("team.csm.salary", 120_000.0),
    "finance_gross_margin": ("finance.gross_margin", 0.7),
    "finance_discount_rate": ("finance.discount_rate", 0.15),
    "finance_absorbed_cost": ("finance.absorbed_cost", 95.0),
    "team_csm_severance": ("team.csm.severance", 10_000.0),
    "finance_platform": ("finance.platform", 90_000.0),
}
DATED = """
name: Changes on a date
horizon: {start: 2027-01, months: 18, fiscal_year_start: 7}
segments:
  big: {accounts: 20, arr: 90_000, churn: 10%, complexity: {2027-01: 1, 2027-06: 1.5}}
  small: {accounts: 50, arr: 9_000, churn: 20%}
tasks:
  qbr:
    role: csm
    every: {big: quarter, small: 6 months}
    share: {default: 80%, small: {2027-01: 50%, 2027-05: 60%}}
    steps: {prepare: {2027-01: 2h, 2027-07: 30m}, present: {hours: {default: 1h, small: 30m}}}
    priority: 1
  onboarding: {role: csm, on: start, over: 3 months, hours: 9h, share: 90%}
  call: {role: helper, rate: {big: 2 per year, small: 1 per year}, hours: 2h, defer: 1 month}
  nothing: {role: helper, rate: 1 per year, hours: 0h}
  hand_over: {role: csm, on: departure, hours: 1h}
team:
  csm:
    split: segment
    headcount: {big: 2, small: 1}
    salary: {big: {2027-01: 80_000, 2027-09: 90_000}, small: 60_000}
    raise: {default: {2027-01: 3%, 2027-12: 5%}}
    attrition: 20%
    holidays: {big: US, small: DE}
    pto_days: 25
    leave_seasonality: [1, 1, 1, 1, 1, 1, 2, 2, 1, 0.4, 0.3, 0.3]
  helper: {people: helper.csv, salary: 50_000, department: support, internal: 20%}
  manager: {per: {csm: 2, helper: 2}, salary: 99_000}
finance: {gross_margin: {2027-01: 70%, 2028-01: 72%}, platform: 12_000}
"""
SMALL = """
name: Small
horizon: {start: 2027-01, months: 12}
segments:
  all: {accounts: 20, arr: 90_000, churn: {low: 10%, likely: 20%, high: 30%}, addressable: 60%}
tasks: {qbr: {role: csm, every: quarter, hours: 3h, weight: 1}}
value: {if_stopped: {churn: 1.5}}
team: {csm: {headcount: 1, salary: {low: 80_000, likely: 90_000, high: 120_000}}}
finance: {gross_margin: 70%, discount_rate: 10%}
"""
SHUTDOWN = """
name: Shutdown in December
horizon: {start: 2027-01, months: 12}
segments:
  big: {accounts: 10, arr: 90_000, churn: 10%}
  small: {accounts: 20, arr: 9_000, churn: 20%}
tasks: {call: {role: csm, every: month, hours: 2h}}
team:
  csm:
    split: segment
    headcount: {big: 1, small: 2}
    salary: 90_000
    pto_days: {big: 40, small: 20}
    leave_seasonality: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
finance: {gross_margin: 70%}
"""
MONTHLY = """
name: Monthly
horizon: {start: 2027-01, months: 8}
segments:
  small: {accounts: 300, term: 1 month, churn: 10%, new_accounts: {per_year: 720, fixed: true}}
tasks: {call: {role: csm, every: month, hours: 1h}}
team: {csm: {headcount: 3}}
simulation: {resolution: cohort}
"""
PEOPLE = """
name,start,end,fte,location,leave_from,leave_to
Ann,2020-01-01,,1,US,2027-03-01,2027-04-15
Bob,2027-03-10,2027-11-30,0.5,DE,,
Cyd,2021-01-01,,1,,,
"""


def crowded() -> dict[str, Any]:
    """40 tasks, 60 months, 5 roles of 4 regions, and names of 60 letters."""
    regions, roles = ("AMER", "EMEA", "APAC", "LATAM"), ["csm", HINDI, LONG, "r" * 60, "trainer"]
    names = [f"{LONG[:55]} {i}" if i % 2 else f"{HINDI[:55]} {i}" for i in range(40)]
    return {
        "name": f"={LONG}",
        "currency": "INR",
        "horizon": {"start": "2027-01", "months": 60},
        "accounts": {"file": "book.csv"},
        "segments": {name: {"churn": "10%"} for name in ("big", HINDI, "small")},
        "tasks": {
            name: {
                "role": roles[i % 5],
                "segments": [("big", HINDI, "small")[i % 3]],
                "every": "quarter",
                "hours": f"{1 + i % 3}h",
            }
            for i, name in enumerate(names)
        },
        "team": {
            role: {
                "split": "region",
                "headcount": {"default": 2},
                "salary": {region: 50_000 + 1000 * i for i, region in enumerate(regions)},
            }
            for role in roles
        },
        "finance": {"gross_margin": "70%"},
    }


def write_plan(folder: Path, plan: Mapping[str, Any]) -> Path:
    folder.mkdir()
    rows = [
        f"a{i},{segment},{1000 * (i + 1)},2025-{1 + i:02d}-01,2027-{1 + i:02d}-01,{region}"
        for i, segment in enumerate(("big", HINDI, "small"))
        for region in ("AMER", "EMEA", "APAC", "LATAM")
    ]
    book = ["id,segment,arr,start,renewal,region", *(f"{i}{row}" for i, row in enumerate(rows))]
    (folder / "book.csv").write_text("\n".join(book), encoding="utf-8")
    (folder / "plan.yaml").write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    return folder / "plan.yaml"


def formula_like() -> dict[str, Any]:
    """Names and sources that begin as a formula does, or hold control characters."""
    source = "\t=HYPERLINK(1)\u0007 and \u0085"
    return {
        "name": "=1+1",
        "horizon": {"start": "2027-01", "months": 3},
        "segments": {"+SUM(A1)": {"accounts": 9}, "-2": {"accounts": 9}},
        "tasks": {
            "@SUM(A1)": {
                "role": "=Time!$G$5",
                "every": "month",
                "hours": {"value": 1, "source": source},
            },
            "=cmd|' /c calc'!A1": {
                "role": "=Time!$G$5",
                "every": "month",
                "steps": {"-x": 1, "+y": 2},
            },
        },
        "team": {"=Time!$G$5": {"headcount": 1, "department": "@cs", "salary": 1000}},
    }


@pytest.fixture(scope="module")
def written(
    run: Callable[..., Finished], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Every workbook, as the command writes it."""
    folder = tmp_path_factory.mktemp("workbooks")
    dated = folder / "dated.yaml"
    dated.write_text(DATED, encoding="utf-8")
    (folder / "shutdown.yaml").write_text(SHUTDOWN, encoding="utf-8")
    (folder / "helper.csv").write_text(PEOPLE.strip(), encoding="utf-8")
    gone = [word for what in WITHOUT for word in ("--without", what)]
    variants = [ROOT / "scenarios" / f"{n}.yaml" for n in ("automate_qbr", "hire_ahead")]
    commands: dict[str, list[Any]] = {
        "base": ["run", BASE, "--trials", 500],
        "still": ["run", BASE, "--trials", 0, "--set", "simulation.feedback=false"],
        "seed_example": ["run", SEED_EXAMPLE, "--trials", 100],
        "weeks": ["run", BASE, "--trials", 0, "--set", "horizon.step=week"],
        "dated": ["run", dated, "--trials", 0],
        "shutdown": ["run", folder / "shutdown.yaml", "--trials", 100],
        "crowded": ["run", write_plan(folder / "c", crowded()), "--trials", 0],
        "hostile": ["run", write_hostile(folder), "--trials", 100],
        "formula_like": ["run", write_plan(folder / "f", formula_like()), "--trials", 0],
        "roi": ["roi", BASE, "--trials", 0, *gone],
        "fifth": ["roi", BASE, "--trials", 0, "--without", FIFTH],
        "compare": ["compare", BASE, *variants, "--trials", 100],
        "plan": ["plan", BASE, "--trials", 500, "--confidence", "60%"],
        "sweep": ["run", BASE, "--trials", 100, "--sweep", "team.csm.headcount=6:8"],
    }
    for name, command in commands.items():
        done = run(*command, "--quiet", "--xlsx", folder / f"{name}.xlsx")
        assert (done.code, done.out, done.err) == (0, "", ""), name
    return {name: folder / f"{name}.xlsx" for name in commands}


@pytest.fixture(scope="module")
def books(
    written: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Workbook]:
    """The same, computed anew, and some in which somebody wrote other numbers."""
    folder = tmp_path_factory.mktemp("recalculated")
    changes = {
        "still, changed": ("still", in_numbers(CHANGES)),
        "roi, changed": ("roi", in_numbers(OF_MONEY)),
        "four hours": ("seed_example", {"tasks_qbr_steps_present": 2.0}),
        "long renewals": ("still", {"tasks_renewal_hours": 60.0}),
        "base, changed": ("base", in_numbers(OF_MONEY)),
        "torn": ("base", {QUANTITY_LOST: 5.0}),
    }
    edits = {
        name: edited(written[source], folder / f"{name}.xlsx", values)
        for name, (source, values) in changes.items()
    }
    return recalculated({**written, **edits}, folder)


def in_numbers(changes: Mapping[str, tuple[str, Any]]) -> dict[str, float]:
    """What is written into the cells, by Excel name: hours a year where the plan has a month's."""
    values = {name: value for name, (_, value) in changes.items()}
    return {n: 12 * 10 if v == "10 hours per month" else v for n, v in values.items()}


AS_WRITTEN = (
    "base", "still", "seed_example", "weeks", "dated", "shutdown", "crowded", "hostile",
    "formula_like", "roi", "fifth", "compare", "plan",
)  # fmt: skip


@pytest.mark.parametrize("name", AS_WRITTEN)
def test_every_formula_gives_what_the_engine_says(books: dict[str, Workbook], name: str) -> None:
    cells = [*books[name].cells()]
    assert len(cells) > 100
    assert not [cell for cell in cells if not cell.agrees]


@pytest.mark.parametrize("name", AS_WRITTEN)
def test_no_cell_is_an_error(books: dict[str, Workbook], name: str) -> None:
    for sheet in books[name].values:
        cells = (cell for row in sheet.iter_rows() for cell in row)
        assert not [cell.coordinate for cell in cells if cell.data_type == "e"]


@pytest.mark.parametrize("name", [name for name in AS_WRITTEN if name != "compare"])
def test_all_bridges_close(books: dict[str, Workbook], name: str) -> None:
    checks = books[name].checks()
    assert len(checks) > 5
    assert set(checks.values()) == {"closes"}


def test_a_bridge_that_does_not_close_is_said(books: dict[str, Workbook]) -> None:
    checks = books["torn"].checks()
    assert checks["Customers: accounts"] == "DOES NOT CLOSE"
    assert checks["All of them"] == "DOES NOT CLOSE"
    assert checks["Customers: ARR"] == "closes"


# --- other inputs -----------------------------------------------------------------------------


def test_four_hours_for_three(books: dict[str, Workbook]) -> None:
    """100 accounts, a QBR a quarter: 1,200 hours a year of 3 hours each, 1,600 of 4."""
    assert sum(books["seed_example"].row("Workload", "Hours due", "all")) == pytest.approx(1200)
    changed = books["four hours"]
    assert sum(changed.row("Workload", "Hours due", "all")) == pytest.approx(1600)
    before, after = (books[n].row("Headcount", "Required FTE", "csm") for n in
                     ("seed_example", "four hours"))  # fmt: skip
    assert after == pytest.approx([n * 4 / 3 for n in before])
    assert changed.values["Inputs"]["E1"].value == 1
    assert set(changed.checks().values()) == {"closes"}


def test_other_inputs_give_what_a_run_of_the_other_plan_gives(books: dict[str, Workbook]) -> None:
    plan = capacity.load(BASE, set={**NO_FEEDBACK, **dict(CHANGES.values())})
    result, book = capacity.simulate(plan, trials=0), books["still, changed"]
    for role in ("csm", "trainer"):
        wanted = result.array("required_fte", role=role)[:, 0]
        assert book.row("Headcount", "Required FTE", role) == pytest.approx(wanted, rel=1e-6)
        assert sum(book.row("Workload", "Hours due", "all", role)) == pytest.approx(
            result.mean("due_hours", role=role, period="")
        )
        hours = result.array("capacity_hours", role=role)[:, 0]
        assert book.row("Headcount", "Customer hours", role) == pytest.approx(hours, rel=1e-6)
    months = slice(len(result.periods))
    for words, metric in (
        ("Cost of the team", "team_cost"), ("Revenue", "revenue"), ("Gross profit", "gross_profit"),
    ):  # fmt: skip
        wanted = result.array(metric)[:, 0]
        assert book.row("Money", words)[months] == pytest.approx(wanted, rel=1e-6)
    assert book.values["Inputs"]["E1"].value == len(CHANGES)
    assert str(book.values["Summary"]["A7"].value).startswith(f"{len(CHANGES)} inputs are changed")


def test_accounts_by_start(tmp_path: Path) -> None:
    """Monthly terms, 5 accounts a month: of those of a month, 0.9 ** (1 / 12) are left a month.

    They are many, so they are counted, and classes of them go up in each other.
    """
    (tmp_path / "plan.yaml").write_text(MONTHLY, encoding="utf-8")
    result = capacity.simulate(capacity.load(tmp_path / "plan.yaml"), trials=0)
    folding = result.layout.retention.folding
    assert (folding.host != np.arange(len(folding.host))).any()
    result.to_excel(tmp_path / "plan.xlsx")
    rows = [*opened(tmp_path / "plan.xlsx", data_only=True)["Customers"].values]
    kept = 0.9 ** (1 / 12)
    (opening,) = [row[6:14] for row in rows if row[:2] == ("Opening book", "small")]
    assert opening == pytest.approx([300 * kept**n for n in range(1, 9)])
    for begun, month in enumerate(result.periods):
        (found,) = [row[6:14] for row in rows if row[:2] == (f"Started {month}", "small")]
        left = [60 * kept**n for n in range(1, 9 - begun)]
        assert found == pytest.approx([0.0] * begun + left)


def test_nobody_is_enough_where_nobody_has_time(books: dict[str, Workbook]) -> None:
    """In December all customer hours of one pool are leave: its need has no end, and says so."""
    rows = [*books["shutdown"].values["Headcount"].iter_rows(values_only=True)]
    for words in ("Required FTE", "Required FTE, rounded up"):
        found = {row[2]: row[6:18] for row in rows if row[0] in (words, f"{words}, all pools")}
        assert [found[pool][-1] for pool in ("big", "all")] == ["–", "–"]
        numbers = [*found["small"], *found["big"][:-1], *found["all"][:-1]]
        assert all(isinstance(value, (int, float)) for value in numbers)
    told = {row[0]: row[3] for row in books["shutdown"].values["Summary"].values}
    assert told["Required FTE in 2027-12, the busiest"] == "–"


def test_todays_accounts_by_the_year_of_their_start(tmp_path: Path) -> None:
    """Without feedback, those of a year are lost as if there were no others."""
    accounts = (ROOT / "scenarios" / "accounts.csv").read_text(encoding="utf-8").splitlines()
    head, *rows = [line.split(",") for line in accounts]
    path, found = shutil.copy(BASE, tmp_path), {}
    for year in ("", "2024"):
        kept = [",".join(row) for row in (head, *rows) if row is head or row[4].startswith(year)]
        (tmp_path / "accounts.csv").write_text("\n".join(kept), encoding="utf-8")
        workings = capacity.simulate(capacity.load(path, set=NO_FEEDBACK), trials=0).workings
        found[year] = workings.by_start[:, :, workings.starts.earlier.index("2024")]
    assert found[""].min() > 1
    assert found[""] == pytest.approx(found["2024"])


def test_years_that_would_not_be_lost_alike_stand_together(tmp_path: Path) -> None:
    """Where the renewals behind an account decide, the years of a class are not told apart."""
    plan = capacity.load(BASE, set={"segments.smb.churn": ["20%", "10%"]})
    capacity.simulate(plan, trials=0).to_excel(tmp_path / "plan.xlsx")
    rows = [*opened(tmp_path / "plan.xlsx")["Customers"].values]
    assert ("Opening book", "smb") in {row[:2] for row in rows}
    assert ("Opening book", "enterprise") not in {row[:2] for row in rows}
    assert ("Opening book, started 2024", "enterprise") in {row[:2] for row in rows}
    assert ("Opening book, started 2024", "smb") not in {row[:2] for row in rows}


@pytest.mark.parametrize("verb", ["run", "compare"])
def test_by_counts_in_the_table_of_the_futures(
    run: Callable[..., Finished], tmp_path: Path, verb: str
) -> None:
    files = [Path(shutil.copy(SEED_EXAMPLE, tmp_path))]
    if verb == "compare":
        files.append(tmp_path / "other.yaml")
        files[1].write_text("extends: seed_example.yaml\nname: Other\n", encoding="utf-8")
    how = ("--trials", 100, "--by", "quarter", "--quiet", "--xlsx", tmp_path / "plan.xlsx")
    assert run(verb, *files, *how).code == 0
    sheet = opened(tmp_path / "plan.xlsx")["Monte Carlo" if verb == "run" else "Differences"]
    heads, *rows = sheet.iter_rows(4, values_only=True)
    found = {row[heads.index("period")] for row in rows if row[heads.index("metric")] == "accounts"}
    periods = capacity.load(SEED_EXAMPLE).plan.horizon.periods
    assert found == {*periods.labels_by("quarter")}


def test_quarters_and_years_are_those_of_the_table(books: dict[str, Workbook]) -> None:
    result = capacity.simulate(capacity.load(BASE), trials=0)
    row = books["base"].row("Money", "Cost of the team")
    quarters = result.array("team_cost", by="quarter")[:, 0]
    assert row[12:16] == pytest.approx(quarters)
    assert row[16:] == pytest.approx(result.array("team_cost", by="year")[:, 0])


def test_every_input_moves_something(written: Mapping[str, Path]) -> None:
    """What can be changed is named in a formula; and has a place in the register."""
    book = opened(written["base"])
    formulas = " ".join(
        cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    )
    used = set(re.findall(r"[A-Za-z_]\w+", formulas))
    names = {*book.defined_names} - {"inputs_changed", "period_years"}
    assert len(names) > 50
    assert names <= used
    rows = [*book["Inputs"].iter_rows(min_row=5, max_row=4 + len(names))]
    assert {row[10].value for row in rows} == names
    for row in rows:
        assert row[5].value, f"{row[0].value} is not in the register"
        assert row[7].value in ("published", "estimated", "measured", "default")


def test_inputs_refuse_what_cannot_be(written: Mapping[str, Path]) -> None:
    sheet = opened(written["base"])["Inputs"]
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    rows = {row[10].value: f"B{row[0].row}" for row in sheet.iter_rows(min_row=5) if row[10].value}
    share = rules[rows["tasks_qbr_share"]]
    assert (float(share.formula1), float(share.formula2)) == (0, 1)
    assert float(rules[rows["team_csm_salary"]].formula1) == 0
    assert float(rules[rows["team_csm_internal"]].formula2) < 1
    assert float(rules[rows["team_csm_target_utilization"]].formula1) > 0
    assert float(rules[rows["team_csm_hours_per_week"]].formula1) > 0
    assert float(rules[rows["finance_discount_rate"]].formula1) > -1


# --- the value of the team ------------------------------------------------------------------------


@pytest.mark.parametrize("what", WITHOUT)
def test_npv_and_irr_by_the_functions_of_the_spreadsheet(
    books: dict[str, Workbook], what: str
) -> None:
    value = capacity.roi(capacity.load(BASE), without=what, trials=0)
    assert_worth(books["roi"], what, value)


@pytest.mark.parametrize(("name", "changes"), [("base", {}), ("base, changed", OF_MONEY)])
def test_the_value_of_the_team_in_the_workbook_of_a_run(
    books: dict[str, Workbook], name: str, changes: Mapping[str, tuple[str, Any]]
) -> None:
    """The plan has twelve months, and the value is told of 36: it is run on as by `roi`."""
    plan = capacity.load(BASE, set=dict(changes.values()))
    assert_worth(books[name], "cs", capacity.roi(plan, trials=0), "ROI")


def test_why_there_is_no_value_is_said(written: Mapping[str, Path]) -> None:
    texts = [row[0].value for row in opened(written["seed_example"])["Summary"].iter_rows()]
    (said,) = [text for text in texts if text and text.startswith("There is no sheet ROI")]
    assert "segments, finance.gross_margin, finance.discount_rate" in said


def test_the_busiest_month_follows_the_inputs(books: dict[str, Workbook]) -> None:
    """Most contracts end in autumn, so long work for renewals moves the peak there."""
    months = capacity.load(BASE).plan.horizon.periods.labels
    for name, busiest in (("still", "2028-01"), ("long renewals", "2027-09")):
        need = books[name].row("Headcount", "Required FTE", "csm")
        assert months[need.index(max(need))] == busiest
        title, *_, value = (cell.value for cell in books[name].values["Summary"][11][:4])
        assert title == f"Required FTE in {busiest}, the busiest"
        assert value == pytest.approx(max(need))


def test_a_fifth_of_the_seats(books: dict[str, Workbook]) -> None:
    """One sheet is called ROI alone."""
    value = capacity.roi(capacity.load(BASE), without=FIFTH, trials=0)
    assert_worth(books["fifth"], FIFTH, value, "ROI")


def test_futures_stand_beside_the_flows(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(SMALL, encoding="utf-8")
    plan = capacity.load(tmp_path / "plan.yaml")
    value = capacity.roi(plan, trials=200)
    value.to_excel(tmp_path / "roi.xlsx")
    sheet = opened(tmp_path / "roi.xlsx", data_only=True)["Summary"]
    rows = {(row[0], row[1]): row for row in sheet.iter_rows(values_only=True)}
    found = rows["NPV, 12 months", "without cs"]
    assert found[3] == pytest.approx(capacity.roi(plan, trials=0).mean("npv", "12m"))
    ranges = [value.quantile("npv", q, "12m") for q in (0.1, 0.5, 0.9)]
    assert found[4:8] == pytest.approx([value.mean("npv", "12m"), *ranges])
    assert found[8] == pytest.approx(found[4] - found[3])
    ratio = rows["Break-even: factor on addressable churn", "without cs"]
    assert ratio[3] is None, "it was found on futures"
    assert ratio[4] == pytest.approx(value.headline.hazard_ratio)


@pytest.mark.parametrize("what", WITHOUT)
def test_other_money_gives_the_value_of_the_other_plan(
    books: dict[str, Workbook], what: str
) -> None:
    plan = capacity.load(BASE, set=dict(OF_MONEY.values()))
    assert_worth(books["roi, changed"], what, capacity.roi(plan, without=what, trials=0))


def assert_worth(book: Workbook, what: str, value: capacity.Roi, sheet: str = "") -> None:
    sheet = sheet or f"ROI {what.replace(':', ' ')}"
    for words, metric in (
        ("ROI", "roi"), ("NPV", "npv"), ("IRR, a year", "irr"), ("Payback", "payback_period"),
        ("More gross profit", "incremental_gross_profit"), ("More cost", "incremental_cost"),
    ):  # fmt: skip
        found = book.rows(sheet, words)[-1]  # the flows of the same name stand above
        wanted = [value.mean(metric, label) for label in ("12m", "24m", "36m")]
        known = [number for number in wanted if np.isfinite(number)]
        assert found == pytest.approx(known, rel=1e-6, abs=1e-4)
    total = np.cumsum(value.flows.net[:, 0])
    assert book.row(sheet, "Net so far") == pytest.approx(total, rel=1e-6)


# --- what else is in it -----------------------------------------------------------------------


def test_the_sheets(written: Mapping[str, Path]) -> None:
    plan = ["Summary", "Inputs", "Time", "Workload", "Headcount", "Customers", "Money"]
    rest = ["Monte Carlo", "Manifest"]
    assert opened(written["base"]).sheetnames == [*plan, "ROI", *rest]
    assert opened(written["seed_example"]).sheetnames == [*plan, *rest]
    values = [f"ROI {what.replace(':', ' ')}" for what in WITHOUT]
    assert opened(written["roi"]).sheetnames == [*plan, *values, *rest]
    more = ["Hires", "Plan", "Frontier"]
    assert opened(written["plan"]).sheetnames == [*plan[:2], *more, *plan[2:], "ROI", *rest]
    names = [capacity.load(ROOT / "scenarios" / f"{n}.yaml").name
             for n in ("base", "automate_qbr", "hire_ahead")]  # fmt: skip
    sheets = opened(written["compare"]).sheetnames
    assert sheets[:1] == ["Comparison"]
    assert [name for name in sheets if name in names] == names
    assert sheets[-4:] == ["Changes", "Effects of changes", "Differences", "Manifest"]


def test_hires_come_with_the_futures_that_confirmed_them(written: Mapping[str, Path]) -> None:
    book = opened(written["plan"])
    about = dict(book["Manifest"].iter_rows(4, max_col=2, values_only=True))
    assert about["seed"] == about["search: confirmed_with_seed"] != about["search: seed"]
    assert int(about["trials"]) > 0
    told = {row[0]: row[2] for row in book["Plan"].iter_rows(5, values_only=True)}
    rows = [row for row in book["Monte Carlo"].iter_rows(5, values_only=True)
            if row[0] == "team_cost" and not any(row[2:6])]  # fmt: skip
    assert [row[6] for row in rows] == [pytest.approx(told["Cost of the team"])]
    lines = {row[0]: row[2:] for row in book["Frontier"].iter_rows(4, values_only=True)}
    assert lines["Figure"][0] == "nobody"
    assert len(set(lines["Figure"])) == len(lines["Figure"])
    assert lines["This plan"].count("yes") == 1
    assert [*lines["Heads"]] == sorted(lines["Heads"])


def test_the_ranges_are_those_of_the_run(written: Mapping[str, Path]) -> None:
    result = capacity.simulate(capacity.load(BASE), trials=500)
    sheet = opened(written["base"])["Monte Carlo"]
    heads = [cell.value for cell in sheet[4]]
    rows = [dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(5, values_only=True)]
    for metric, role in (("required_fte", "csm"), ("team_cost", None), ("arr", None)):
        found = {r["period"]: r for r in rows
                 if (r["metric"], r["role"], r["segment"]) == (metric, role, None)}  # fmt: skip
        for period in result.periods:
            keys = {"period": period, "role": role or ""}
            assert found[period]["mean"] == pytest.approx(result.mean(metric, **keys))
            assert found[period]["p90"] == pytest.approx(result.quantile(metric, 0.9, **keys))


def test_differences_are_those_of_the_comparison(books: dict[str, Workbook]) -> None:
    plans = [capacity.load(ROOT / "scenarios" / f"{n}.yaml") for n in ("base", "automate_qbr")]
    table = capacity.compare(plans, trials=100).table(metric="team_cost")
    whole = table[(table["period"] == "") & (table["role"] == "")]
    sheet = books["compare"].values["Differences"]
    heads = [cell.value for cell in sheet[4]]
    rows = [dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(5, values_only=True)]
    (found,) = [r for r in rows if (r["metric"], r["period"], r["role"], r["scenario"]) ==
                ("team_cost", None, None, "Automate QBR preparation")]  # fmt: skip
    assert found["mean"] == pytest.approx(whole["mean"].iloc[0])
    cost = [row for row in books["compare"].values["Comparison"].iter_rows(values_only=True)
            if row[0] == "Cost of the team"]  # fmt: skip
    expected = [capacity.simulate(plan, trials=0).mean("team_cost", period="") for plan in plans]
    assert cost[0][3:5] == pytest.approx(expected)
    assert cost[0][6] == pytest.approx(expected[1] - expected[0])


def test_names_are_text_whatever_they_begin_with(written: Mapping[str, Path]) -> None:
    for name in ("hostile", "formula_like", "crowded"):
        book = opened(written[name])
        texts = {
            cell.value: cell.data_type
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str) and cell.data_type == "s"
        }
        assert any(text.startswith(OPENS) for text in texts)
        formulas = " ".join(
            cell.value
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        )
        assert "cmd|" not in formulas
        assert "HYPERLINK(" not in formulas
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "".join(texts))
        if name == "hostile":
            assert {*TASKS} <= {*texts}
    assert {*SCRIPTS, *ATTACKS} <= {*TASKS}


def test_names_in_charts_are_text(written: Mapping[str, Path]) -> None:
    """A series that is called like a cell must not be looked up as a cell."""
    for name in ("formula_like", "hostile"):
        with zipfile.ZipFile(written[name]) as parts:
            charts = [n for n in parts.namelist() if n.startswith("xl/charts/chart")]
            texts = [parts.read(chart).decode() for chart in charts]
        assert texts
        cells = re.findall(r"<c:f>([^<]*)</c:f>", "".join(texts))
        known = ("Headcount", "Money", "Summary")
        assert not [cell for cell in cells if not cell.startswith(known)]


def test_a_name_in_any_script_is_kept(books: dict[str, Workbook]) -> None:
    texts = {row[0] for row in books["crowded"].values["Workload"].iter_rows(values_only=True)}
    assert f"{LONG[:55]} 1" in texts
    assert f"{HINDI[:55]} 2" in texts


def test_a_workbook_is_small_and_asks_nobody(written: Mapping[str, Path]) -> None:
    assert written["base"].stat().st_size < MOST_BYTES
    with zipfile.ZipFile(written["base"]) as parts:
        names = parts.namelist()
        assert len([name for name in names if name.startswith("xl/charts/chart")]) == 3
        assert not [name for name in names if "externalLink" in name or "vba" in name.lower()]
        links = [n for n in names if n.endswith(".rels")]
        assert not [n for n in links if b'TargetMode="External"' in parts.read(n)]


# --- where it cannot be written -------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["run", "roi", "compare", "plan"])
def test_a_target_that_cannot_be_is_said_before_any_work(
    run: Callable[..., Finished], tmp_path: Path, verb: str
) -> None:
    files = [BASE, SEED_EXAMPLE] if verb == "compare" else [BASE]
    done = run(verb, *files, "--quiet", "--xlsx", tmp_path / "no" / "plan.xlsx")
    assert done.code == 2
    assert done.lines == [
        f"{tmp_path}/no/plan.xlsx: there is no folder {tmp_path}/no. Make it first"
    ]
    assert not [*tmp_path.iterdir()]


# --- the arithmetic of one number -----------------------------------------------------------------


@pytest.mark.parametrize("asked", ["required_fte[csm, 2027-03]", "gross_profit[2027-03]", "clv"])
def test_a_number_follows_from_its_inputs(asked: str, tmp_path: Path) -> None:
    """All formulas as the engine has them, and the number at the top is one of them."""
    found = capacity.simulate(capacity.load(BASE), trials=0).explain(asked)
    found.to_excel(tmp_path / "why.xlsx")
    book = recalculated({"why": tmp_path / "why.xlsx"}, tmp_path)["why"]
    cells = [*book.cells()]
    assert not [cell for cell in cells if not cell.agrees]
    assert any(cell.computed == pytest.approx(found.value, rel=1e-9) for cell in cells)
    assert sum("Inputs!" in cell.formula for cell in cells) >= 3
