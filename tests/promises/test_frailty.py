"""The promises of luck where accounts differ in their chance to leave."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from uncertain_plan import rows

import capacity

OF_OTHERS = ("coverage", "cost_to_serve", "cost_share_of_revenue")
"""Metrics of a segment that follow from the hours that are left for it."""

FRAIL = {"sbg": {"alpha": {"low": 0.3, "likely": 0.6, "high": 1.5}, "beta": {"mean": 2, "sd": 0.5}}}
SETTINGS = {
    "segments.small.churn": FRAIL,
    "segments.small.term": 3,
    "horizon.months": 24,
    "simulation.resolution": "account",
}
OFF = {**SETTINGS, "simulation.feedback": "off"}


def simulate(plan, trials=1000):
    return capacity.simulate(plan, trials=trials, seed=3)


@pytest.mark.parametrize("resolution", ["account", "cohort", "auto"])
def test_the_same_seed_gives_the_same_bits(world, everything, same, resolution) -> None:
    plan = world(set={**SETTINGS, "simulation.resolution": resolution})
    a = everything(simulate(plan, 2000))
    with ThreadPoolExecutor(3) as threads:
        b = everything(capacity.simulate(plan, trials=2000, seed=3, executor=threads))
    assert same(a, b) == len(a)
    few = everything(simulate(plan, 300))
    assert same(few, {key: values[:, :300] for key, values in a.items()}) == len(a)


def test_the_order_of_accounts_in_the_file_plays_no_part(world, everything, same) -> None:
    a, b = (everything(simulate(world(x, set=SETTINGS), 500)) for x in (rows(), rows()[::-1]))
    assert same(a, b) == len(a)


def test_an_account_more_leaves_all_others_their_fate(world, everything) -> None:
    new = "NEW-001,small,5000.0,2024-03-10,2027-06-01,,"
    before = everything(simulate(world(set=OFF)))
    after = everything(simulate(world([*rows(), new], set=OFF)))
    for key in before:
        if key[1] == "big" and not key[2] and key[0] not in OF_OTHERS:
            assert np.array_equal(before[key], after[key], equal_nan=True), key
    gain = after["accounts", "small", "", "", ""] - before["accounts", "small", "", "", ""]
    assert set(np.unique(gain)) == {0, 1}
    assert (gain[:4] == 1).all()
    assert (np.diff(gain, axis=0) <= 0).all()
    arrived = "new_accounts", "small", "", "", ""
    assert (before[arrived] == after[arrived]).all()


def test_a_segment_that_becomes_frail_leaves_the_others_as_they_were(world, everything) -> None:
    plain = {key: value for key, value in OFF.items() if key != "segments.small.churn"}
    before, after = (everything(simulate(world(set=s))) for s in (plain, OFF))
    keys = [k for k in before if k[1] == "big" and not k[2] and k[0] not in OF_OTHERS]
    assert len(keys) > 5
    for key in keys:
        assert np.array_equal(before[key], after[key], equal_nan=True), key
    lost = "churned_accounts", "small", "", "", ""
    assert not np.array_equal(before[lost], after[lost])


def test_a_longer_plan_begins_like_the_shorter(world, everything) -> None:
    short = everything(simulate(world(set={**SETTINGS, "horizon.months": 12}), 500))
    long = everything(simulate(world(set=SETTINGS), 500))
    keys = [key for key in short if key in long and len(long[key]) == 24]
    assert len(keys) > 50
    for key in keys:
        np.testing.assert_allclose(
            long[key][:12], short[key], rtol=1e-9, atol=1e-9, err_msg=str(key)
        )


def test_worse_effects_of_the_work_never_keep_more_accounts(world) -> None:
    """Nor for a month: who is lost in the better world is lost in the worse, by then."""
    today = {f"tasks.{t}.coverage_today": 1 for t in ("review", "trouble", "webinar", "renewal")}
    base = {**SETTINGS, **today, "team.csm.headcount": 0, "team.csm.hires": {}}
    base["segments.small.new_accounts.per_year"] = 30
    runs = [simulate(world(set={**base, "value.if_stopped.churn": r})) for r in (1.0, 1.3, 2.0)]
    kept = [run.array("accounts", segment="small") for run in runs]
    assert (kept[1] <= kept[0]).all()
    assert (kept[2] <= kept[1]).all()
    assert (kept[2] < kept[0]).any()


def test_more_frail_accounts_never_keep_more(world) -> None:
    """Each future has one α and one β for all, which are better or worse than another's."""

    def accounts(alpha, beta):
        churn = {"segments.small.churn": {"sbg": {"alpha": alpha, "beta": beta}}}
        return simulate(world(set={**OFF, **churn})).array("accounts", segment="small")

    better, worse = accounts(0.5, 2), accounts(0.7, 2)
    uncertain = accounts({"mean": 0.6, "sd": 0.1}, 2)
    assert (worse <= better).all()
    assert (worse < better).any()
    assert ((uncertain >= worse).all(axis=0) | (uncertain <= worse).all(axis=0)).all()
    assert 0.1 < (uncertain >= worse).all(axis=0).mean() < 0.99


def test_expected_values_have_no_luck(world, everything, same) -> None:
    plan = world(set=SETTINGS)
    a, b = (everything(capacity.simulate(plan, trials=0, seed=seed)) for seed in (1, 2))
    assert same(a, b) == len(a)
