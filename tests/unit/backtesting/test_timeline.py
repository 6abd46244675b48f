"""Which period a label or a day means, and where it lies beside the plan."""

from __future__ import annotations

import datetime as dt

import pytest

from capacity.backtesting.timeline import Timeline
from capacity.calendar import MONTH
from capacity.periods import Periods

MONTHS = Timeline(Periods.lasting_months(dt.date(2027, 2, 1), 12, 2, MONTH))
WEEKS = Timeline(Periods.lasting_weeks(dt.date(2027, 1, 4), 26, 1))


@pytest.mark.parametrize(
    ("timeline", "text", "label", "span", "number"),
    [
        (MONTHS, "2027-02", "2027-02", "month", 0),
        (MONTHS, "2028-01-31", "2028-01", "month", 11),
        (MONTHS, "2026-12", "2026-12", "month", -2),
        (MONTHS, "2028-02", "2028-02", "month", 12),
        (MONTHS, "FY27-Q4", "FY27-Q4", "quarter", 3),
        (MONTHS, "FY26-Q4", "FY26-Q4", "quarter", -1),
        (MONTHS, "FY27", "FY27", "year", 0),
        (MONTHS, "FY25", "FY25", "year", -2),
        (WEEKS, "2027-W01", "2027-W01", "week", 0),
        (WEEKS, "2027-01-10", "2027-W01", "week", 0),
        (WEEKS, "2027-01-03", "2026-W53", "week", -1),
        (WEEKS, "2027-03", "2027-03", "month", 2),
        (WEEKS, "2026-12", "2026-12", "month", -1),
    ],
)
def test_what_is_meant(timeline: Timeline, text: str, label: str, span: str, number: int) -> None:
    found = timeline.find(text)
    assert found
    assert (found.label, found.span, found.number, found.is_whole) == (label, span, number, True)
    assert found.is_before == (number < 0)
    assert found.is_after == (text == "2028-02")


def test_a_period_that_the_plan_holds_a_part_of() -> None:
    """The plan in weeks ends on a Sunday in July; its calendar year goes on."""
    found = [WEEKS.find(label) for label in ("FY27", "2027-07", "2027-06")]
    assert [one and one.is_whole for one in found] == [False, False, True]


@pytest.mark.parametrize("text", ["", "2027-13", "March", "2027-02-30", "20270201", "FY27-Q5"])
def test_what_is_no_period(text: str) -> None:
    assert MONTHS.find(text) is None


def test_a_year_of_each_span() -> None:
    years = {one.span: one.a_year for one in WEEKS.by_label.values()}
    assert years == {"week": 52, "month": 12, "quarter": 4, "year": 1}
