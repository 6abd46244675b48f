"""Random plans with amounts in other currencies, observations and correlations."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from random_plans import plans

import capacity
from capacity.scenario.correlated import inputs
from capacity.scenario.register import register

some_plans = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
OBSERVED = "hours,share\n1h30m,8%\n2h,10%\n20m,40%\n"
DAY = re.compile(r"\.\d{4}-\d\d(-\d\d)?$")
"""What the register adds to the path of a number that changes in time."""
VARYING = (".arr", ".hours", ".steps", ".time_to_hire", ".slips")
Draw = Callable[..., Any]


def paid_in_euros(plan: dict[str, Any]) -> dict[str, Any]:
    """Pay in euros, where it is one number, and a rate."""
    for role in plan["team"].values():
        if isinstance(role.get("salary"), (int, float)):
            role["salary"] = f"{role['salary']} EUR"
    return plan | {"fx": {"EUR": {"value": 1.0837, "source": "treasury"}}}


def observed(plain: capacity.Scenario, draw: Draw) -> dict[str, Any]:
    """Some hours and some churn as observed, in a file beside the plan."""
    Path(plain.marked.file).with_name("observed.csv").write_text(OBSERVED, encoding="utf-8")
    found: dict[str, Any] = {}
    for name, task in plain.plan.tasks.items():
        if task.hours is not None and draw(st.booleans()):
            hours = {"samples": "observed.csv", "column": "hours", "source": "timer"}
            found[f"tasks.{name}.hours"] = hours
    for name in plain.plan.segments:
        if draw(st.booleans()):
            found[f"segments.{name}.churn"] = {"column": "share", "samples": "observed.csv"}
    return found


def tied(plain: capacity.Scenario, draw: Draw) -> list[dict[str, Any]]:
    """A chain of uncertain inputs, so weak that it can always hold."""
    by_luck = {
        found.drawn_as: path
        for path, found in inputs(plain.plan).items()
        if found.estimate.uncertain and not any(key in path for key in VARYING)
    }
    paths = draw(st.permutations(sorted(by_luck.values())))[:6]
    assume(len(paths) > 1)
    rho = st.floats(-0.4, 0.4).map(lambda value: round(value, 3))
    return [
        {"between": [one, other], "rho": draw(rho), "note": "a pair"}
        for one, other in pairwise(paths)
    ]


@some_plans
@given(plan=plans(), data=st.data())
def test_what_is_written_comes_back(scenario, plan, data) -> None:
    plain = scenario(paid_in_euros(plan))
    plain = plain.with_(observed(plain, data.draw))
    first = plain.with_({"correlate": tied(plain, data.draw)})
    file = Path(first.marked.file).with_name("again.yaml")
    file.write_text(first.to_yaml(), encoding="utf-8")
    second = capacity.load(file)
    assert second.plan == first.plan
    assert second.to_yaml() == first.to_yaml()
    assert first.diff(second) == []


@some_plans
@given(plan=plans(), data=st.data())
def test_pairs_are_drawn_and_nothing_else_moves(scenario, plan, data) -> None:
    """Means without luck know nothing of pairs; inputs of the register can all be named."""
    plain = scenario(paid_in_euros(plan))
    known = inputs(plain.plan)
    ranges = {a.path for a in register(plain.plan, plain.marked) if a.value.startswith("{")}
    assert {DAY.sub("", path) for path in ranges} <= set(known)
    together = plain.with_({"correlate": tied(plain, data.draw)})
    a, b = (capacity.simulate(s, trials=0) for s in (plain, together))
    np.testing.assert_array_equal(a.array("arr"), b.array("arr"))
    futures = capacity.simulate(together, trials=100).array("accounts")
    assert np.isfinite(futures).all()
    assert (futures >= 0).all()
