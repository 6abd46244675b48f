"""What may be right but looks wrong, and what is not doubted."""

from __future__ import annotations

import pytest

from capacity.scenario.reading import parse_yaml
from capacity.scenario.validation import validate

PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
segments:
  smb: {accounts: 10, arr: 9_000, SEGMENT}
tasks: {qbr: {role: csm, every: quarter, hours: 1h, weight: 1}}
team: {csm: {headcount: 2, TEAM}}
finance: {FINANCE}
"""


def doubted(segment="churn: 8%", team="salary: 1", finance="clv_years: 5"):
    text = PLAN.replace("SEGMENT", segment).replace("TEAM", team).replace("FINANCE", finance)
    return [str(warning) for warning in validate(parse_yaml(text, "plan.yaml"))[1]]


@pytest.mark.parametrize(
    ("written", "place", "share"),
    [
        ({"segment": "churn: 1"}, "4:42: segments.smb.churn", "1 stands for 100%"),
        ({"segment": "churn: [1, 8%]"}, "4:43: segments.smb.churn.0", "1 stands for 100%"),
        ({"segment": "churn: 8%, uplift: 4"}, "4:54: segments.smb.uplift", "4 stands for 400%"),
        ({"team": "on_costs: 30"}, "6:38: team.csm.on_costs", "30 stands for 3,000%"),
        ({"team": "attrition: 1"}, "6:39: team.csm.attrition", "1 stands for 100%"),
        ({"finance": "discount_rate: 10"}, "7:26: finance.discount_rate", "10 stands for 1,000%"),
    ],
)
def test_a_share_without_its_percent_sign_is_doubted(written, place, share):
    assert doubted(**written) == [f"plan.yaml:{place}: {share}. Write the share in percent"]


@pytest.mark.parametrize(
    "written",
    [
        {"segment": "churn: 100%, expansion: 200%, contraction: 0.99, uplift: 1"},
        {"segment": "churn: {sbg: {alpha: 3, beta: 4}}"},
        {"segment": "churn: 8%, addressable: 60%, if_stopped: {churn: 1.2, expansion: 1}"},
        {"team": "on_costs: 130%, backfill: true, overloaded_attrition: 1.5, internal: 0"},
    ],
)
def test_a_share_that_says_so_is_not(written):
    assert [doubt for doubt in doubted(**written) if "stands for" in doubt] == []


def test_accounts_won_outside_of_the_plan_are_doubted_like_hires():
    won = "churn: 8%, new_accounts: {by_month: {2027-01: 3, 2027-02: 1, 2028-02: 4}}"
    found = doubted(segment=won, team="hires: {2027-01: 1, 2028-01: 2, 2028-02: 3}")
    hires, won = "this hire does nothing", "these accounts are not won"
    assert [line.partition(": ")[2] for line in found] == [
        f"team.csm.hires.2027-01: 2027-01 lies outside of the horizon; {hires}",
        f"team.csm.hires.2028-02: 2028-02 lies outside of the horizon; {hires}",
        f"segments.smb.new_accounts.by_month.2027-01: 2027-01 lies outside of the horizon; {won}",
        f"segments.smb.new_accounts.by_month.2028-02: 2028-02 lies outside of the horizon; {won}",
    ]


def test_a_value_from_within_a_month_on_is_told_when_it_holds():
    dates = "salary: {2027-02: 80_000, 2027-07-15: 90_000}"
    (found,) = doubted(team=dates)
    assert found == (
        "plan.yaml:6:54: team.csm.salary.2027-07-15: 2027-07-15 is within a month, "
        "so this value holds from 2027-08 on"
    )
    assert doubted(team=dates.replace("-15", "-01")) == []
