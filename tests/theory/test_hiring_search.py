"""How hires are searched: what is foreseen, what goes together, when a plan is given up."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import hypergeom

import capacity
from capacity.calendar import month_number
from capacity.engine.layout import build_layout
from capacity.hiring.choices import Choices
from capacity.hiring.exchanges import Descent
from capacity.hiring.foresight import Foresight
from capacity.hiring.needs import programs_of
from capacity.hiring.program import Heads, Need, Program
from capacity.hiring.request import Asked, Request
from capacity.hiring.search import _Search
from capacity.hiring.trying import Bench, Ledger, too_many

FIRST = month_number(2027, 2)
CERTAIN = """\
name: All luck is in the work
horizon: {start: 2027-02, months: 4}
segments: {smb: {accounts: 30, new_accounts: {per_year: 40}}}
tasks:
  call: {role: csm, rate: 12 per year, hours: {p10: 1h, p50: 3h, p90: 8h}}
  onboarding: {role: trainer, on: start, hours: {low: 10h, likely: 20h, high: 40h}}
team:
  csm: {headcount: 1, salary: 100_000, internal: 30%, ramp: [40%]}
  trainer: {headcount: 1, salary: 70_000, internal: 30%, ramp: [20%, 60%]}
simulation: {feedback: off}
"""
LEAVERS = """\
name: All luck is in the people
horizon: {start: 2027-02, months: 6}
segments: {smb: {accounts: 1}}
tasks: {work: {role: csm, fixed: 150 hours per month}}
team: {csm: {headcount: 0, attrition: 60%, salary: 60_000}}
"""
POOLS = """\
name: Six pools
horizon: {start: 2027-02, months: 3}
segments:
%(segments)s
tasks: {call: {role: csm, rate: 12 per year, hours: {p10: 2h, p50: 4h, p90: 9h}}}
team:
  csm: {split: segment, headcount: {default: 1}, salary: 60_000, attrition: 10%%}
