"""Sentences that can be repeated: over how long, of how many, and how sure."""

from __future__ import annotations

import pytest

import capacity

PLAN = """
name: sentences
horizon: {start: 2027-01, months: 12}
segments: {smb: {accounts: 60, arr: 9_000, churn: 20%}}
tasks: {care: {role: csm, every: month, hours: 2h}}
team: {csm: {headcount: 1, salary: 90_000, hours_per_week: 30}}
"""


@pytest.fixture
def told(scenario):
    def read(**settings):
        changed = {path.replace("__", "."): value for path, value in settings.items()}
        return " ".join(str(capacity.simulate(scenario(PLAN, set=changed), trials=0)).split())

    return read


def test_a_plan_of_a_year_need_not_say_so(told):
    said = told()
    assert "; GRR 80.0 %" in said
    assert "• The team costs $90.0k, " in said


@pytest.mark.parametrize(
    ("horizon", "span"),
    [
        ({"start": "2027-01", "months": 36}, "36 months"),
        ({"start": "2027-01", "months": 1}, "1 month"),
        ({"start": "2027-01-04", "step": "week", "weeks": 26}, "26 weeks"),
    ],
)
def test_no_cost_of_another_time_is_taken_for_a_year(told, horizon, span):
    assert f"• Over {span} the team costs $" in told(horizon=horizon)


def test_retention_of_a_longer_plan_is_that_of_its_first_year(told):
    """80 % are left after one renewal; after three it would be 51 %."""
    assert "; after 12 months GRR 80.0 %" in told(horizon__months=36)


def test_one_segment_is_told_once(told):
    rows = told().split("Opening book after 12 months")[1].split("Team cost")[0]
    assert rows.split() == [*["segment", "GRR", "NRR", "logos", "smb"], *["80.0", "%"] * 3]


def test_without_luck_a_sweep_tells_no_odds(scenario):
    """A person has 130.5 hours a month for 120; half a person's hours do not do."""
    hours = {"team.csm.hours_per_week": [15, 30]}
    said = str(capacity.grid(scenario(PLAN), hours, ["p_covered"], trials=0))
    assert [line.split()[1] for line in said.splitlines() if line[:2] in ("15", "30")] == [
        "no",
        "yes",
    ]
    said = str(capacity.grid(scenario(PLAN), hours, ["p_covered"], trials=100))
    assert [line.split()[1:] for line in said.splitlines() if line[:2] in ("15", "30")] == [
        ["0", "%"],
        ["100", "%"],
    ]


def test_a_sweep_shows_what_was_asked_for_and_of_whom(scenario):
    """Retention of a segment is not that of all."""
    plan = scenario(
        PLAN.replace("segments: {", "segments: {big: {accounts: 60, arr: 9_000, churn: 5%}, ")
    )
    metrics = ["grr[smb]", "due_hours[csm]", "accounts", "arr"]
    lines = str(
        capacity.grid(plan, {"team.csm.salary": [80_000, 90_000]}, metrics, trials=0)
    ).splitlines()
    after = {line: lines[i + 2].split() for i, line in enumerate(lines[:-2])}
    assert after["grr[segment smb], share"] == ["80000", "80.0", "%"]
    assert after["due_hours[csm], hours"][0] == "80000"
    assert after["accounts, accounts"][1] == "2027-12"
    assert "closing ARR" in "".join(lines)
    assert not any("Opening book" in line for line in lines)
