"""The verb `roi` on real files: what it prints and writes, and how it refuses."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pandas as pd
import pytest
from leavings import ROOT

import capacity
from capacity.report.words import money

PLAN = """\
name: A plan
horizon: {start: 2027-01, months: 12}
segments:
  smb: {accounts: 40, arr: 12_000, churn: 10%, addressable: 60%}
tasks:
  qbr: {role: csm, every: quarter, hours: 1h, weight: 1}
value: {if_stopped: {churn: 1.3, source: own judgement}}
team:
  csm: {headcount: 1, salary: 20_000}
finance: {gross_margin: 80%, discount_rate: 10%}
"""
PROMISED = [
    "roi",
    "npv",
    "irr",
    "payback_period",
    "incremental_gross_profit",
    "incremental_cost",
    "accounts_saved",
    "arr_saved",
    "run_off",
    "break_even_hazard_ratio",
    "p_positive",
]


@pytest.fixture
def plan(tmp_path):
    def write(old="", new="", *, more=""):
        file = tmp_path / "plan.yaml"
        assert old in PLAN
        file.write_text(PLAN.replace(old, new) + more if old else PLAN + more, encoding="utf-8")
        return file

    return write


def test_the_base_plan_says_break_even_first(run):
    done = run("roi", ROOT / "scenarios" / "base.yaml", "--trials", 200)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].startswith("FY27 base plan · what if not? · from 2027-02 · 200 futures")
    assert "pays if stopping the work multiplies addressable churn by" in lines[2]
    assert "12 months alone say little" in done.out
    assert "ROI" not in done.out.split("Break-even and return")[0]


def test_several_side_by_side_in_one_table(run, plan, tmp_path):
    out, table = tmp_path / "worth.json", tmp_path / "worth.csv"
    chosen = ("cs", "task:qbr", "60%", "segment:smb", "role:csm")
    options = [word for name in chosen for word in ("--without", name)]
    done = run("roi", plan(), *options, "--trials", 300, "--json", out, "--csv", table)
    assert done.code == 0, done.err
    found = json.loads(out.read_text())
    assert found["manifest"]["without"] == list(chosen)
    assert found["manifest"]["trials"] == 300
    rows = pd.DataFrame(found["metrics"])
    assert set(rows.without) == set(chosen)
    for metric in PROMISED:
        periods = set(rows[(rows.metric == metric) & (rows.without == "cs")].period)
        assert {"", "12m", "24m", "36m"} <= periods, metric
    months = rows[(rows.metric == "arr_saved") & (rows.period == "2029-12")]
    assert len(months) == len(chosen)
    assert (rows[rows["mean"].notna()].unit != "").all()
    csv = pd.read_csv(table)
    assert len(csv) == len(rows)
    assert csv.columns.tolist() == list(rows.columns)


def test_from_a_month_on(run, plan, tmp_path):
    out = tmp_path / "worth.json"
    done = run("roi", plan(), "--from", "2027-07", "--months", 60, "--trials", 0, "--json", out)
    assert done.code == 0, done.err
    rows = pd.DataFrame(json.loads(out.read_text())["metrics"])
    assert "60m" in set(rows[rows.metric == "npv"].period)
    saved = rows[rows.metric == "accounts_saved"].set_index("period")["mean"]
    assert saved["2027-06"] == 0
    assert saved["2027-12"] > 0
    assert "over 60 months" in done.out


def test_a_plan_in_weeks(run, plan):
    weekly = plan("{start: 2027-01, months: 12}", "{start: 2027-01-04, step: week, weeks: 52}")
    done = run("roi", weekly, "--trials", 0)
    assert done.code == 0, done.err
    assert "over 36 months" in done.out


TWO_SEGMENTS = {
    "  smb: {": "  big: {accounts: 4, arr: 90_000, churn: 8%, addressable: 60%}\n  smb: {",
    "  qbr: {": "  fair: {role: csm, segments: [big], fixed: 40 hours per month, priority: 1}\n"
    "  call: {role: csm, every: month, hours: 3h, weight: 1}\n  qbr: {",
}


def cells(out, title, row):
    """The words of a line of a table, but for its first."""
    _, table = re.split(r"\s+".join(map(re.escape, title.split())), out)
    lines = table.split("\n\n")[0].splitlines()
    (found,) = [line.split()[1:] for line in lines if line.startswith(f"{row} ")]
    return found


def test_the_value_of_tasks_when_asked(run, plan, tmp_path):
    """Shares by task, and by task and segment, are the same figures cut in two ways."""
    file, out = plan(), tmp_path / "worth.json"
    for old, new in TWO_SEGMENTS.items():
        file.write_text(file.read_text().replace(old, new))
    done = run("roi", file, "--trials", 200, "--tasks", "--json", out)
    assert done.code == 0, done.err
    rows = [row for row in json.loads(out.read_text())["metrics"] if row["metric"] == "task_value"]
    found = {(row["task"], row["segment"]): row["mean"] for row in rows}
    for task in ("qbr", "call", "fair"):
        whole = found[task, ""]
        assert found[task, "big"] + found[task, "smb"] == pytest.approx(whole)
        said = cells(done.out, "Value of each task by segment, $", task)
        assert said == [money(found[task, name]) for name in ("big", "smb", "")]
        assert cells(done.out, "Value of each task, $: cut these first", task)[0] == money(whole)
    assert found["fair", "smb"] < 0  # not its work, and it takes the hours
    assert "takes hours from work that is worth more" in done.out
    assert "in the first 200 futures." in " ".join(done.out.split())
    assert "cut these first" not in run("roi", file, "--trials", 200).out


def test_the_value_of_many_tasks_says_what_sampling_costs(run, plan):
    """Eleven tasks alike are worth the same: the error of the orders covers what differs."""
    tasks = "".join(
        f"  t{k}: {{role: csm, every: month, hours: 20m, weight: 1}}\n" for k in range(11)
    )
    file = plan("  qbr: {role: csm, every: quarter, hours: 1h, weight: 1}\n", tasks)
    file.write_text(file.read_text().replace("months: 12", "months: 2"))
    worth = capacity.roi(capacity.load(file), trials=0, tasks=True)
    assert not worth.tasks.exact
    share, error = worth.tasks.share, worth.tasks.error
    assert share.sum() == pytest.approx(worth.tasks.total)
    assert (error > 0).all()
    off = (share - worth.tasks.total / len(share)) / error
    assert 0.3 < math.sqrt((off**2).mean()) < 2
    said = str(worth)
    assert "Of so many tasks some orders stand for all; ± holds what that costs, too." in said
    assert cells(said, "Value of each task, $: cut these first", "t3")[1] == money(error[3])


def test_quiet_prints_nothing(run, plan):
    done = run("roi", plan(), "--trials", 0, "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_all_that_is_missing_is_named_at_once(run, plan):
    text = "finance: {gross_margin: 80%, discount_rate: 10%}"
    file = plan(text, "finance: {absorbed: {qbr: 50%}}")
    done = run("roi", file)
    assert (done.code, done.out) == (2, "")
    for path in ("gross_margin", "discount_rate", "absorbed_cost"):
        assert f"{file}:10:1: finance.{path}: is not there" in done.err
    assert done.err.endswith(f"3 mistakes in {file}\n")


def test_addressable_is_asked_for_even_without_an_effect(run, plan):
    file = plan("churn: 10%, addressable: 60%", "churn: 10%")
    effect = "value: {if_stopped: {churn: 1.3, source: own judgement}}\n"
    file.write_text(file.read_text().replace(effect, ""))
    done = run("roi", file)
    assert done.code == 2
    assert f"{file}:4:3: segments.smb.addressable: is not there: the share of churn" in done.err


def test_silence_on_the_effect_is_no_obstacle(run, plan):
    file = plan("value: {if_stopped: {churn: 1.3, source: own judgement}}\n", "")
    done = run("roi", file, "--trials", 0)
    assert done.code == 0, done.err
    assert "What it saves is not known" in " ".join(done.out.split())
    assert "if_stopped" in done.out


def test_a_plan_without_revenue(run, plan):
    done = run("roi", plan(", arr: 12_000", ""))
    assert done.code == 2
    assert "segments: have no revenue, and value hangs on it" in done.err


def test_twelve_months_alone_are_never_the_headline(run, plan):
    asked, usual = (run("roi", plan(), "--trials", 0, *more) for more in (("--months", 12), ()))
    assert (asked.code, usual.code) == (0, 0)
    assert "over 36 months" in asked.out
    figures, note = asked.out.split("Asked for 12 months")
    assert usual.out.startswith(figures)
    assert note.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--without", "task:qbrs"], "--without task:qbrs: no such task. Did you mean `qbr`?"),
        (["--without", "everything"], "--without everything: not known. Write cs, role:NAME"),
        (["--without", "20%"], "--without 20%: that is no seat of any role of cs."),
        (["--from", "2031-01"], "--from 2031-01: lies outside of the plan, 2027-01 to 2029-12"),
        (["--from", "summer"], "--from summer: is not a month. Write it as 2027-01"),
        (["--months", "0"], "--months 0: is below 1. Write a whole number of 1 or more"),
        (["--months", "121"], "--months 121: write 1 to 120"),
    ],
)
def test_questions_without_an_answer(run, plan, tmp_path, options, words):
    out = tmp_path / "worth.json"
    done = run("roi", plan(), *options, "--trials", 100, "--json", out)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(words)
    assert done.err.count("\n") == 1
    assert not out.exists()


def test_doubts_about_the_effect_are_said(run, plan):
    done = run("roi", plan("churn: 1.3, source: own judgement", "churn: 1.3"), "--trials", 0)
    assert done.code == 0
    assert "value.if_stopped.churn: has no source" in done.err


def test_what_only_the_longer_plan_reaches_is_no_doubt(run, plan):
    """The value is counted over 36 months, so what is said of month 20 does something."""
    role = "{headcount: 1, salary: 20_000}"
    later = "{headcount: 1, hires: {HIRED: 1}, salary: {2027-01: 20_000, VALUE: 90_000}}"
    event = "events: {slump: {start: 2028-06, months: 3, probability: 50%, churn: 1.4}}\n"
    within = later.replace("HIRED", "2028-05").replace("VALUE", "2028-05")
    beyond = later.replace("HIRED", "2031-01").replace("VALUE", "2031-02")
    short = run("run", plan(role, within, more=event), "--trials", 0)
    assert "this hire does nothing" in short.err
    assert "this value never applies" in short.err
    assert "this event does nothing" in short.err
    done = run("roi", plan(role, within, more=event), "--trials", 0)
    assert (done.code, done.err) == (0, "")
    done = run("roi", plan(role, beyond), "--trials", 0)
    assert done.code == 0
    assert "team.csm.hires.2031-01: 2031-01 lies outside of the horizon" in done.err
    assert "team.csm.salary.2031-02: no period begins on this day" in done.err
    assert done.err.count("\n") == 2
    longer = run("roi", plan(role, beyond), "--trials", 0, "--months", 60)
    assert (longer.code, longer.err) == (0, "")


def test_harm_is_told_without_a_minus(run, plan):
    """Who stops harm loses nothing, and pays nothing for it: there is no break-even to name."""
    done = run("roi", plan("churn: 1.3", "churn: 0.5"), "--without", "task:qbr", "--trials", 300)
    assert done.code == 0
    sentences = done.out.split("Break-even and return")[0]
    assert " fewer and " in sentences
    assert " less at the end of 36 months than without, at no cost of its own." in sentences
    assert "-" not in sentences.replace("2027-01", "")
    rows = [line.split() for line in done.out.splitlines() if line.startswith("task:qbr")]
    assert [row[3] for row in rows[:3]] == ["–"] * 3  # break-even
    assert [row[-1] for row in rows[3:]] == ["–"] * 3  # paid back


def test_nothing_is_said_of_what_is_nothing(run, plan, tmp_path):
    """A task without an effect loses nothing; one future is a future; no revenue has no share."""
    idle = plan("churn: 1.3", "churn: 1.0")
    out = " ".join(run("roi", idle, "--without", "task:qbr", "--trials", 0).out.split())
    assert "no cost is saved, and no gross profit is lost over 36 months." in out
    assert "· 1 future\n" in run("roi", idle, "--trials", 1).out
    empty = tmp_path / "empty.yaml"
    empty.write_text(
        "name: empty\nhorizon: {start: 2027-01, months: 3}\n"
        "segments: {smb: {accounts: 0, arr: 1_000, churn: 10%, addressable: 50%}}\n"
        "tasks: {call: {role: csm, every: month, hours: 1h}}\n"
        "team: {csm: {headcount: 1, salary: 60_000}}\n"
        "finance: {gross_margin: 80%, discount_rate: 10%}\n",
        encoding="utf-8",
    )
    out = " ".join(run("roi", empty, "--trials", 0).out.split())
    assert "cs: costs $180k over 36 months. What it saves is not known" in out


def test_the_report_says_what_the_scenario_says_and_what_it_costs(run, plan):
    done = run("roi", plan(), "--trials", 300, "--from", "2027-04")
    out = " ".join(done.out.split())
    assert "The scenario itself says 1.30" in out
    assert "of revenue. Break-even and return" in out
    assert "All horizons begin with 2027-01, the start of the plan." in out
    assert "All horizons begin" not in run("roi", plan(), "--trials", 0).out


def test_what_the_work_saves_is_empty_where_nothing_says_it(run, plan):
    """Zero would say that the work is known to do nothing; the cost is known all the same."""
    file = plan("value: {if_stopped: {churn: 1.3, source: own judgement}}\n", "")
    worth = capacity.roi(capacity.load(file), trials=200, tasks=True)
    for metric in ("roi", "npv", "irr", "payback_period", "arr_saved", "grr_without"):
        period = "36m" if metric.startswith("grr") else ""
        assert math.isnan(worth.mean(metric, period)), metric
        assert np.isnan(worth.array(metric, period)).all()
    assert math.isnan(worth.odds("npv"))
    assert np.isnan(worth.tasks.share).all()
    assert math.isnan(worth.tasks.total)
    assert worth.mean("incremental_cost") > 0
    assert worth.headline.hazard_ratio > 1


def test_fewer_months_than_the_headline_has_are_told_once(run, plan, tmp_path):
    page = tmp_path / "page.md"
    done = run("roi", plan(), "--months", 24, "--trials", 0, "--md", page)
    note = "Asked for 24 months: the headline is over 36. 24 have a line of their own."
    assert (done.out.count(note), done.err) == (1, "")
    assert page.read_text(encoding="utf-8").count(note) == 1
    other = run("roi", plan(), "--months", 30, "--trials", 0).out
    assert "Asked for 30 months: the headline is over 36. 30 have no line," in other
    assert "Asked for" not in run("roi", plan(), "--months", 60, "--trials", 0).out


def test_people_without_pay_are_not_said_to_be_paid(run, plan):
    file = plan("", "")
    done = run("roi", file, "--trials", 0, "--set", "team.csm.salary=0")
    assert "gives its people no pay" in " ".join(done.out.split())
    assert "Write `salary`" in done.out


def test_a_team_of_nobody_is_not_told_to_write_its_pay(run, plan):
    done = run("roi", plan("", ""), "--trials", 0, "--set", "team.csm.headcount=0")
    said = " ".join(done.out.split())
    assert "this plan has no people there, so without it no cost is saved" in said
    assert "salary" not in said
