"""Limits of a hiring plan: they are kept, or the plan says which of them binds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

import capacity

PLAN = """\
name: Rising work
horizon: {start: 2027-02, months: 6}
segments: {smb: {accounts: 1}}
tasks:
  work: {role: csm, fixed: 480 hours per month}
  report: {role: analyst, fixed: 300 hours per month}
team:
  csm: {headcount: 1, salary: 60_000, hires: {2027-04: 1}}
  analyst: {headcount: 1, salary: 48_000}
"""


@pytest.fixture(scope="module")
def plan(scenario: Callable[..., capacity.Scenario]) -> capacity.Scenario:
    """480 h and 300 h at 160 to 184 h a month: three csm and two analysts."""
    return scenario(PLAN)


def months(found: capacity.HiringPlan) -> dict[tuple[str, str], int]:
    return {(start.role, start.month): start.count for start in found.starts}


def test_without_limits(plan: capacity.Scenario) -> None:
    found = capacity.plan(plan, trials=200)
    assert months(found) == {("csm", "2027-02"): 2, ("analyst", "2027-02"): 1}
    assert found.seats["csm"] == [3, 3, 4, 4, 4, 4]
    assert found.obstacle is None


def test_hires_in_a_month_count_those_of_the_plan(plan: capacity.Scenario) -> None:
    found = capacity.plan(plan, by="2027-04", max_hires_per_month=1, trials=200)
    assert found.holds
    taken = months(found)
    assert "2027-04" not in {month for _, month in taken}
    assert max(taken.values()) == 1
    assert sum(taken.values()) == 2
    tight = capacity.plan(plan, by="2027-03", max_hires_per_month=1, trials=200)
    assert not tight.holds
    assert tight.obstacle
    assert (tight.obstacle.binding, tight.obstacle.most) == (("hires per month",), 2)
    assert tight.obstacle.since == "2027-04"


def test_frozen_months(plan: capacity.Scenario) -> None:
    found = capacity.plan(plan, by="2027-04", freeze=["2027-04", "2027-03"], trials=200)
    assert found.holds
    assert {month for _, month in months(found)} == {"2027-02"}
    tight = capacity.plan(plan, by="2027-03", freeze=["2027-02", "2027-03"], trials=200)
    assert not tight.holds
    assert tight.obstacle
    assert tight.obstacle.binding == ("freeze",)
    assert set(tight.obstacle.months) <= {"2027-02", "2027-03"}
    assert tight.hires.total
    assert "2027-02" not in {month for _, month in months(tight)}


def test_a_budget(plan: capacity.Scenario) -> None:
    """Three csm and two analysts, and the planned csm of April: 5,000 and 4,000 a month."""
    needed = 5_000 * (3 + 3 + 4 * 4) + 4_000 * 2 * 6
    found = capacity.plan(plan, by="2027-02", budget=needed, trials=200)
    assert found.holds
    assert found.cost == pytest.approx(needed)
    tight = capacity.plan(plan, by="2027-02", budget=needed - 1, trials=200)
    assert not tight.holds
    assert tight.obstacle
    assert tight.obstacle.binding == ("budget",)
    assert tight.obstacle.budget == pytest.approx(needed)
    assert tight.cost <= needed - 1


def test_the_budget_that_would_do_does(plan: capacity.Scenario) -> None:
    """It is said in three digits, of which the last is not too small."""
    more = plan.with_({"team.csm.salary": 61_111})
    tight = capacity.plan(more, by="2027-02", budget="150k", trials=200)
    said = re.search(r"a budget of \$(\d+k)", str(tight))
    assert said
    assert tight.obstacle
    assert tight.obstacle.budget is not None
    assert tight.obstacle.budget > 1000 * round(tight.obstacle.budget / 1000)
    assert capacity.plan(more, by="2027-02", budget=said[1], trials=200).holds


def test_more_people_than_any_plan_adds(scenario: Callable[..., capacity.Scenario]) -> None:
    """It is refused with their number, and what to do about it."""
    crowd = PLAN.replace("480 hours", "1_000_000 hours").replace(", hires: {2027-04: 1}", "")
    with pytest.raises(capacity.QuestionError) as caught:
        capacity.plan(scenario(crowd), trials=200)
    assert re.fullmatch(
        r"csm: the work takes about [56],\d{3} more people who start in 2027-02, and a plan adds "
        "5,000 to a pool in a month at most. Write those who are certain under headcount or hires, "
        "and ask for the rest",
        str(caught.value),
    )


def test_why_the_estimate_is_no_bound(scenario: Callable[..., capacity.Scenario]) -> None:
    churn = {"segments.smb.churn": "10%", "segments.smb.addressable": "50%"}
    effect = {"tasks.work.if_stopped.churn": 1.5}
    faces = {"team.csm.departure.churn": 1.3}
    off = {"simulation.feedback": False}
    for sets, ends, words in (
        ({}, (), "No plan costs less than"),
        (churn, (), "No plan costs less than"),  # nothing says that anybody feels it
        (churn | effect, ("feedback",), "since customers react to what is done."),
        (churn | faces, ("feedback",), "since customers react to what is done."),
        (churn | effect | off, (), "No plan costs less than"),
        (churn | off | {"tasks.work.defer": "1 month"}, ("waiting",), "since work that waits goes"),
        ({"team.csm.overloaded_attrition": 2}, ("overload",), "since people leave where there is"),
    ):
        found = capacity.plan(scenario(PLAN, sets), trials=200)
        assert found.loose_ends == ends
        assert found.is_bound == (not ends)
        assert words in " ".join(str(found).split())


def test_a_budget_below_the_team_that_is_there(plan: capacity.Scenario) -> None:
    found = capacity.plan(plan, coverage=0.3, budget="1k", trials=200)
    assert (found.holds, found.hires.total, found.confidence) == (False, 0, 1.0)
    assert "already costs $74.0k, more than the budget of $1.00k." in " ".join(str(found).split())
    assert found.obstacle
    assert found.obstacle.binding == ("budget",)
    assert found.obstacle.budget == pytest.approx(5_000 * (2 + 2 * 4 + 0) + 4_000 * 6)


def test_several_limits_that_bind_together(plan: capacity.Scenario) -> None:
    found = capacity.plan(plan, by="2027-02", freeze=["2027-02"], max_hires_per_month=1, trials=200)
    assert not found.holds
    assert found.obstacle
    assert found.obstacle.together
    assert found.obstacle.binding == ("hires per month", "freeze")
    assert found.obstacle.most == 3
    assert found.obstacle.months == ("2027-02",)
    assert found.obstacle.since == "2027-05"


def test_of_three_limits_only_those_that_bind_are_named(plan: capacity.Scenario) -> None:
    """The first month is frozen and one a month is too few; money is there for all of it."""
    found = capacity.plan(
        plan, by="2027-02", freeze=["2027-02"], max_hires_per_month=1, budget="9M", trials=200
    )
    assert found.obstacle
    assert found.obstacle.together
    assert found.obstacle.binding == ("hires per month", "freeze")
    assert found.obstacle.budget is None


def test_the_best_within_the_limits_has_nobody_too_many(plan: capacity.Scenario) -> None:
    """Held from April on: two csm and an analyst more, one a month, beside the csm of April."""
    found = capacity.plan(plan, by="2027-03", max_hires_per_month=1, trials=200)
    assert not found.holds
    assert found.obstacle
    assert found.obstacle.since == "2027-04"
    again = capacity.plan(plan, by="2027-04", max_hires_per_month=1, trials=200)
    assert found.hires == again.hires
    assert again.hires.total == 2


def test_requisitions_that_come_before_the_plan_are_told(
    scenario: Callable[..., capacity.Scenario],
) -> None:
    wait = "salary: 60_000, time_to_hire: 2 months"
    plan = scenario(PLAN.replace("salary: 60_000", wait))
    found = capacity.plan(plan, by="2027-05", coverage=0.9, trials=200)
    assert [start.month for start in found.early] == [
        start.month for start in found.starts if start.month < "2027-04" and start.role == "csm"
    ]
    soon = capacity.plan(plan, by="2027-02", coverage=0.9, trials=200)
    assert {start.month for start in soon.early} == {"2027-02"}
    count = sum(start.count for start in soon.early)
    text = " ".join(str(soon).split())
    assert f"{count} requisitions have to be open before the plan begins." in text
    assert "ask again with --freeze 2027-02." in text


def test_people_who_need_not_be_hired(plan: capacity.Scenario) -> None:
    found = capacity.plan(plan, coverage=0.3, trials=200)
    assert (found.holds, found.hires.total, found.added_cost) == (True, 0, 0.0)
    assert found.scenario.diff(plan) == []
    assert found.gap == 0
    assert "Hire nobody" in str(found)


def test_the_report_says_what_binds_and_what_was_not_confirmed(plan: capacity.Scenario) -> None:
    found = capacity.plan(plan, 0.9, by="2027-03", max_hires_per_month=1, trials=200)
    text = " ".join(str(found).split())
    assert "No plan that is allowed holds coverage of 90 % in every month from 2027-03 on" in text
    assert "What binds: hires per month. • What would do: 2 hires a month." in text
    assert "coverage holds as often from 2027-04 on" in text
    assert "The best that was found: hire" in text
    unlucky = replace(found, obstacle=None)
    assert "The plan that was found does not hold coverage of 90 %" in " ".join(
        str(unlucky).split()
    )


# --- what is wrong with a request ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"by": "2028-07"}, "by 2028-07: is not within the plan, 2027-02 to 2027-07. Name a month"),
        ({"by": "soon"}, "by 'soon' is not a month. Write it as 2027-02"),
        ({"freeze": ["2027-01"]}, "freeze 2027-01: is not within the plan"),
        ({"freeze": ["2027-13"]}, "freeze '2027-13' is not a month"),
        ({"confidence": 1}, "confidence 1: has to lie between 0% and 100%"),
        ({"confidence": "0%"}, "confidence 0%: has to lie between 0% and 100%"),
        ({"confidence": "many"}, "confidence 'many' is not a share. Write 8% or 0.08"),
        ({"coverage": "120%"}, "coverage 120%: is no part of the work. Write a share up to 100%"),
        ({"coverage": 0}, "coverage 0: is no part of the work"),
        ({"priority": 0}, "priority 0: the first priority is 1. Write 1 or more"),
        ({"priority": 3}, "priority 3: no role with seats of its own has work of that priority"),
        ({"max_hires_per_month": -1}, "max_hires_per_month -1: is below 0. Write 0 or more"),
        ({"budget": "2.4M EUR"}, "budget '2.4M EUR' is in EUR. Write the amount in USD"),
        ({"budget": 0}, "budget 0: buys nobody"),
    ],
)
def test_what_is_wrong_with_a_request(
    plan: capacity.Scenario, asked: dict[str, object], words: str
) -> None:
    with pytest.raises(capacity.QuestionError) as caught:
        capacity.plan(plan, **asked)
    assert str(caught.value).startswith(words)


def test_all_that_is_wrong_is_said_at_once(plan: capacity.Scenario) -> None:
    with pytest.raises(capacity.QuestionError) as caught:
        capacity.plan(plan, "120%", 2, by="2030-01", budget="much", freeze=["2020-01"])
    lines = str(caught.value).splitlines()
    assert [line.split()[0] for line in lines] == [
        "freeze", "coverage", "confidence", "by", "budget"
    ]  # fmt: skip


def test_roles_without_work_for_accounts(scenario: Callable[..., capacity.Scenario]) -> None:
    text = PLAN.replace("role: csm", "role: lead").replace("role: analyst", "role: lead")
    plan = scenario(text + "  lead: {per: {csm: 4}}\n")
    with pytest.raises(capacity.QuestionError, match=r"\(lead follow from other roles\)"):
        capacity.plan(plan)


def test_futures_are_counted_in_hundreds(plan: capacity.Scenario) -> None:
    assert capacity.plan(plan, trials=1).manifest["trials"] == 200
    assert capacity.plan(plan, trials=201).manifest["trials"] == 300
    with pytest.raises(ValueError, match="trials is 0"):
        capacity.plan(plan, trials=0)


def test_weeks(scenario: Callable[..., capacity.Scenario]) -> None:
    """Hires come by month, the work is covered by the week."""
    text = PLAN.replace("months: 6", "weeks: 20, step: week").replace("2027-02,", "2027-02-01,")
    plan = scenario(text)
    found = capacity.plan(plan, 1.0, by="2027-W10", trials=200)
    assert found.by == "2027-W10"
    assert found.holds
    labels = plan.plan.horizon.periods.labels
    assert found.seats["csm"][labels.index("2027-W10")] == 3  # 110 h a week, 40 h each
    assert capacity.plan(plan, 1.0, by="2027-03", trials=200).by == "2027-W09"


WEEKS = """\
name: Rising work by week
horizon: {start: 2027-01-04, step: week, weeks: 10}
segments: {smb: {accounts: 1}}
tasks: {work: {role: csm, fixed: 300 hours per month}}
team: {csm: {headcount: 1, salary: 60_000}}
"""


def test_a_month_that_has_begun_before_a_plan_in_weeks(
    scenario: Callable[..., capacity.Scenario],
) -> None:
    """The report names it where a requisition comes too early: then it has to be understood."""
    weekly = scenario(WEEKS)
    found = capacity.plan(weekly, freeze=["2027-01"], by="2027-02", trials=200)
    assert min(start.month for start in found.starts) > "2027-01"
    assert capacity.plan(weekly, by="2027-01", freeze=["2027-01"], trials=200).by == "2027-W01"
    with pytest.raises(capacity.QuestionError, match="freeze 2026-12: is not within the plan"):
        capacity.plan(weekly, freeze=["2026-12"], trials=200)


def test_what_few_futures_cannot_tell(plan: capacity.Scenario) -> None:
    """Neither a confidence next to certainty, nor plans that are next to each other."""
    words = "200 futures cannot tell 99.9 % from all of them"
    assert words in " ".join(str(capacity.plan(plan, confidence=0.999, trials=200)).split())
    found = capacity.plan(plan, trials=200)
    assert "cannot tell" not in str(found)
    nobody, *_ = found.frontier
    near = replace(nobody, confidence=0.91, confidence_error=0.02)
    clear = replace(nobody, confidence=0.96, confidence_error=0.02)
    for point, is_said in ((near, True), (clear, False)):
        said = str(replace(found, frontier=(point, *found.frontier[1:])))
        assert ("nobody costs less, and its 9" in said) == is_said
