"""Both worlds meet the same luck: nobody is saved by chance, and differences are known soon."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import capacity
from capacity.value import valued
from capacity.valuing.worlds import Futures

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def base():
    """The base plan without an effect that could do good by stopping."""
    return capacity.load(ROOT / "scenarios" / "base.yaml", set={"simulation.resolution": "account"})


@pytest.fixture(scope="module")
def without_cs(base):
    return capacity.roi(base, trials=1000, seed=1)


def test_removing_cs_never_saves_an_account(base, without_cs):
    """With effects of 1 and more, and ample hours before."""
    ample = base.with_({"team.csm.headcount": 30, "team.trainer.headcount": 5})
    worth = capacity.roi(ample, trials=1000, seed=1)
    for label in worth.scenario.plan.horizon.periods.labels:
        assert (worth.array("accounts_saved", label) >= 0).all()
        assert (worth.array("arr_saved", label) >= -1e-6).all()
    assert worth.array("accounts_saved").mean() > 1


def test_common_luck_makes_the_difference_known_sooner(base, without_cs):
    """Standard error of ARR saved, against two runs of their own luck: 3 times smaller at least."""
    other = capacity.roi(base, trials=1000, seed=2)
    own = without_cs.flows.full.arr[-1].sum(axis=0) - other.flows.gone.arr[-1].sum(axis=0)
    blocks = own.reshape(-1, 100).mean(axis=1)
    independent = blocks.std(ddof=1) / np.sqrt(len(blocks))
    assert independent > 3 * without_cs.error("arr_saved")


def test_the_same_question_has_the_same_answer(base, without_cs):
    again = capacity.roi(base, trials=1000, seed=1)
    assert list(map(str, again.rows())) == list(map(str, without_cs.rows()))
    assert again.break_even == without_cs.break_even


def test_the_first_futures_are_the_same_of_more(base, without_cs):
    more = capacity.roi(base, trials=1100, seed=1)
    for metric in ("npv", "run_off", "accounts_saved"):
        assert np.array_equal(more.array(metric)[:1000], without_cs.array(metric))
    assert more.array("npv").shape == (1100,)


def test_any_executor_gives_the_same(base, without_cs):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as threads:
        found = capacity.roi(base, trials=1000, seed=1, executor=threads)
    assert np.array_equal(found.array("npv"), without_cs.array("npv"))


def test_the_world_with_is_the_plan_itself(base, without_cs):
    longer = capacity.simulate(base.with_({"horizon.months": 36}), trials=1000, seed=1)
    full = without_cs.flows.full
    assert np.array_equal(full.arr.sum(axis=1), longer.array("arr"))
    assert full.cost == pytest.approx(longer.array("team_cost"))
    assert full.gross_profit.sum(axis=1) == pytest.approx(longer.array("gross_profit"))
    for name in ("grr", "nrr"):
        found = without_cs.array(f"{name}_with", "24m")
        assert np.array_equal(found, longer.array(name, period="24m")[0])


def test_several_removals_meet_one_world(base, without_cs):
    both = valued(base, ["task:qbr", "cs"], 36, None, Futures(1, 1000))
    assert [one.without for one in both] == ["task:qbr", "cs"]
    assert np.array_equal(both[1].array("npv"), without_cs.array("npv"))
    assert both[1].break_even == without_cs.break_even