simulation: {feedback: off}
"""


def bench_of(
    scenario: capacity.Scenario, trials: int = 500, seed: int = 0, **asked: object
) -> Bench:
    layout = build_layout(scenario)
    return Bench(layout, Asked(**asked).of(layout), seed, trials, Ledger(lambda _: None))


# --- foresight -----------------------------------------------------------------------------------


def test_without_luck_in_newcomers_foresight_is_the_simulation(
    scenario: Callable[..., capacity.Scenario],
) -> None:
    """Nobody leaves and nothing waits, so a seat gives the same in all futures."""
    bench = bench_of(scenario(CERTAIN), coverage=0.9, by="2027-03")
    foresight, request = programs_of(bench).foresight, bench.request
    rng, seen = np.random.default_rng(0), []
    for _ in range(12):
        seats = rng.integers(0, 2, size=(2, 4))
        outcome = bench.outcome(request.hires(seats))
        assert np.array_equal(foresight.covered(seats), outcome.covered(request.by))
        seen.append(float(outcome.covered(request.by).mean()))
    assert len({odds for odds in seen if 0 < odds < 1}) > 3


def random_foresight(seed: int) -> tuple[Foresight, Request]:
    """Two pools and three months: seats that ramp, and normal lacks."""
    rng = np.random.default_rng(seed)
    pools, months = 2, 3
    hours = np.zeros((pools, months, months))
    for p, m, t in itertools.product(range(pools), range(months), range(months)):
        hours[p, m, t] = 0.0 if t < m else 100 * (0.5 if t == m else 1.0)
    cost = rng.uniform(1, 3, size=(pools, 1)) * (months - np.arange(months)) + 0.5
    needs = [Need(p, t, t, 0.0, 1.0) for p in range(pools) for t in range(months)]
    heads = Heads(np.array([0.5, 0.25]), np.full(3, 0.7), np.ones(3), np.full(3, 0.4), 0.2)
    program = Program(cost, hours, np.arange(months), needs, most=9, heads=(heads,) * (seed % 2))
    lacking = [rng.normal(rng.uniform(0, 110, (months, 1)), 30, (months, 400)) for _ in range(2)]
    request = Request(None, 0.8, 0, None, (0, 1), (0, 1, 2), None, (), None, None)
    return Foresight(program, lacking), request


def everything(most: int = 4) -> list[np.ndarray]:
    cells = itertools.product(range(most + 1), repeat=6)
    return [np.array(cell).reshape(2, 3) for cell in cells]


@pytest.mark.parametrize("seed", range(6))
def test_the_way_down_ends_at_the_cheapest_of_all_plans(seed: int) -> None:
    """Against every plan of up to four hires in each pool and month, heads that follow included."""
    foresight, request = random_foresight(seed)
    fine = [seats for seats in everything() if foresight.odds(seats) >= 0.8]
    best = min(foresight.program.price(seats) for seats in fine)
    plans = [np.full((2, 3), n) for n in (1, 2, 3)]
    together = list(Choices(foresight, request, plans).together(0.8))
    found = Descent(foresight, request, 0.8).cheapest(together)
    assert found
    assert foresight.odds(request.seats(found)) >= 0.8
    assert foresight.program.price(request.seats(found)) == pytest.approx(best, rel=0.02)


def test_what_failed_is_not_proposed_again_and_limits_are_kept() -> None:
    foresight, request = random_foresight(2)
    plans = [request.hires(np.full((2, 3), 3))]
    found = Descent(foresight, request, 0.8).cheapest(plans)
    assert found
    other = Descent(foresight, request, 0.8, frozenset({found})).cheapest(plans)
    assert other
    assert other != found
    tight = replace(request, free=(2, 2, 2))
    few = Descent(foresight, tight, 0.1).cheapest([request.hires(np.full((2, 3), 1))])
    assert few
    assert tight.allows(few)


def test_foresight_learns_by_how_much_it_is_off() -> None:
    foresight, _ = random_foresight(1)
    seats, other = np.full((2, 3), 1), np.full((2, 3), 2)
    before = foresight.odds(other)
    seen = np.stack([foresight.alone(row).covered(seats) for row in range(2)])
    worse = seen & (np.arange(400) % 10 > 0)
    foresight.learn(seats, worse[:, :200])
    assert np.array_equal(foresight.covered(seats)[:200], worse.all(axis=0)[:200])
    assert np.array_equal(foresight.covered(seats)[200:], seen.all(axis=0)[200:])
    off = sum(float(seen[row, :200].mean() - worse[row, :200].mean()) for row in range(2))
    assert off > 0
    assert foresight.odds(other) == pytest.approx(before - off)


# --- giving up -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("most", "all_", "some"), [(200, 2000, 400), (40, 2000, 1000), (5, 500, 400)]
)
def test_a_plan_that_holds_is_not_given_up(most: int, all_: int, some: int) -> None:
    """With just few enough failures, drawn without order, so many are first nearly never."""
    limit = too_many(most, all_, some)
    assert float(hypergeom(all_, most, some).sf(int(limit))) < 5e-4
    assert limit <= most
    assert too_many(most, all_, all_) == most


# --- all of it -----------------------------------------------------------------------------------


def test_luck_that_lies_with_newcomers_takes_more_of_them(
    scenario: Callable[..., capacity.Scenario],
) -> None:
    """One person does the work; one of so many who leave does not, in any month of six.

    A seat is filled in a month with the chance of no leaver since, or a replacement in time.
    """
    found = capacity.plan(scenario(LEAVERS), 0.95, 0.99, by="2027-02", trials=1000)
    assert found.holds
    assert found.hires.total >= 2
    alone = 0.4 ** (5 / 12)  # the chance that one seat stays filled
    assert found.frontier[1].hires.total == 1
    error = found.frontier[1].confidence_error
    assert abs(found.frontier[1].confidence - alone) < 4 * error + 0.01


def test_six_pools_against_all_combinations(scenario: Callable[..., capacity.Scenario]) -> None:
    """Nothing is shared, so the best of all combinations follows from each pool's own plans."""
    segments = "\n".join(f"  s{i}: {{accounts: {20 + 5 * i}}}" for i in range(6))
    plan = scenario(POOLS % {"segments": segments})
    found = capacity.plan(plan, confidence=0.7, by="2027-02", trials=500)
    assert found.holds
    bench = bench_of(plan, confidence=0.7, by="2027-02")
    request, nobody = bench.request, bench.cost(bench.request.hires(np.zeros((6, 3), dtype=int)))
    options = []
    for row in range(6):
        mine = []
        for counts in itertools.product(range(3), repeat=3):
            seats = np.zeros((6, 3), dtype=np.int64)
            seats[row] = counts
            if sum(counts) <= 2:
                hires = request.hires(seats)
                covered = bench.outcome(hires).since[row] <= 0
                mine.append((bench.cost(hires) - nobody, covered))
        options.append(mine)
    states = [(0.0, np.ones(500, dtype=bool))]
    for mine in options:
        joined = [(a + b, x & y) for a, x in states for b, y in mine]
        joined = sorted((s for s in joined if s[1].mean() >= 0.7), key=lambda s: s[0])
        states = joined[:3000]
    required = found.manifest["confidence_of_search"]
    best = nobody + next(cost for cost, covered in states if covered.mean() >= required)
    assert bench.cost(found.hires) == pytest.approx(best, rel=0.02)


def test_the_search_goes_on_where_no_single_step_saves_money() -> None:
    """Of the base plan: taking away and delaying single hires ends at a plan that is too dear."""
    bench = bench_of(capacity.load("scenarios/base.yaml"), 400, 3)
    one = _Search(bench, programs_of(bench), 0.9)
    start = one.start()
    assert start
    nearest, found = one._mended(start), one.down(start)
    assert bench.confidence(found) >= 0.9
    assert bench.cost(found) < 0.995 * bench.cost(nearest)


def test_a_hire_is_delayed_past_a_month_that_is_full() -> None:
    _, request = random_foresight(0)
    tight = replace(request, free=(1, 1, 1))
    hires = tight.hires(np.array([[1, 1, 0], [0, 0, 0]]))
    assert tight.later(hires, 0) == 2
    assert tight.later(hires, 1) == 2
    assert request.later(hires, 0) == 1
    assert tight.later(hires, 2) is None
