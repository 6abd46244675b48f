"""The same plan, seed and number of trials give the same bits, whoever computes them."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from uncertain_plan import rows

import capacity
from capacity.engine.layout import build_layout
from capacity.rng import BLOCK
from capacity.simulation import drawn_batch


@pytest.fixture(scope="module")
def long(world, everything):
    """Everything in 3,000 futures."""
    return everything(capacity.simulate(world(), trials=3000, seed=9))


def test_the_same_seed_gives_the_same_bits(world, everything, same, long) -> None:
    again = everything(capacity.simulate(world(), trials=3000, seed=9))
    assert same(long, again) == len(long) == len(again)


def test_another_seed_gives_other_futures(world, long) -> None:
    other = capacity.simulate(world(), trials=3000, seed=10).array("arr")
    assert not np.array_equal(other, long["arr", "", "", "", ""])


@pytest.mark.parametrize("trials", [100, 300, 500, 700, 1234])
def test_the_first_futures_are_the_same_however_many_are_run(
    world, everything, same, long, trials
) -> None:
    few = everything(capacity.simulate(world(), trials=trials, seed=9))
    assert all(values.shape[1] == trials for values in few.values())
    assert same(few, {key: values[:, :trials] for key, values in long.items()}) == len(long)


def test_what_is_computed_together_plays_no_part(world, same) -> None:
    layout = build_layout(world())
    wide = drawn_batch(layout, 9, range(30))
    narrow = [drawn_batch(layout, 9, range(first, first + 10)) for first in (0, 10, 20)]
    apart = {
        name: np.concatenate([batch[name] for batch in narrow], axis=2)
        for name, values in wide.items()
        if values.shape[2] == 30 * BLOCK
    }
    assert same(apart, {name: wide[name] for name in apart}) > 20


def test_threads_and_processes_give_the_same_bits(world, everything, same, long) -> None:
    plan = world()
    with ThreadPoolExecutor(3) as threads:
        result = capacity.simulate(plan, trials=3000, seed=9, executor=threads)
        assert same(long, everything(result)) == len(long)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        result = capacity.simulate(plan, trials=3000, seed=9, executor=processes)
        assert same(long, everything(result)) == len(long)


def test_the_order_of_accounts_in_the_file_plays_no_part(world, everything, same) -> None:
    shuffled = np.random.default_rng(1).permutation(rows()).tolist()
    for lines in (rows()[::-1], shuffled):
        a = everything(capacity.simulate(world(), trials=500))
        b = everything(capacity.simulate(world(lines), trials=500))
        assert same(a, b) == len(a)


def test_the_order_of_tasks_and_roles_plays_no_part_in_luck(scenario, everything) -> None:
    """Only the last digits of sums may differ."""
    tasks = {
        "a": {"role": "x", "rate": 2, "hours": {"mean": 2, "sd": 1}, "priority": 1},
        "b": {"role": "y", "every": "quarter", "share": 0.5, "hours": 3, "priority": 1},
    }
    team = {"x": {"headcount": 3, "attrition": 0.3}, "y": {"headcount": 2, "attrition": 0.3}}
    plan = {
        "name": "order",
        "horizon": {"start": "2027-01", "months": 12},
        "segments": {"s": {"accounts": 50, "churn": 0.2}, "t": {"accounts": 20, "churn": 0.1}},
    }

    def turned(part):
        return dict(reversed(part.items()))

    one = scenario({**plan, "tasks": tasks, "team": team})
    two = {
        **plan,
        "segments": turned(plan["segments"]),
        "tasks": turned(tasks),
        "team": turned(team),
    }
    found = scenario(two)
    assert list(one.plan.tasks) != list(found.plan.tasks)
    a = everything(capacity.simulate(one, trials=500))
    b = everything(capacity.simulate(found, trials=500))
    assert a.keys() == b.keys()
    for key, values in a.items():
        np.testing.assert_allclose(values, b[key], rtol=1e-11, atol=1e-9, err_msg=str(key))


def test_expected_values_have_no_luck(world, everything, same) -> None:
    a = everything(capacity.simulate(world(), trials=0, seed=1))
    b = everything(capacity.simulate(world(), trials=0, seed=2))
    assert same(a, b) == len(a)


def test_the_manifest_names_seed_and_trials(world) -> None:
    manifest = capacity.simulate(world(), trials=200, seed=77).manifest
    assert (manifest["seed"], manifest["trials"]) == (77, 200)


def test_seed_and_trials_of_the_scenario_hold_unless_others_are_given(
    world, everything, same
) -> None:
    plan = world(set={"simulation.seed": 5, "simulation.trials": 200})
    a = everything(capacity.simulate(plan))
    b = everything(capacity.simulate(world(), trials=200, seed=5))
    assert same(a, b) == len(a)
