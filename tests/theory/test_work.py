"""Due hours against the moments of the processes that make them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import capacity

PLAN = """
    name: work
    horizon: {start: 2027-01, months: 12}
    segments: {customers: {accounts: 60, completed_terms: 1}}
    tasks: {work: {role: csm, TASK}}
    team: {csm: {headcount: 1}}
"""
HOURS = "{p10: 1h, p50: 3h, p90: 9h}"
SIGMA = np.log(3) / stats.norm.ppf(0.9)
MEAN, VARIANCE = stats.lognorm(SIGMA, scale=3).stats("mv")


def due(scenario, task, trials, settings=None):
    plan = scenario(PLAN.replace("TASK", task), set=settings)
    result = capacity.simulate(plan, trials=trials, seed=2)
    return result.array("due_hours", role="csm", task="work")


def test_random_work_is_compound_poisson(scenario, moments_are) -> None:
    """E = λm, Var = λ(m² + s²) with λ occurrences of mean m and variance s²."""
    hours = due(scenario, f"rate: 0.6 per year, hours: {HOURS}", 20_000)
    monthly = 60 * 0.6 / 12
    for month in (0, 5, 11):
        moments_are(hours[month], monthly * MEAN, monthly * (MEAN**2 + VARIANCE))
    moments_are(hours.sum(axis=0), 12 * monthly * MEAN, 12 * monthly * (MEAN**2 + VARIANCE))


def test_the_season_of_random_work_scales_its_rate(scenario, moments_are) -> None:
    weights = [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 0.5, 0.5]
    hours = due(scenario, f"rate: 2 per year, seasonality: {weights}, hours: 2h", 10_000)
    for month, weight in zip(hours, weights, strict=True):
        if weight:
            moments_are(month, 10 * weight * 2, 10 * weight * 4)
        else:
            assert (month == 0).all()


def test_a_share_of_random_work_is_random_work(scenario, moments_are) -> None:
    hours = due(scenario, "rate: 2 per year, share: 30%, hours: 1h", 10_000)
    moments_are(hours[3], 3, 3)


def test_work_that_always_happens_varies_by_its_hours_alone(scenario, moments_are) -> None:
    """A third of 60 accounts each month: variance n·s²."""
    hours = due(scenario, f"every: quarter, hours: {HOURS}", 20_000)
    for month in (0, 7):
        moments_are(hours[month], 20 * MEAN, 20 * VARIANCE)


def test_each_occurrence_tosses_its_coin(scenario, moments_are) -> None:
    hours = due(scenario, "every: quarter, share: 70%, hours: 2h", 10_000)
    moments_are(hours[4], 20 * 0.7 * 2, 20 * 0.7 * 0.3 * 4)
    moments_are(hours.sum(axis=0), 240 * 0.7 * 2, 240 * 0.7 * 0.3 * 4)


def test_coins_and_hours_vary_together(scenario, moments_are) -> None:
    """Var = n(p·s² + p(1 − p)·m²)."""
    hours = due(scenario, f"every: quarter, share: 70%, hours: {HOURS}", 20_000)
    moments_are(hours[4], 14 * MEAN, 20 * (0.7 * VARIANCE + 0.21 * MEAN**2))


def test_an_uncertain_share_is_one_for_all_occurrences(scenario, moments_are) -> None:
    hours = due(scenario, "every: quarter, share: {mean: 60%, sd: 10%}, hours: 1h", 20_000)
    inner = 240 * (0.6 - 0.01 - 0.36)
    moments_are(hours.sum(axis=0), 144, inner + 240**2 * 0.01)


def test_an_uncertain_duration_is_one_factor_for_a_whole_future(scenario, moments_are) -> None:
    task = "every: quarter, uncertainty: 20%, steps: {prepare: 1h, present: 2h}"
    hours = due(scenario, task, 10_000)
    moments_are(hours.sum(axis=0), 720, (0.2 * 720) ** 2)
    factor = hours[0] / 60
    assert hours == pytest.approx(np.broadcast_to(60 * factor, hours.shape))
    sigma = np.sqrt(np.log(1.04))
    true = stats.lognorm(sigma, scale=np.exp(-(sigma**2) / 2))
    assert stats.kstest(factor, true.cdf).pvalue > 0.5


def test_uncertain_duration_and_varying_hours_multiply(scenario, moments_are) -> None:
    """Var = E[θ²]·n·s² + Var[θ]·n²·m²."""
    hours = due(scenario, f"every: quarter, uncertainty: 20%, hours: {HOURS}", 20_000)
    variance = 1.04 * 20 * VARIANCE + 0.04 * (20 * MEAN) ** 2
    moments_are(hours[2], 20 * MEAN, variance)


def test_months_of_varying_hours_are_independent(scenario, moments_are) -> None:
    hours = due(scenario, f"every: quarter, hours: {HOURS}", 20_000)
    moments_are(hours.sum(axis=0), 240 * MEAN, 240 * VARIANCE)


def test_steps_have_hours_of_their_own(scenario, moments_are) -> None:
    task = f"every: quarter, steps: {{a: {HOURS}, b: {HOURS}, c: 1h}}"
    hours = due(scenario, task, 10_000)
    moments_are(hours[2], 20 * (2 * MEAN + 1), 40 * VARIANCE)


def test_uncertain_fixed_work_is_one_amount_for_all_months(scenario, moments_are) -> None:
    task = "fixed: {low: 10 hours per month, likely: 20 hours per month, high: 60 hours per month}"
    hours = due(scenario, task, 10_000)
    mean = (10 + 80 + 60) / 6
    moments_are(hours[0], mean, (mean - 10) * (60 - mean) / 7)
    assert (hours == hours[:1]).all()


def test_complexity_multiplies_each_occurrence(scenario, moments_are) -> None:
    factor = {"segments.customers.complexity": 2.5}
    hours = due(scenario, f"every: quarter, hours: {HOURS}", 20_000, factor)
    moments_are(hours[2], 20 * 2.5 * MEAN, 20 * 2.5**2 * VARIANCE)


MIXED = """
    name: mixed complexity
    horizon: {start: 2027-01, months: 3}
    accounts: {file: book.csv}
    segments: {customers: {churn: 0%}}
    tasks: {work: {role: csm, TASK}}
    team: {csm: {headcount: 1}}
