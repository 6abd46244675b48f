"""The engine against the plain simulation where tasks are restricted by a `where`."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from generate import generate
from plain_scenario import read_plan
from plain_simulation import simulate_plainly
from test_agreement import EFFORT, SHOWN, compare, engine, write

NUMBERS = (1, 7, 8, 13, 14, 19, 25, 39)
"""Scenarios with a file of accounts, which have regions, and without; by months and by weeks."""
TRIALS = round(150 * EFFORT)
OF_ARR = {
    "qbr": "arr >= 20_000",
    "onboarding": "5_000 < arr < 60_000 or segment == 'enterprise'",
    "renewal": "not arr < 9_000",
    "escalation": "arr >= 15_000 and term >= 1",
    "webinars": "arr <= 30_000",
    "hand_over": "arr >= 12_000",
}
OF_REGION = {
    "qbr": "region == 'EMEA' or arr >= 40_000",
    "check_in": "region in ['EMEA', 'APAC'] and arr < 50_000",
    "escalation": "region != 'EMEA'",
    "webinars": "region == 'AMER'",
}


def prepare(number: int) -> tuple[dict[str, Any], list[dict[str, Any]] | None]:
    """A generated scenario, most of whose tasks are for some accounts."""
    scenario, rows = copy.deepcopy(generate(number))
    places = ("EMEA", "AMER", "AMER", "APAC")
    if rows is not None:
        rows = [row | {"region": places[i % len(places)]} for i, row in enumerate(rows)]
    for name, where in (OF_ARR | (OF_REGION if rows is not None else {})).items():
        if name in scenario["tasks"]:
            scenario["tasks"][name] |= {"where": where}
            # all of it waits in many futures alike, to more digits than a sum over draws has
            scenario["tasks"][name].pop("backlog", None)
    return scenario, rows


@pytest.mark.parametrize("number", NUMBERS)
def test_engine_and_plain_simulation_agree_on_restricted_tasks(number: int, tmp_path: Path) -> None:
    scenario, rows = prepare(number)
    plan = read_plan(scenario, rows)
    sorts = {(account.segment, account.without) for account in plan.accounts}
    assert len(sorts) > len(plan.segments), "nobody is told apart"
    path = write(scenario, rows, tmp_path)
    plain = simulate_plainly(scenario, rows, TRIALS, seed=1)
    first = list(compare(plain, engine(path, seed=1)))
    if not first:
        return
    fresh = compare(simulate_plainly(scenario, rows, TRIALS, seed=2), engine(path, seed=2))
    again = {(finding.key, finding.statistic, finding.side): finding.text for finding in fresh}
    same = [(f.key, f.statistic, f.side) for f in first]
    off = [again[key] for key in same if key in again]
    assert not off, f"scenario {number}: {len(off)} differ\n" + "\n".join(off[:SHOWN])
