"""The program of hires against other ways to find the same answer."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from capacity.hiring.needs import windows
from capacity.hiring.program import Heads, Need, Program

DEMAND = np.array([6000.0, 7000.0, 8000.0, 9500.0, 11000.0])
PEOPLE, HOURS, COACHING, STAY = 50, 160.0, 50.0, 0.95
PAY, PAY_IN_TRAINING = 2000.0, 1000.0
PUBLISHED = 593_777
"""Cost of the five months in Winston's "Operations Research", the problem of CSL's technicians."""


def service_company() -> Program:
    """Technicians who are trained for a month by others, and of whom 5 % leave every month."""
    months = len(DEMAND)
    cost, hours = np.zeros((1, months)), np.zeros((1, months, months))
    for start in range(months):
        later = np.arange(months) - start - 1
        there = np.where(later >= 0, STAY ** np.maximum(later, 0), 0.0)
        hours[0, start] = HOURS * there
        hours[0, start, start] = -COACHING
        cost[0, start] = PAY_IN_TRAINING + PAY * there.sum()
    there = HOURS * PEOPLE * STAY ** np.arange(months)
    needs = [Need(0, t, t, DEMAND[t] - there[t], 1.0) for t in range(months)]
    return Program(cost, hours, np.arange(months), needs, most=100)


def by_balance(*, whole: bool) -> float:
    """The same, written with the people of each month as variables, as textbooks do."""
    months = len(DEMAND)
    cost = np.concatenate([np.full(months, PAY_IN_TRAINING), np.full(months, PAY)])
    rows, low, high = [], [], []
    for t in range(months):
        served = np.zeros(2 * months)
        served[t], served[months + t] = -COACHING, HOURS
        rows.append(served)
        low.append(DEMAND[t])
        high.append(np.inf)
        balance = np.zeros(2 * months)
        balance[months + t] = 1.0
        if t:
            balance[months + t - 1], balance[t - 1] = -STAY, -1.0
        rows.append(balance)
        low.append(0.0 if t else PEOPLE)
        high.append(low[-1])
    only_hires = np.concatenate([np.ones(months), np.zeros(months)])
    found = milp(
        cost,
        integrality=only_hires * whole,
        bounds=Bounds(0, np.inf),
        constraints=LinearConstraint(np.array(rows), low, high),
    )
    return float(found.fun)


def test_the_textbook_problem_of_training_and_leaving() -> None:
    assert by_balance(whole=False) == pytest.approx(PUBLISHED, abs=1)
    program = service_company()
    seats, bound = program.cheapest(np.zeros(1))
    there = float(PAY * PEOPLE * (STAY ** np.arange(len(DEMAND))).sum())
    cost = there + float((program.cost * seats).sum())
    assert cost == pytest.approx(by_balance(whole=True), rel=1e-9)
    assert PUBLISHED - 1 < there + bound <= cost + 1e-6
    worked = np.einsum("m,mt->t", seats[0], program.hours[0])
    assert np.all(worked >= [need.hours - 1e-6 for need in program.needs])


def random_program(rng: np.random.Generator, **limits: object) -> Program:
    pools, months = 2, 3
    ramp = rng.uniform(0.2, 1, size=pools)
    hours = np.zeros((pools, months, months))
    for p, m, t in itertools.product(range(pools), range(months), range(months)):
        hours[p, m, t] = 0.0 if t < m else 100 * (ramp[p] if t == m else 1.0)
    cost = rng.uniform(1, 3, size=(pools, 1)) * (months - np.arange(months)) + rng.uniform(0, 1)
    needs = [
        Need(p, a, b, float(rng.uniform(-50, 220)) * (b - a + 1), 10.0)
        for p in range(pools)
        for a, b in windows(0, months, 1)
    ]
    return Program(cost, hours, np.arange(months), needs, most=4, **limits)


def heads_of(program: Program, seats: np.ndarray, role: Heads) -> np.ndarray:
    added = np.array([seats[:, program.starts <= t].sum(axis=1) @ role.each for t in range(3)])
    return np.maximum(np.ceil(role.planned + added - 1e-9), role.heads)


def cost_of(program: Program, seats: np.ndarray) -> float:
    total = float((program.cost * seats).sum())
    for role in program.heads:
        more = np.maximum.accumulate(heads_of(program, seats, role)) - role.heads
        total += float(role.cost @ more) + role.joining * float(more[-1])
    return total


def meets(program: Program, seats: np.ndarray, level: float = 0.0) -> bool:
    given = [
        (seats[need.pool] @ program.hours[need.pool])[need.first : need.last + 1].sum()
        >= need.hours + level * need.spread - 1e-6
        for need in program.needs
    ]
    is_free = program.free is None or np.all(seats.sum(axis=0) <= program.free)
    return (
        all(given)
        and is_free
        and (program.money is None or cost_of(program, seats) <= program.money + 1e-9)
    )


def all_seats(most: int = 4):
    for cells in itertools.product(range(most + 1), repeat=6):
        yield np.array(cells).reshape(2, 3)


@pytest.mark.parametrize("seed", range(4))
def test_every_combination_of_seats_tried(seed: int) -> None:
    rng = np.random.default_rng(seed)
    heads = Heads(np.array([0.5, 0.25]), np.full(3, 1.5), np.full(3, 2.0), np.full(3, 0.7), 0.3)
    program = random_program(rng, free=np.array([3, 2, 9]), heads=(heads,) * (seed % 2))
    wanted = min((cost_of(program, s) for s in all_seats() if meets(program, s)), default=None)
    found = program.cheapest(np.zeros(2))
    if wanted is None:
        assert found is None
        return
    seats, bound = found
    assert meets(program, seats)
    assert cost_of(program, seats) == pytest.approx(wanted)
    assert bound <= wanted + 1e-6
    for some in rng.integers(0, 4, size=(20, 2, 3)):
        assert program.price(some) == pytest.approx(cost_of(program, some))


def test_money_and_hires_in_a_month_bind() -> None:
    rng = np.random.default_rng(3)
    program = random_program(rng)
    seats, _ = program.cheapest(np.zeros(2))
    spent = cost_of(program, seats)
    rng = np.random.default_rng(3)
    poorer = random_program(rng, money=spent - 0.01)
    assert poorer.cheapest(np.zeros(2)) is None
    best = poorer.strongest(0.0)
    assert cost_of(poorer, best) <= spent - 0.01 + 1e-6
    rng = np.random.default_rng(3)
    assert random_program(rng, money=spent + 0.01).cheapest(np.zeros(2)) is not None


def test_what_goes_farthest_meets_everything_where_it_can() -> None:
    program = random_program(np.random.default_rng(5))
    assert meets(program, program.strongest(0.0))
    assert program.strongest(0.0, seats=1).sum() <= 1
    far = program.strongest(50.0)
    alone = [
        np.ceil((need.hours + 50 * need.spread) / program.given(need).max())
        for need in program.needs
    ]
    assert far.max() <= max(alone)  # of one month no more than meet all by themselves


@pytest.mark.parametrize("seed", range(3))
def test_higher_levels_never_cost_less(seed: int) -> None:
    program = random_program(np.random.default_rng(seed))
    found = [program.cheapest(np.full(2, level)) for level in (-1.0, 0.0, 1.0, 3.0)]
    costs = [cost_of(program, one[0]) for one in found if one is not None]
    assert len(costs) >= 2
    assert np.all(np.diff(costs) >= -1e-9)


def test_a_pool_that_does_not_count_gets_nobody() -> None:
    program = service_company()
    seats, bound = program.cheapest(np.array([-np.inf]))
    assert seats.sum() == 0
    assert bound == pytest.approx(0)


def test_without_whole_people_it_is_the_linear_program() -> None:
    """The cost of the relaxation, by SciPy's own interface to linear programs."""
    program = service_company()
    rows = -np.array([program.hours[0, :, need.first] for need in program.needs])
    right = -np.array([need.hours for need in program.needs])
    found = linprog(program.cost[0], A_ub=rows, b_ub=right)
    there = PAY * PEOPLE * (STAY ** np.arange(len(DEMAND))).sum()
    assert there + found.fun == pytest.approx(PUBLISHED, abs=1)


def test_windows_are_all_short_ones_and_ever_longer() -> None:
    found = set(windows(2, 10, 1))
    assert {(a, a) for a in range(2, 10)} | {(a, a + 1) for a in range(2, 9)} <= found
    assert (2, 9) in found
    assert all(2 <= a <= b < 10 for a, b in found)
    assert {b - a + 1 for a, b in found} == {1, 2, 4, 8}
    assert list(windows(9, 10, 3)) == [(9, 9)]
