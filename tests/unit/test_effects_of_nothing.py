"""A factor of 0 cannot be divided out of figures of a time in which nothing was done."""

import pytest

import capacity

PLAN = """
name: growth that nobody makes
horizon: {{start: 2027-01, months: 6}}
segments: {{customers: {{accounts: 10, arr: 1000, churn: 10%, addressable: 50%, expansion: 10%}}}}
tasks: {{call: {{role: csm, every: month, hours: 1h, weight: 1{today}}}}}
value: {{if_stopped: {{expansion: 0}}}}
team: {{csm: {{headcount: {heads}, hires: {{2027-03: 1}}}}}}
"""


@pytest.mark.parametrize(("heads", "today"), [(0, ""), (1, ", coverage_today: 0%")])
def test_what_was_never_done_cannot_have_stopped(scenario, heads, today) -> None:
    plan = scenario(PLAN.format(heads=heads, today=today))
    with pytest.raises(
        capacity.InputError, match=r"value\.if_stopped\.expansion: is 0, but nothing"
    ):
        capacity.simulate(plan, trials=0)


def test_what_is_done_may_stop_for_good(scenario) -> None:
    plan = scenario(PLAN.format(heads=1, today=""))
    assert capacity.simulate(plan, trials=0).mean("arr", period="2027-06") > 0
