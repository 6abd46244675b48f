"""What the engine simulated with known inputs is learned back from it.

Each future is one history: 200 of them, and the ranges hold the inputs in nine of ten.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from replications import nine_of_ten

import capacity
from capacity.learning.effects import fit_effects
from capacity.learning.families import Observed, fitted
from capacity.learning.learned import Task, learn
from capacity.learning.posterior import OUTER, Chance, Rate
from capacity.learning.retention import compared

FUTURES = 200

PLAN = """
    name: History
    horizon: {start: 2025-01, months: 36}
    segments:
      smb: {accounts: 150, arr: 1000, churn: CHURN, completed_terms: 0}
    tasks:
      call: {role: csm, rate: 0.4 per year, hours: 1h}
      report: {role: writer, fixed: 1h per month}
    team:
      csm: {headcount: 60, attrition: 20%, backfill: false}
      writer: {headcount: 1}
    simulation: {seed: 5}
"""

LONG = """
    name: Single jobs
    horizon: {start: 2025-01, months: 24}
    segments: {one: {accounts: 1, arr: 1000, churn: 0%}}
    tasks: {audit: {role: csm, every: month, hours: {p10: 1h, p50: 3h, p90: 9h}}}
    team: {csm: {headcount: 1}}
"""


@pytest.fixture(scope="module")
def history(scenario: Callable[..., capacity.Scenario]) -> capacity.Result:
    return capacity.simulate(scenario(PLAN.replace("CHURN", "14%")), trials=FUTURES)


def test_churn(history: capacity.Result) -> None:
    """Every account decides once in the first year."""
    lost = history.array("churned_accounts")[:12].sum(axis=0)
    ranges = np.array([Chance.of(d, 150).quantiles(OUTER) for d in lost])
    nine_of_ten((ranges[:, 0] <= 0.14) & (ranges[:, 1] >= 0.14))


def test_rates(history: capacity.Result) -> None:
    """An hour each, so hours are events; accounts at the end of a month had the next one's."""
    events = history.array("due_hours", role="csm", task="call").sum(axis=0)
    accounts = history.array("accounts")
    begun = np.vstack([np.full((1, FUTURES), 150.0), accounts[:-1]])
    years = begun.sum(axis=0) / 12
    ranges = np.array([Rate.of(n, e).quantiles(OUTER) for n, e in zip(events, years, strict=True)])
    assert events == pytest.approx(np.round(events))
    nine_of_ten((ranges[:, 0] <= 0.4) & (ranges[:, 1] >= 0.4))


def test_attrition(history: capacity.Result) -> None:
    heads = history.array("headcount", role="csm")
    before = np.vstack([np.full((1, FUTURES), 60.0), heads[:-1]])
    left, years = 60 - heads[-1], before.sum(axis=0) / 12
    ranges = np.array([Rate.of(d, e).quantiles(OUTER) for d, e in zip(left, years, strict=True)])
    truth = -math.log(0.8)
    nine_of_ten((ranges[:, 0] <= truth) & (ranges[:, 1] >= truth))


def test_shapes_of_churn_that_differs(scenario: Callable[..., capacity.Scenario]) -> None:
    """Each account decides once a year, so the losses of a year are those of one renewal."""
    plan = PLAN.replace("CHURN", "{sbg: {alpha: 0.9, beta: 2.7}}").replace(
        "months: 36", "months: 72"
    )
    found = capacity.simulate(scenario(plan.replace("150", "800")), trials=FUTURES)
    left = found.array("churned_accounts").reshape(6, 12, FUTURES).sum(axis=1)
    decided = 800 - np.vstack([np.zeros((1, FUTURES)), np.cumsum(left, axis=0)[:-1]])
    hits = []
    for future in range(FUTURES):
        _, fit = compared(decided[:, future], left[:, future])
        assert fit is not None
        assert fit.covariance is not None
        errors = 1.645 * np.sqrt(np.diag(fit.covariance))
        hits.append(abs(np.log([fit.alpha, fit.beta]) - np.log([0.9, 2.7])) <= errors)
    for column in np.array(hits).T:
        nine_of_ten(column)


def test_hours(scenario: Callable[..., capacity.Scenario]) -> None:
    """One account and one task a month: each figure of the table is one job."""
    plan = scenario(LONG)
    truth = plan.plan.tasks["audit"].hours.of("one").mean
    jobs = capacity.simulate(plan, trials=FUTURES).array("due_hours", role="csm", task="audit")
    hits = []
    for future in range(FUTURES):
        hours = jobs[:, future][jobs[:, future] > 0]
        data = Observed(hours)
        (one,) = learn([Task("audit", hours, data, {"lognormal": fitted("lognormal", data)})])
        hits.append(abs(math.log(truth) - one.log_mean) <= 1.645 * one.error)
    nine_of_ten(np.array(hits))


WORK = """
    name: One of two worlds
    horizon: {start: 2025-01, months: 24}
    segments: {smb: {accounts: 400, arr: 1000, churn: 25%, addressable: 100%, completed_terms: 0}}
    tasks:
      call: {role: csm, every: month, hours: 1h, coverage_today: 100%,
             if_stopped: {churn: 1.7, fades_over: 1 month}}
    team: {csm: {headcount: HEADS}}
    simulation: {seed: SEED}
"""


def test_hazard_ratios(scenario: Callable[..., capacity.Scenario]) -> None:
    """The calls are made in one world and not in the other: a log of the second year's renewals.

    By then nothing of the first year's calls is left in the memory, and accounts decide once.
    """
    truth = math.log(1.7)
    worlds = []
    for heads, seed in ((40, 1), (0, 2)):
        text = WORK.replace("HEADS", f"{heads}").replace("SEED", f"{seed}")
        found = capacity.simulate(scenario(text), trials=FUTURES)
        decided = found.array("accounts")[11]
        worlds.append((decided, found.array("churned_accounts")[12:].sum(axis=0)))
        assert found.array("coverage", task="call").min() == (1.0 if heads else 0.0)
    hits = []
    for future in range(FUTURES):
        lost = np.concatenate([np.arange(d[future]) < n[future] for d, n in worlds])
        shortfall = np.repeat([0.0, 1.0], [int(d[future]) for d, _ in worlds])
        one, term = np.ones((len(lost), 1)), np.full(len(lost), 12.0)
        (effect,) = fit_effects(["call"], shortfall[:, None], one, lost, term, "randomised").effects
        hits.append(abs(effect.log - truth) <= 1.645 * effect.error)
    nine_of_ten(np.array(hits))
