"""The market and events have luck of their own, and leave everybody else's as it was."""

from __future__ import annotations

import numpy as np
import pytest

import capacity

OFF = {"simulation.feedback": "off"}
SLUMP = {"probability": 0.3, "start": "2027-05", "months": 4}
ALL = {
    "market": {"churn_volatility": 0.3, "new_accounts_volatility": {"mean": 0.4, "sd": 0.1}},
    "events": {
        "slump": {
            **SLUMP,
            "churn": {"low": 1, "likely": 2, "high": 5},
            "new_accounts": 0.5,
            "expansion": 0.7,
            "hours": {"webinar": 2, "default": {"mean": 1.2, "sd": 0.1}},
        },
        "boom": {"probability": {"mean": 0.3, "sd": 0.1}, "start": "2027-08", "months": 9,
                 "new_accounts": 1.7},
    },
}  # fmt: skip


def simulate(plan, trials=1000):
    return capacity.simulate(plan, trials=trials, seed=3)


@pytest.fixture(scope="module")
def calm(world, everything):
    return everything(simulate(world()))


def flat(key) -> bool:
    """Numbers of the horizon, that have no period to look at."""
    whole = ("p_covered", "grr", "nrr", "logo_retention", "cost_share_of_revenue")
    return key[0] in (*whole, "clv", "cost_to_serve")


def test_an_event_changes_nothing_before_it_begins_and_nothing_where_it_does_not_happen(
    world, everything, calm
) -> None:
    hours = {"slump": {**SLUMP, "churn": 3, "hours": {"webinar": 2}}}
    moved = everything(simulate(world(set={"events": hours})))
    assert moved.keys() == calm.keys()
    webinar = "due_hours", "", "csm", "", "webinar"
    struck = (moved[webinar][4:8] == 2 * calm[webinar][4:8]).all(axis=0)
    assert (struck.reshape(-1, 100).sum(axis=1) == 30).all()
    for key, values in moved.items():
        was = calm[key]
        if not flat(key):
            assert np.array_equal(values[:4], was[:4], equal_nan=True), key
        assert np.array_equal(values[:, ~struck], was[:, ~struck], equal_nan=True), key
    lost = "churned_accounts", "", "", "", ""
    assert (moved[lost][4:8, struck].sum() > 1.5 * calm[lost][4:8, struck].sum()).all()


def test_an_event_of_certain_factors_of_one_changes_no_bit(world, everything, same, calm) -> None:
    nothing = {"slump": {**SLUMP, "churn": 1, "expansion": 1, "new_accounts": 1, "hours": 1}}
    settings = {"events": nothing, "market": {"churn_volatility": 0}}
    assert same(calm, everything(simulate(world(set=settings)))) == len(calm)


def test_the_market_of_new_accounts_leaves_the_fate_of_the_book(world, everything) -> None:
    """Accounts of the file renew as before; no one else's draws move, either."""
    off = everything(simulate(world(set=OFF)))
    settings = {**OFF, "market": {"new_accounts_volatility": 0.5}}
    moved = everything(simulate(world(set=settings)))
    names = ("headcount", "vacancies", "ramped_fte", "capacity_hours", "grr", "logo_retention")
    keys = [key for key in off if key[0] in names]
    assert len(keys) > 8
    for key in keys:
        assert np.array_equal(moved[key], off[key], equal_nan=True), key
    new = "new_accounts", "big", "", "", ""
    gain = moved[new] - off[new]
    assert (gain != 0).any()
    # the same uniforms, under means that are all higher or all lower than they were
    assert ((gain >= 0).all(axis=0) | (gain <= 0).all(axis=0)).all()


def test_who_is_lost_in_a_mild_market_is_lost_in_a_harsh_one(world) -> None:
    """Factors from 1 up only add losses to an opening book, whoever else joins."""
    none = {f"segments.{s}.new_accounts": {"by_month": {}, "arr": 1} for s in ("big", "small")}
    kept = [
        simulate(world(set={**OFF, **none, "events": {"slump": {**SLUMP, "churn": r}}})).array(
            "accounts"
        )
        for r in (1, 1.3, 4)
    ]
    assert (kept[1] <= kept[0]).all()
    assert (kept[2] <= kept[1]).all()
    assert (kept[2] < kept[0]).any()


def test_the_last_accounts_of_a_slump_are_those_that_would_not_have_come(world) -> None:
    """Fewer new accounts: the first are the same, by name and by revenue."""
    settings = {**OFF, "events": {"slump": {**SLUMP, "new_accounts": 0.4}}}
    few, many = simulate(world(set=settings)), simulate(world(set=OFF))
    for metric in ("new_accounts", "new_arr"):
        a, b = few.array(metric, segment="big"), many.array(metric, segment="big")
        assert (a <= b * (1 + 1e-12)).all()
        assert (a < b).any()


def test_a_longer_plan_meets_the_same_market_and_events(world, everything) -> None:
    short = everything(simulate(world(set=ALL)))
    long = everything(simulate(world(set={**ALL, "horizon.months": 24})))
    first = {key: v[:12] for key, v in long.items() if len(v) == 24}
    keys = [key for key in short if key in first]
    assert len(keys) > 100
    for key in keys:
        np.testing.assert_allclose(first[key], short[key], rtol=1e-9, atol=1e-9, err_msg=str(key))


def test_the_first_futures_are_the_same_and_so_are_all_their_bits(world, everything, same) -> None:
    plan = world(set=ALL)
    many, few = everything(simulate(plan, 2000)), everything(simulate(plan, 300))
    assert same(few, {key: values[:, :300] for key, values in many.items()}) == len(many)
    again = everything(simulate(world(set=ALL), 300))
    assert same(few, again) == len(few)


def test_the_order_of_events_plays_no_part_in_luck(world, everything) -> None:
    turned = {**ALL, "events": dict(reversed(ALL["events"].items()))}
    a, b = (everything(simulate(world(set=settings), 500)) for settings in (ALL, turned))
    assert a.keys() == b.keys()
    for key, values in a.items():
        np.testing.assert_allclose(values, b[key], rtol=1e-11, atol=1e-9, err_msg=str(key))


def test_feedback_off_leaves_market_and_events_on(world) -> None:
    rich, poor = (simulate(world(set={**ALL, **OFF, "team.csm.headcount": n})) for n in (9, 0))
    calm = simulate(world(set=OFF))
    for metric in ("accounts", "arr", "churned_arr"):
        assert np.array_equal(rich.array(metric), poor.array(metric))
        assert not np.array_equal(rich.array(metric), calm.array(metric))


def test_a_single_renewal_can_only_turn_one_way(world) -> None:
    line = ["A,big,1000,2024-06-06,2027-06-06,,"]
    none = {**OFF, "segments.big.new_accounts.per_year": 0, "segments.big.expansion": 0}
    lost = [
        simulate(world(line, set={**none, "events": {"slump": {**SLUMP, "churn": r}}}))
        .array("churned_accounts", segment="big")[5]
        .astype(bool)
        for r in (1, 5)
    ]
    assert (lost[1] | ~lost[0]).all()
    assert 0 < lost[0].sum() < lost[1].sum()