"""
FACTORS = np.array([0.2, 0.5, 1, 1, 2, 7, 1.5, 1])


def mixed(scenario, task, trials):
    rows = "".join(f"A{i},customers,1,2026-01-01,2028-01-01,{c}\n" for i, c in enumerate(FACTORS))
    plan = scenario(
        MIXED.replace("TASK", task), book="id,segment,arr,start,renewal,complexity\n" + rows
    )
    return capacity.simulate(plan, trials=trials, seed=4).array("due_hours", role="csm")


def test_mixed_complexity_of_certain_work(scenario, moments_are) -> None:
    hours = mixed(scenario, f"every: month, hours: {HOURS}", 20_000)
    moments_are(hours[1], FACTORS.sum() * MEAN, (FACTORS**2).sum() * VARIANCE)


def test_mixed_complexity_of_random_work(scenario, moments_are) -> None:
    """Var = λΣc²(m² + s²)."""
    hours = mixed(scenario, f"rate: 6 per year, hours: {HOURS}", 20_000)
    square = (FACTORS**2).sum()
    moments_are(hours[1], FACTORS.sum() * 0.5 * MEAN, 0.5 * square * (MEAN**2 + VARIANCE))


def test_mixed_complexity_of_coins(scenario, moments_are) -> None:
    """Var = Σc²(p·s² + p(1 − p)·m²)."""
    hours = mixed(scenario, f"every: month, share: 40%, hours: {HOURS}", 20_000)
    variance = (FACTORS**2).sum() * (0.4 * VARIANCE + 0.24 * MEAN**2)
    moments_are(hours[1], FACTORS.sum() * 0.4 * MEAN, variance)


# --- when ----------------------------------------------------------------------------------------

BOOK = "id,segment,arr,start,renewal,term\nACME,customers,1,{start},{renewal},{term}\n"
WHEN = """
    name: when
    horizon: {start: 2027-01, months: 24, fiscal_year_start: 2}
    accounts: {file: book.csv}
    segments: {customers: {churn: 0%}}
    tasks: {work: {role: csm, hours: 6h, TASK}}
    team: {csm: {headcount: 1}}
