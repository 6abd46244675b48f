"""What is drawn once for several worlds is what each would have drawn for itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import capacity
from capacity import rng
from capacity.engine.batch import Shared, run_batch
from capacity.engine.drawn import Drawn, Redrawn
from capacity.engine.layout import build_layout
from capacity.engine.removal import Removal, read_removal
from capacity.rng import KeptLuck, Luck, keys
from capacity.valuing.tasks import task_values
from capacity.valuing.worlds import Futures

PLAN = """
name: two pools and overload
horizon: {start: 2027-01, months: 18}
segments:
  large: {accounts: 12, arr: 60_000, churn: 10%, addressable: 60%, new_accounts: {per_year: 6}}
  small:
    accounts: 60
    arr: {p10: 3_000, p50: 6_000, p90: 15_000}
    churn: {low: 15%, likely: 20%, high: 30%}
    addressable: 50%
    new_accounts: {per_year: 12, arr: {p10: 3_000, p50: 6_000, p90: 12_000}}
tasks:
  care: {role: csm, every: month, hours: {low: 1h, likely: 2h, high: 4h}, weight: 2}
  call: {role: ops, rate: 2 per year, hours: {p10: 1h, p50: 2h, p90: 6h}, share: 80%, weight: 1}
value: {if_stopped: {churn: {low: 1, likely: 1.3, high: 2}, expansion: 0.8}}
team:
  csm: {headcount: 2, salary: 90_000, attrition: 30%, overloaded_attrition: 1.8, severance: 9_000}
  ops: {headcount: 1, salary: 60_000, attrition: 20%, hires: {2027-06: 1}}
  boss: {per: {csm: 2}, salary: 150_000}
finance: {gross_margin: 80%, discount_rate: 10%}
market: {churn_volatility: 20%}
"""
WORLDS = ("cs", "role:ops", "task:care", "segment:small", "50%")


@pytest.fixture(scope="module")
def layout(scenario):
    return build_layout(scenario(PLAN))


def removals(layout):
    return [None, *(read_removal(layout.plan, text, 3) for text in WORLDS)]


@pytest.mark.parametrize("room", [0, 100_000, 300_000_000])
def test_every_world_is_as_if_it_were_alone(layout, monkeypatch, room):
    """Whatever room there is for what is kept, to the bit."""
    monkeypatch.setattr(rng, "_ROOM", room)
    kept, shared = Redrawn(KeptLuck(3, range(2))), Shared()
    for _ in range(2):
        for removal in removals(layout):
            alone = run_batch(layout, Drawn(Luck(3, range(2))), removal)
            found = run_batch(layout, kept, removal, 1.0, shared)
            assert alone.keys() == found.keys()
            for name, values in alone.items():
                assert np.array_equal(values, found[name], equal_nan=True), (removal, name)


def test_people_who_leave_of_overload_are_found_in_each_world(layout):
    """Otherwise those of the first world would leave in all of them."""
    shared, chance = Shared(), Redrawn(KeptLuck(3, range(2)))
    full = run_batch(layout, chance, None, 1.0, shared)
    idle = run_batch(layout, chance, Removal(tasks=frozenset({"care"})), 1.0, shared)
    assert (full["headcount"][-1, 0] != idle["headcount"][-1, 0]).any()
    assert np.array_equal(full["headcount"][:, 1], idle["headcount"][:, 1])


def test_kept_draws_are_the_same_draws():
    of, chance = keys(("thing", i) for i in range(40)), np.full((1, 200), 0.3)
    which = np.zeros(40, dtype=np.int64)
    plain, kept = Luck(5, range(2)), KeptLuck(5, range(2))
    for _ in range(2):
        assert np.array_equal(plain.uniforms(of), kept.uniforms(of))
        assert np.array_equal(plain.below(of, chance, which), kept.below(of, chance, which))
        assert np.array_equal(plain.stratified(of), kept.stratified(of))
        kept.stratified(of)[:] = 0  # a caller may change what it got


def test_coalitions_on_an_executor_are_the_same(layout):
    one = task_values(layout, 0, 18, Futures(1, 200))
    with ThreadPoolExecutor(3) as threads:
        other = task_values(layout, 0, 18, Futures(1, 200, threads))
    for name in ("share", "error", "alone", "hours", "cost"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_coalitions_tell_how_far_they_are(layout):
    heard: list[tuple[int, int]] = []
    capacity.roi(layout.scenario, trials=200, tasks=True, progress=lambda *told: heard.append(told))
    assert heard[-1] == (4, 4)
