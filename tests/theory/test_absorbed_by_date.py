"""What others charge for the work of a team that is gone, where their price changes."""

from __future__ import annotations

import pytest

import capacity

PLAN = """
name: absorbed
horizon: {start: 2027-01, months: 12}
segments: {smb: {accounts: 50, arr: 12_000, churn: 10%, addressable: 50%}}
tasks: {qbr: {role: csm, every: quarter, hours: 2h, weight: 1}}
value: {if_stopped: {churn: 1.3}}
team: {csm: {headcount: 2, salary: 60_000}}
finance: {gross_margin: 80%, discount_rate: 10%, absorbed: {qbr: 50%}, absorbed_cost: 100}
"""


def test_each_year_costs_the_price_of_its_months(scenario):
    def yearly(price):
        plan = scenario(PLAN, {"finance.absorbed_cost": price})
        worth = capacity.roi(plan, trials=0)
        first, second, third = (worth.mean("incremental_cost", m) for m in ("12m", "24m", "36m"))
        return [first, second - first, third - second]

    low, high = yearly(100), yearly(200)
    assert low[0] - high[0] > 1000
    both = yearly({"2027-01": 100, "2028-01": 200})
    assert both == pytest.approx([low[0], high[1], high[2]])