"""


@pytest.mark.parametrize(
    ("task", "start", "renewal", "term", "expected"),
    [
        ("every: quarter", "2026-11-20", "2027-11-20", 12, dict.fromkeys(range(1, 24, 3), 6)),
        ("every: 5 months", "2027-03-01", "2028-03-01", 12, {7: 6, 12: 6, 17: 6, 22: 6}),
        ("every: year", "2024-05-01", "2027-05-01", 12, {4: 6, 16: 6}),
        ("every: 0.5 months", "2020-05-01", "2027-05-01", 12, dict.fromkeys(range(24), 12)),
        ("every: quarter, aligned: fiscal", "2026-12-01", "2027-12-01", 12,
         dict.fromkeys(range(0, 24, 3), 6)),
        ("every: year, aligned: fiscal", "2026-12-01", "2027-12-01", 12, {0: 6, 12: 6}),
        ("on: start", "2027-04-01", "2028-04-01", 12, {3: 6}),
        ("on: start, over: 3 months", "2027-04-01", "2028-04-01", 12, {3: 2, 4: 2, 5: 2}),
        ("on: start, over: 3 months", "2026-12-01", "2027-12-01", 12, {0: 2, 1: 2}),
        ("on: renewal", "2026-12-01", "2027-12-01", 12, {10: 6, 22: 6}),
        ("on: renewal", "2026-12-02", "2027-12-02", 12, {11: 6, 23: 6}),
        ("on: renewal, lead: 90 days", "2026-12-01", "2027-12-01", 12, {7: 6, 19: 6}),
        ("on: renewal, lead: 45 days", "2026-12-01", "2027-12-01", 12, {9: 6, 21: 6}),
        ("on: renewal, lead: 3 months, over: 3 months", "2026-12-01", "2027-12-01", 12,
         dict.fromkeys((7, 8, 9, 19, 20, 21), 2)),
        ("on: renewal, lead: 2 months, over: 3 months", "2026-03-01", "2027-03-01", 6,
         dict.fromkeys((0, 1, 5, 6, 7, 11, 12, 13, 17, 18, 19, 23), 2)),
    ],
)  # fmt: skip
def test_work_falls_due_in_its_month(scenario, task, start, renewal, term, expected) -> None:
    book = BOOK.format(start=start, renewal=renewal, term=term)
    plan = scenario(WHEN.replace("TASK", task), book=book)
    for trials in (0, 100):
        hours = capacity.simulate(plan, trials=trials).array("due_hours", role="csm")
        found = {t: hours[t, 0] for t in range(24) if hours[t, 0]}
        assert found == pytest.approx(expected)
        assert (hours == hours[:, :1]).all()


def test_an_interval_of_a_month_and_a_half_is_kept(scenario) -> None:
    """Fifteen times before two years are over, or the interval is refused."""
    book = BOOK.format(start="2027-01-01", renewal="2028-01-01", term=12)
    try:
        plan = scenario(WHEN.replace("TASK", "every: 1.5 months"), book=book)
    except capacity.InputError:
        return
    hours = capacity.simulate(plan, trials=0).array("due_hours", role="csm")
    assert hours.sum() == pytest.approx(15 * 6)


def test_coins_of_work_in_parts_hold_for_the_whole_occurrence(scenario, moments_are) -> None:
    rows = "".join(f"A{i},customers,1,2027-01-01,2028-01-01,12\n" for i in range(40))
    plan = scenario(
        WHEN.replace("TASK", "on: start, over: 3 months, share: 30%"),
        book=BOOK.splitlines()[0] + "\n" + rows,
    )
    hours = capacity.simulate(plan, trials=10_000).array("due_hours", role="csm")
    assert (hours[:3] == hours[:1]).all()
    assert (hours[3:] == 0).all()
    moments_are(hours[0], 40 * 0.3 * 2, 40 * 0.21 * 4)


def test_expected_hours_are_the_mean_of_all_futures(scenario, mean_is) -> None:
    tasks = [
        f"rate: 2 per year, share: 80%, hours: {HOURS}",
        f"every: quarter, share: {{low: 50%, likely: 80%, high: 90%}}, hours: {HOURS}",
        f"on: renewal, lead: 2 months, over: 3 months, share: 60%, hours: {HOURS}",
        "every: 2 weeks, share: 50%, hours: {mean: 2h, sd: 1h}, uncertainty: 30%",
    ]
    for task in tasks:
        expected = due(scenario, task, 0)[:, 0]
        for month, value in zip(due(scenario, task, 5000), expected, strict=True):
            mean_is(month, value)


def test_months_without_work_have_no_coverage(scenario) -> None:
    """What is left of a sum after its parts were taken off must not pass for hours."""
    plan = scenario(
        """
        name: done at last
        horizon: {start: 2027-01, months: 12}
        accounts: {file: book.csv}
        segments: {customers: {churn: 0%}}
        tasks:
          always: {role: csm, priority: 1, fixed: {low: 100 hours per month,
                   likely: 150 hours per month, high: 200 hours per month}}
          once: {role: csm, on: start, hours: 100h, priority: 2, defer: 4 months}
        team: {csm: {headcount: 1, hours_per_week: 39, pto_days: 20}}
        """,
        book=BOOK.format(start="2027-02-01", renewal="2028-02-01", term=12),
    )
    result = capacity.simulate(plan, trials=2000)
    waiting = result.array("backlog_hours", role="csm", task="once")
    assert ((waiting == 0) | (waiting > 1e-6)).all()
    assert np.isnan(result.array("coverage", task="once")[6:]).all()
