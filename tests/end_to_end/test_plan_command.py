"""What a planner types for a hiring plan, and what it leaves behind."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from leavings import ROOT, Finished, contents

import capacity

PLAN = """\
name: Rising work
currency: EUR
horizon: {start: 2027-02, months: 4}
segments: {smb: {accounts: 40, arr: 20_000, churn: 10%, new_accounts: {per_year: 60, arr: 20_000}}}
tasks:
  check: {role: csm, every: month, hours: {p10: 2h, p50: 4h, p90: 8h}, priority: 1}
  onboarding: {role: trainer, on: start, hours: 30h, priority: 2}
team:
  csm: {headcount: 1, salary: 60_000, hiring_cost: 5_000, hires: {2027-03: 1}}
  trainer: {headcount: 1, salary: 48_000}
  manager: {per: {csm: 3}, salary: 90_000}
finance: {gross_margin: 80%, discount_rate: 10%}
"""
FAST = ("--trials", 500)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "base.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def test_the_file_that_is_written_is_the_plan(
    run: Callable[..., Finished], base: Path, tmp_path: Path
) -> None:
    target, as_json, as_csv = (tmp_path / name for name in ("hired.yaml", "a.json", "a.csv"))
    done = run("plan", base, *FAST, "--coverage", "90%", "--confidence", "80%", "--by", "2027-03",
               "--write", target, "--json", as_json, "--csv", as_csv)  # fmt: skip
    assert (done.code, done.err) == (0, "")
    assert "• Hire " in done.out
    assert "(requisition" in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    data = json.loads(as_json.read_text(encoding="utf-8"))
    assert data["plan"]["holds"] is True
    assert data["plan"]["by"] == "2027-03"
    hires = data["plan"]["hires"]
    assert {"role", "pool", "month", "count", "open_by"} == set(hires[0])

    plan = capacity.load(target)
    months = list(dict.fromkeys(hire["month"] for hire in hires))
    assert [change.name.split(" in ")[1] for change in plan.changes] == months
    seats = {"csm": [1, 2, 2, 2], "trainer": [1, 1, 1, 1]}
    for hire in hires:
        first = ("2027-02", "2027-03", "2027-04", "2027-05").index(hire["month"])
        for t in range(first, 4):
            seats[hire["role"]][t] += hire["count"]
    assert {name: data["plan"]["seats"][name] for name in seats} == seats
    result = capacity.simulate(plan, 500, data["manifest"]["confirmed_with_seed"])
    cost = float(result.mean("team_cost", period=""))
    assert cost == pytest.approx(data["plan"]["team_cost"], rel=1e-12)

    costs = [row for row in data["metrics"] if row["metric"] == "team_cost"]
    of_all = [row["mean"] for row in costs if not (row["period"] or row["role"])]
    assert of_all == [pytest.approx(cost, rel=1e-12)]

    rows = list(csv.DictReader(as_csv.read_text(encoding="utf-8").splitlines()))
    assert [float(row["npv"]) for row in rows] == [row["npv"] for row in data["frontier"]]
    assert sum(row["is_plan"] == "True" for row in rows) == 1

    said = run("diff", base, target).out.splitlines()
    settings = [line.split(":")[0] for line in said if line.startswith("team.")]
    assert sorted(settings) == sorted(f"team.{h['role']}.hires.{h['month']}" for h in hires)
    can_move = ("--set", "segments.smb.addressable=60%")
    for verb in (("run", target), ("roi", target, *can_move), ("compare", base, target)):
        done = run(*verb, "--trials", 100)
        assert done.code == 0, done.err
    again = run(
        "plan", target, *FAST, "--coverage", "90%", "--confidence", "70%", "--by", "2027-03"
    )
    assert again.code == 0
    assert "• Hire nobody beyond those that are planned already." in again.out


def test_what_was_set_is_written_along(
    run: Callable[..., Finished], base: Path, tmp_path: Path
) -> None:
    target = tmp_path / "hired.yaml"
    more = ["tasks.check.hours.p90=10h", "tasks.check.priority={smb: 2}"]
    more += ["team.csm.hires={2027-04-01: 1}", "tasks.onboarding.on=renewal"]
    more = [part for setting in more for part in ("--set", setting)]
    done = run("plan", base, *FAST, *more, "--write", target, "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")
    settings = {
        "tasks.check.hours.p90": "10h", "tasks.check.priority": {"smb": 2},
        "team.csm.hires": {"2027-04-01": 1}, "tasks.onboarding.on": "renewal",
    }  # fmt: skip
    wanted = capacity.plan(capacity.load(base, settings), trials=500)
    written = capacity.load(target)
    assert written.changes[0].name == "what was set from outside"
    assert written.with_({"name": "x"}).diff(wanted.scenario.with_({"name": "x"})) == []


def test_pools_get_their_hires_beside_those_of_all(
    run: Callable[..., Finished], tmp_path: Path
) -> None:
    base, target = tmp_path / "base.yaml", tmp_path / "hired.yaml"
    text = PLAN.replace(
        "headcount: 1, salary: 60_000", "split: segment, headcount: {default: 1}, salary: 60_000"
    )
    text = text.replace("hires: {2027-03: 1}", "hires: {default: {2027-05: 1}}")
    text = text.replace(
        "segments: {smb:", "segments: {large: {accounts: 5, arr: 9_000, churn: 5%}, smb:"
    )
    base.write_text(text, encoding="utf-8")
    assert run("plan", base, *FAST, "--write", target, "--quiet").code == 0
    found, written = capacity.plan(capacity.load(base), trials=500), capacity.load(target)
    assert any(start.pool == "smb" for start in found.starts)
    assert [dict(p.hires) for p in written.pools] == [dict(p.hires) for p in found.scenario.pools]
    may = written.plan.horizon.periods.months[3]
    assert all(pool.hires[may] >= 1 for pool in written.pools if pool.name == "csm")


def test_many_pools_stay_readable(run: Callable[..., Finished]) -> None:
    sets = ("team.csm.split=owner", "team.csm.headcount={default: 1}", "finance.gross_margin=80%")
    split = [part for setting in sets for part in ("--set", setting)]
    asked = ("--trials", 200, "--confidence", "50%", "--coverage", "60%")
    done = run("plan", ROOT / "scenarios" / "ten_books.yaml", *split, *asked)
    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= 80
    table = done.out.split("\nSeats\n")[1].split("\n\n")[0].splitlines()
    assert table[0].split() == ["pool", "2027-02", "2028-01"]
    assert len(table) == 11
    text = " ".join(done.out.split())
    days = re.findall(r"in (\w+ 2027) \(requisitions? open by", text)
    assert len(days) == len(set(days))
    assert text.count("ne more csm (") == 3


def test_what_somebody_wrote_is_not_written_over(
    run: Callable[..., Finished], base: Path, tmp_path: Path
) -> None:
    target = tmp_path / "hired.yaml"
    write = ("plan", base, "--trials", 200, "--quiet", "--write", target)
    assert run(*write, "--confidence", "70%").code == 0
    first = target.read_text(encoding="utf-8")
    assert run(*write).code == 0
    ours = target.read_text(encoding="utf-8")
    assert ours != first
    refused = (
        f"{target}: is there already, and somebody wrote or edited it. Name another file, or give "
        "--force to write over it"
    )
    for text in (ours.replace("value: ", "value: 1"), "name: by hand\n"):
        target.write_text(text, encoding="utf-8")
        done = run(*write)
        assert (done.code, done.out, done.lines) == (2, "", [refused])
        assert target.read_text(encoding="utf-8") == text
    assert run(*write, "--force").code == 0
    assert target.read_text(encoding="utf-8") == ours


def test_no_plan(run: Callable[..., Finished], base: Path, tmp_path: Path) -> None:
    target, before = tmp_path / "hired.yaml", contents(tmp_path)
    done = run("plan", base, *FAST, "--by", "2027-02", "--budget", "100k", "--write", target)
    assert done.code == 1
    assert "What binds: budget." in done.out.replace("\n", " ")
    assert "a budget of €" in done.out
    assert done.lines == [
        "no plan was found that holds",
        f"{target}: not written, since no plan holds",
    ]
    assert contents(tmp_path) == before


def test_mistakes_are_named_before_any_work(
    run: Callable[..., Finished], base: Path, tmp_path: Path
) -> None:
    (tmp_path / "inner").mkdir()
    before = contents(tmp_path)
    inner = tmp_path / "inner" / "a.yaml"
    outside = f"{inner}: could not extend {base}, which lies outside of its folder. "
    outside += f"Write it to {tmp_path}, or give --allow-outside"
    for arguments, words in (
        (("--by", "2030-01"), [
            "by 2030-01: is not within the plan, 2027-02 to 2027-05. Name a month of it"]),
        (("--freeze", "2027-02,May"), ["freeze 'May' is not a month. Write it as 2027-02"]),
        (("--confidence", "100%"), [
            "confidence 100%: has to lie between 0% and 100%; no plan is certain. Write 90%"]),
        (("--coverage", "2", "--budget", "x"), [
            "coverage 2: is no part of the work. Write a share up to 100%",
            "budget 'x' is not an amount of money. Write 95_000, 95k or 1.2M"]),
        (("--write", base), [f"{base}: is an input of this run. Name another file"]),
        (("--write", inner), [outside]),
        (("--json", tmp_path / "no" / "a.json"), [
            f"{tmp_path / 'no' / 'a.json'}: there is no folder {tmp_path / 'no'}. Make it first"]),
    ):  # fmt: skip
        done = run("plan", base, *arguments)
        assert (done.code, done.out, done.lines) == (2, "", words)
    assert contents(tmp_path) == before


def test_a_variant_from_outside_of_the_folder(
    run: Callable[..., Finished], base: Path, tmp_path: Path
) -> None:
    (tmp_path / "inner").mkdir()
    target = tmp_path / "inner" / "hired.yaml"
    done = run("plan", base, *FAST, "--quiet", "--allow-outside", "--write", target)
    assert done.code == 0
    assert target.read_text(encoding="utf-8").splitlines()[1] == "extends: ../base.yaml"
    assert run("check", target).code == 2
    assert run("check", target, "--allow-outside").code == 0


def test_names_and_sources_survive(run: Callable[..., Finished], tmp_path: Path) -> None:
    base, target = tmp_path / "plan.yaml", tmp_path / "neu.yaml"
    text = PLAN.replace("name: Rising work", "name: '計画: next # year'").replace(
        "csm", "'کارشناس 1'"
    )
    base.write_text(text, encoding="utf-8")
    assert run("plan", base, *FAST, "--quiet", "--write", target).code == 0
    plan = capacity.load(target)
    assert plan.name == "計画: next # year, with the hires that it takes"
    months = [change.name[-7:] for change in plan.changes]
    sources = {a.path[-7:]: a.source for a in capacity.simulate(plan, 0).assumptions
               if "hires." in a.path}  # fmt: skip
    assert {sources[month] for month in months} == {"capacity plan: 90% confidence from 2027-02 on"}
