"""The engine against the plain simulation where a role is split by region."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from generate import generate
from plain_numbers import Number
from plain_pools import MARK, joined, split
from plain_scenario import coverage_derived, mean_due_hours, read_plan
from plain_simulation import Key, Trial
from test_agreement import EFFORT, ENGINE_TRIALS, SHOWN, Columns, compare, write

import capacity

NUMBERS = (1, 7, 13, 19, 25, 31)
"""Scenarios with a file of accounts."""
TRIALS = round(150 * EFFORT)
PAY = {"AMER": 90_000, "EMEA": 60_000}
HOLIDAYS = {"AMER": "US", "EMEA": "DE"}


def region(place: int) -> str:
    """Every third account is of EMEA."""
    return "EMEA" if place % 3 == 0 else "AMER"


def prepare(number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A generated scenario without what only a pool of its own would make sense of."""
    scenario, rows = generate(number)
    assert rows is not None
    scenario, rows = copy.deepcopy(scenario), copy.deepcopy(rows)
    scenario["team"].pop("manager", None)
    for segment in scenario["segments"].values():
        new = segment.get("new_accounts")
        if new:
            segment["new_accounts"] = {"per_year": 12, "arr": new.get("arr", 9000)}
    for task in scenario["tasks"].values():
        if "fixed" in task:
            task["role"] = "trainer"
        if task.get("on") == "departure":
            task.pop("backlog", None)
            task.pop("uncertainty", None)
        for step in task.get("steps", {}).values():
            if isinstance(step, dict) and step.get("role") == "manager":
                step["role"] = "trainer"
    csm = scenario["team"]["csm"]
    csm.pop("slips", None)
    csm |= {"headcount": len(csm.pop("people", [])) or csm["headcount"], "salary": 1}
    csm.pop("hires", None)
    return scenario, rows


def seats(scenario: dict[str, Any]) -> dict[str, int]:
    """A third of the seats for a third of the accounts, rounded down: EMEA is short."""
    whole = scenario["team"]["csm"]["headcount"]
    return {"AMER": whole - whole // 3, "EMEA": whole // 3}


def simulate_plainly(
    scenario: dict[str, Any], rows: list[dict[str, Any]], seed: int
) -> dict[Key, np.ndarray]:
    """Every metric of every trial of the split team."""
    plan = read_plan(scenario, rows)
    there = [i for i, row in enumerate(rows) if read_plan(scenario, [row]).accounts]
    regions = {k: region(i) for k, i in enumerate(there)}
    pools = {
        r: {"headcount": n, "salary": Number(PAY[r]), "holidays": HOLIDAYS[r]}
        for r, n in seats(scenario).items()
    }
    plan.inputs += [pool["salary"] for pool in pools.values()]
    plan = split(plan, regions, "csm", pools)
    plan.inputs += [s.new.per_year for s in plan.segments.values() if s.new and s.new.per_year]
    due = mean_due_hours(plan)
    derived = coverage_derived(plan, due)
    found: dict[Key, np.ndarray] = {}
    for k in range(TRIALS):
        trial = Trial(plan, due, derived, np.random.default_rng([seed, k]))
        for key, value in trial.run().items():
            found.setdefault(key, np.full(TRIALS, np.nan))[k] = value
    return joined(found)


def engine(path: Path, seed: int) -> Columns:
    """The rows of the engine's table; of pools, the role is marked as in the plain simulation."""
    result = capacity.simulate(capacity.load(path), trials=ENGINE_TRIALS, seed=seed)
    found = {}
    for row in result.table().to_dict("records"):
        role = f"{row['role']}{MARK}{row['pool']}" if row["pool"] else row["role"]
        found[row["metric"], row["period"], row["segment"], role, row["task"]] = row
    return found


@pytest.mark.parametrize("number", NUMBERS)
def test_engine_and_plain_simulation_agree_on_pools(number: int, tmp_path: Path) -> None:
    scenario, rows = prepare(number)
    written = copy.deepcopy(scenario)
    written["team"]["csm"] |= {
        "split": "region", "headcount": seats(scenario), "salary": PAY, "holidays": HOLIDAYS,
    }  # fmt: skip
    path = write(written, [{**row, "region": region(i)} for i, row in enumerate(rows)], tmp_path)
    plain = simulate_plainly(scenario, rows, 1)
    assert any(MARK in key[3] for key in plain)
    first = list(compare(plain, engine(path, seed=1)))
    if not first:
        return
    fresh = compare(simulate_plainly(scenario, rows, 2), engine(path, seed=2))
    again = {(finding.key, finding.statistic, finding.side): finding.text for finding in fresh}
    same = [(f.key, f.statistic, f.side) for f in first]
    off = [again[key] for key in same if key in again]
    assert not off, f"scenario {number}: {len(off)} differ\n" + "\n".join(off[:SHOWN])
