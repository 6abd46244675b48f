"""Plans whose numbers are resampled from observations, against what resampling gives."""

from __future__ import annotations

import numpy as np

import capacity

PLAN = """
name: observed
horizon: {start: 2027-01, months: 12}
segments:
  customers: {accounts: 1200, arr: 1000, churn: CHURN, addressable: 100%, NEW}
tasks:
  call: {role: csm, rate: 1 per month, hours: {samples: hours.csv, column: hours}}
team: {csm: {headcount: 9}}
"""
HOURS = "hours\n15m\n15m\n30m\n2h\n7h\n"
CHURN = "churn,who\n2%,a\n4%,b\n6%,c\n20%,d\n"
ARR = "arr\n500\n500\n20_000\n"


def load(scenario, churn="0%", new=""):
    text = PLAN.replace("CHURN", churn).replace(", NEW", f", {new}" if new else "")
    return scenario(text, hours=HOURS, churn=CHURN, arr=ARR)


def test_hours_have_the_moments_of_the_observed_calls(scenario, moments_are):
    """Of Poisson many calls with mean λ: mean λμ, variance λ(σ² + μ²), μ and σ² of the sample."""
    observed = np.array([0.25, 0.25, 0.5, 2, 7])
    result = capacity.simulate(load(scenario), trials=10_000, seed=4)
    hours = result.array("due_hours", role="csm")[3]
    moments_are(hours, 1200 * observed.mean(), 1200 * (observed**2).mean())


def test_a_churn_takes_each_observation_in_a_quarter_of_the_futures(scenario):
    """One draw for all accounts; Latin hypercube gives each observation 25 of 100 futures."""
    plan = load(scenario, churn="{samples: churn.csv, column: churn}")
    retention = capacity.simulate(plan, trials=1000, seed=4).array("logo_retention")
    lost = 1 - retention.reshape(-1, 100)
    for low, high in ((0, 0.03), (0.03, 0.05), (0.05, 0.1), (0.1, 1)):
        found = ((lost > low) & (lost < high)).sum(axis=1)
        assert abs(found - 25).max() <= 5, (low, high)


def test_new_accounts_pay_what_was_observed(scenario, mean_is):
    plan = load(scenario, new="new_accounts: {per_year: 36, arr: {samples: arr.csv}}")
    result = capacity.simulate(plan, trials=4000, seed=4)
    number, paid = (result.array(metric).sum(axis=0) for metric in ("new_accounts", "new_arr"))
    mean_is(number, 36)
    mean_is(paid, 36 * 7000)
    few = number == np.round(number)
    assert few.all()
    assert np.isin(np.round(paid, 6) % 500, 0).all()
