"""What is drawn once for several worlds is what each would have drawn for itself."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import capacity
from capacity import rng
from capacity.engine.batch import Shared, run_batch
from capacity.engine.drawn import Drawn
from capacity.engine.layout import build_layout
from capacity.engine.removal import Removal, read_removal
from capacity.rng import CommonLuck, KeptLuck, Luck, keys
from capacity.simulation import drawn_batch
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
    kept, shared = Drawn(KeptLuck(3, range(2))), Shared()
    for _ in range(2):
        for removal in removals(layout):
            alone = run_batch(layout, Drawn(Luck(3, range(2))), removal)
            found = run_batch(layout, kept, removal, 1.0, shared)
            assert alone.keys() == found.keys()
            for name, values in alone.items():
                assert np.array_equal(values, found[name], equal_nan=True), (removal, name)


def test_people_who_leave_of_overload_are_found_in_each_world(layout):
    """Otherwise those of the first world would leave in all of them."""
    shared, chance = Shared(), Drawn(KeptLuck(3, range(2)))
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


def test_normals_are_kept_and_belong_to_all():
    of, kept = keys(("thing", i) for i in range(40)), KeptLuck(5, range(2))
    first = kept.normals(of)
    assert np.array_equal(first, Luck(5, range(2)).normals(of))
    assert kept.normals(of) is first
    with pytest.raises(ValueError, match="read-only"):
        first[:] = 0


@pytest.mark.parametrize("room", [0, 3_000, 300_000_000])
def test_scenarios_that_meet_the_same_luck_are_each_as_if_alone(layout, monkeypatch, room):
    """With room for all of it, for the luck of a few blocks alone, and for nothing."""
    monkeypatch.setattr(rng, "_ROOM", room)
    luck = CommonLuck()
    for seed, blocks in ((3, range(2)), (3, range(2, 5)), (4, range(2)), (3, range(2))):
        found = drawn_batch(layout, seed, blocks, luck)
        alone = drawn_batch(layout, seed, blocks)
        for name, values in alone.items():
            assert np.array_equal(values, found[name], equal_nan=True), (seed, blocks, name)


def test_common_luck_is_found_once_in_a_process_and_travels_empty():
    luck = CommonLuck()
    assert luck(3, range(2)) is luck(3, range(2))
    assert luck(3, range(2)) is not luck(4, range(2))
    luck(3, range(2)).uniforms(keys(("thing", i) for i in range(1_000)))
    assert len(pickle.dumps(luck)) < 200


def test_threads_draw_from_common_luck_at_the_same_time():
    of = [keys(("thing", i, j) for j in range(50)) for i in range(40)]
    luck, alone = CommonLuck(), Luck(1, range(10))
    with ThreadPoolExecutor(8) as threads:
        drawn = [threads.submit(lambda k=k: luck(1, range(10)).uniforms(k)) for k in 3 * of]
        for k, found in zip(3 * of, drawn, strict=True):
            assert np.array_equal(found.result(), alone.uniforms(k))


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
