"""Inputs that move together: who is tied, who is not touched, and that no order plays a part."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from uncertain_plan import PLAN

import capacity
from capacity.engine.drawn import Drawn
from capacity.engine.layout import build_layout
from capacity.rng import Luck
from capacity.scenario.correlated import inputs
from capacity.scenario.register import register
from capacity.simulation import drawn_batch

BIG, SMALL, HIRING = "segments.big.churn", "segments.small.churn", "team.csm.attrition"
ATTRITION = {HIRING: "{low: 5%, likely: 15%, high: 40%}"}


@pytest.fixture(scope="module")
def tied(world):
    """The uncertain plan with some correlations."""

    def build(*pairs):
        listed = [{"between": list(pair[:2]), "rho": pair[2]} for pair in pairs]
        return world(set=ATTRITION | ({"correlate": listed} if listed else {}))

    return build


def draws(scenario, *paths, blocks=range(100)):
    """What each input is in every future."""
    chance = Drawn(Luck(3, blocks), build_layout(scenario).copulas)
    known = inputs(scenario.plan)
    return chance.inputs([known[path] for path in paths])


def test_pairs_have_their_rank_correlations(tied) -> None:
    plan = tied((BIG, SMALL, 0.7), (SMALL, HIRING, -0.4))
    found = stats.spearmanr(draws(plan, BIG, SMALL, HIRING), axis=1).statistic
    wanted = [[1, 0.7, 0], [0.7, 1, -0.4], [0, -0.4, 1]]
    np.testing.assert_allclose(found, wanted, atol=4 / np.sqrt(10_000))


def test_margins_stay_what_they_were(tied) -> None:
    """Latin hypercube: block by block a value in each hundredth of the distribution."""
    alone, together = tied(), tied((BIG, SMALL, 0.7), (BIG, HIRING, 0.5))
    for path in (BIG, SMALL, HIRING):
        a, b = (np.sort(draws(plan, path).reshape(-1, 100)) for plan in (alone, together))
        edges = inputs(alone.plan)[path].estimate.quantile(np.arange(1, 100) / 100)
        assert (a[:, :-1] <= edges + 1e-12).all()
        assert (b[:, :-1] <= edges + 1e-12).all()
        assert (b[:, 1:] >= edges - 1e-12).all()


def test_the_first_by_name_and_all_that_are_not_tied_keep_their_luck(tied) -> None:
    alone, together = tied(), tied((SMALL, BIG, 0.7))
    a, b = (draws(plan, BIG, SMALL, HIRING) for plan in (alone, together))
    assert (a[0] == b[0]).all()
    assert (a[1] != b[1]).any()
    assert (a[2] == b[2]).all()


def test_a_correlation_of_nothing_changes_no_bit(tied, everything, same) -> None:
    a, b = (
        everything(capacity.simulate(plan, trials=300, seed=3))
        for plan in (tied(), tied((BIG, SMALL, 0), (HIRING, SMALL, 0)))
    )
    assert same(a, b) == len(a)


def test_the_order_of_the_list_and_of_the_pairs_plays_no_part(tied) -> None:
    one = tied((BIG, SMALL, 0.7), (SMALL, HIRING, -0.4))
    other = tied((HIRING, SMALL, -0.4), (SMALL, BIG, 0.7))
    paths = (BIG, SMALL, HIRING)
    assert (draws(one, *paths) == draws(other, *paths)).all()
    assert one.diff(other) == []


def test_inputs_are_the_same_whenever_they_are_asked_for(tied) -> None:
    plan = tied((BIG, SMALL, 0.7), (SMALL, HIRING, -0.4))
    known = inputs(plan.plan)
    chance = Drawn(Luck(3, range(10)), build_layout(plan).copulas)
    late = [chance.inputs([known[path]])[0] for path in (HIRING, BIG, SMALL)]
    at_once = draws(plan, HIRING, BIG, SMALL, blocks=range(10))
    assert (np.stack(late) == at_once).all()


def test_batches_of_any_width_hold_the_same_bits(tied) -> None:
    layout = build_layout(tied((BIG, SMALL, 0.7), (SMALL, HIRING, -0.4)))
    wide = drawn_batch(layout, 9, range(20))
    narrow = [drawn_batch(layout, 9, range(first, first + 10)) for first in (0, 10)]
    for name, values in wide.items():
        parts = np.concatenate([record[name] for record in narrow], axis=-1)
        assert np.array_equal(values, parts, equal_nan=True) or values.shape[-1] == 1, name


def test_average_durations_move_together(scenario) -> None:
    """What is tied is the factor on the hours of a task, of which `uncertainty` is the spread."""
    text = """
        name: durations
        horizon: {start: 2027-01, months: 1}
        segments: {all: {accounts: 1}}
        tasks:
          a: {role: csm, fixed: 10 hours per month, uncertainty: 20%}
          b: {role: csm, fixed: 10 hours per month, uncertainty: 20%}
          c: {role: csm, fixed: 10 hours per month, uncertainty: {low: 10%, likely: 20%, high: 40%}}
        team: {csm: {headcount: 1}}
        correlate: CORRELATE
    """
    pair = "{between: [tasks.%s.uncertainty, tasks.%s.uncertainty], rho: %s}"
    tied = [("a", "b", 1), ("c", "b", -0.5), ("a", "c", -0.5)]
    listed = f"[{', '.join(pair % of for of in tied)}]"
    result = capacity.simulate(scenario(text.replace("CORRELATE", listed)), trials=10_000)
    a, b, c = (result.array("due_hours", role="csm", task=task)[0] for task in "abc")
    assert a.std() == pytest.approx(2, rel=0.01)
    np.testing.assert_allclose(a, b, rtol=1e-12)
    assert stats.spearmanr(a, c).statistic == pytest.approx(-0.5, abs=4 / np.sqrt(10_000))


def test_every_input_of_the_engine_and_of_the_register_is_known(world, monkeypatch) -> None:
    """A path that is asked for under another name could not be tied."""
    asked: dict[str, bool] = {}
    plain = Drawn.inputs

    def noting(self, named, day=None):
        asked.update({path: estimate.uncertain for path, estimate in named})
        return plain(self, named, day)

    monkeypatch.setattr(Drawn, "inputs", noting)
    scenario = world(text=PLAN)
    capacity.simulate(scenario, trials=100)
    known = inputs(scenario.plan)
    drawn = {found.drawn_as for found in known.values()}
    uncertain = {path for path, is_uncertain in asked.items() if is_uncertain}
    assert len(uncertain) > 10
    assert uncertain <= drawn
    ranges = {a.path for a in register(scenario.plan, scenario.marked) if "low: " in a.value}
    assert len(ranges) > 5
    assert ranges <= set(known)
