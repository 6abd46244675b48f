"""ISO weeks against the standard library's, and what falls into which of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import capacity
from capacity.calendar import MONTH, WEEK, first_days, month_label, month_number
from capacity.model.demand import due_every_months
from capacity.periods import Periods
from capacity.units import parse_span

MONDAY = dt.date(2027, 3, 1)
some_day = st.dates(dt.date(1900, 1, 1), dt.date(2300, 1, 1))


def weeks(first: dt.date, count: int, fiscal: int = 1) -> Periods:
    return Periods.lasting_weeks(first, count, fiscal)


def days(*written: str) -> np.ndarray:
    return np.array(written, dtype="datetime64[D]")


@given(some_day)
def test_labels_are_those_of_the_iso_calendar(day: dt.date) -> None:
    year, week, weekday = day.isocalendar()
    (number,) = WEEK.numbers(np.array([day], dtype="datetime64[D]"))
    assert WEEK.labels(np.array([number])) == [f"{year}-W{week:02d}"]
    (monday,) = WEEK.first_days(np.array([number])).tolist()
    assert monday == day - dt.timedelta(days=weekday - 1)
    (month,) = WEEK.months(np.array([number]))
    thursday = monday + dt.timedelta(days=3)
    assert month == month_number(thursday.year, thursday.month)


def test_years_end_in_week_52_or_53() -> None:
    around = weeks(dt.date(2026, 12, 28), 54)
    assert around.labels[:2] == ["2026-W53", "2027-W01"]
    assert around.labels[-2:] == ["2027-W52", "2028-W01"]
    assert around.calendar_year[[0, 1, -2, -1]].tolist() == [2026, 2027, 2027, 2028]
    assert around.first_days[[0, -1]].tolist() == [dt.date(2026, 12, 28), dt.date(2028, 1, 10)]
    # 1 January 2028 is a Saturday, so its week is the last of 2027
    assert around.labels[around.of_month(month_number(2028, 1))] == "2027-W52"


@pytest.mark.parametrize(
    ("start", "months", "first", "last", "count"),
    [
        ("2027-01-04", 12, "2027-W01", "2028-W01", 53),
        ("2027-01-01", 12, "2026-W53", "2027-W52", 53),
        ("2027-03-03", 1, "2027-W09", "2027-W13", 5),
        ("2027-08-31", 6, "2027-W35", "2028-W09", 27),
        ("2028-02-29", 12, "2028-W09", "2029-W09", 53),
    ],
)
def test_months_last_from_the_week_of_the_first_day_to_that_of_the_last(
    start: str, months: int, first: str, last: str, count: int
) -> None:
    found = Periods.lasting_months(dt.date.fromisoformat(start), months, 1, WEEK)
    assert (found.labels[0], found.labels[-1], found.count) == (first, last, count)
    assert found.begin == np.datetime64(start)


def test_weeks_are_counted_from_the_one_that_holds_the_start() -> None:
    for day in range(7):
        found = weeks(MONDAY + dt.timedelta(days=day), 3)
        assert found.labels == ["2027-W09", "2027-W10", "2027-W11"]
        assert found.first_days[0].item() == MONDAY


@given(st.lists(some_day, min_size=1), some_day)
def test_a_day_lies_in_the_period_that_holds_it(of: list[dt.date], first: dt.date) -> None:
    wanted = np.array(of, dtype="datetime64[D]")
    for periods in (weeks(first, 5), Periods.lasting_months(first.replace(day=1), 5, 1, MONTH)):
        number = periods.start + periods.holding(wanted)
        assert (periods.step.first_days(number) <= wanted).all()
        assert (wanted < periods.step.first_days(number + 1)).all()


def test_numbers_of_weeks_are_no_numbers_of_months() -> None:
    ages = days("0001-01-01", "9999-12-31")
    assert MONTH.numbers(ages).max() < WEEK.numbers(ages).min()
    # nor are their doubles, which number the draws of seats
    assert 2 * MONTH.numbers(ages).max() + 1 < 2 * (WEEK.numbers(ages).min() - 10**5)


@pytest.mark.parametrize(
    ("span", "count"),
    [
        ("90 days", 13),
        ("1 month", 4),
        ("quarter", 13),
        ("year", 52),
        ("10 days", 1),
        ("11 days", 2),
        ("3.5 days", 1),
        ("3 days", 0),
        ("6 weeks", 6),
        ("2.5 weeks", 3),
    ],
)
def test_spans_become_whole_weeks_half_up(span: str, count: int) -> None:
    assert weeks(MONDAY, 1).rounded(parse_span(span)) == count


def test_numbers_of_months_become_whole_weeks_half_up() -> None:
    found = weeks(MONDAY, 1).rounded_months(np.array([0.0, 0.1, 0.2, 1.0, 2.0, 2.5]))
    exact = [Fraction(36525, 8400) * Fraction(str(m)) for m in (0, 0.1, 0.2, 1, 2, 2.5)]
    assert found.tolist() == [int(x + Fraction(1, 2)) for x in exact] == [0, 0, 1, 4, 9, 11]


@given(st.integers(0, 2000))
def test_completed_months_are_of_a_twelfth_of_a_year(tenure: int) -> None:
    exact = tenure * 7 // Fraction(36525, 1200)
    assert WEEK.completed_months(np.array([tenure])).tolist() == [exact]


def test_a_ramp_by_months_is_stretched_over_their_weeks() -> None:
    output = np.array([[0.1], [0.5], [0.8]])
    found = weeks(MONDAY, 1).by_tenure(output)[:, 0].tolist()
    # a month is over after 5 weeks (4.35), two after 9 (8.70), three after 14 (13.04)
    assert found == [0.1] * 5 + [0.5] * 4 + [0.8] * 5
    assert Periods(month_number(2027, 1), 1).by_tenure(output).tolist() == output.tolist()
    assert weeks(MONDAY, 1).by_tenure(np.zeros((0, 1))).shape == (0, 1)


def test_a_span_of_a_week_is_no_shorter_than_a_week() -> None:
    found = weeks(MONDAY, 1)
    for span, is_shorter in (
        ("week", False),
        ("7 days", False),
        ("6 days", True),
        ("month", False),
    ):
        assert found.is_shorter(parse_span(span)) is is_shorter


@pytest.mark.parametrize(
    ("term", "fewest"), [(1, 4), (2, 8), (3, 12), (6, 25), (12, 52), (24, 104)]
)
def test_a_term_has_at_least_so_many_whole_weeks(term: int, fewest: int) -> None:
    assert WEEK.fewest(np.array([term])).tolist() == [fewest]
    begins = month_number(2027, 1) + np.arange(400)
    apart = (first_days(begins + term) - first_days(begins)).astype(int)
    assert apart.min() // 7 == fewest


def test_shares_of_the_calendar_year_and_of_the_month() -> None:
    year = weeks(dt.date(2027, 1, 4), 52)
    # 52 weeks of five days are 260 of the 261 Mondays to Fridays of 2027
    assert year.share_of_year().sum() == pytest.approx(260 / 261)
    assert weeks(dt.date(2026, 1, 1), 53).share_of_year().sum() == pytest.approx(265 / 261)
    shares = year.share_of_month()
    for month in range(12):
        assert shares[year.calendar_month == month].sum() == pytest.approx(1)
    assert sorted(set(np.rint(1 / shares).tolist())) == [4, 5]
    cut = weeks(dt.date(2027, 1, 11), 2)
    assert cut.share_of_month().tolist() == [1 / 4, 1 / 4]  # of a month that began before the plan
    assert Periods(month_number(2027, 1), 3).share_of_month().tolist() == [1, 1, 1]


def test_holidays_and_leaves_are_counted_in_their_week() -> None:
    found = weeks(dt.date(2027, 5, 3), 3)
    # In Germany Ascension is Thursday 6 May 2027, Whit Monday the 17th
    assert found.holidays_on_weekdays("DE").tolist() == [1, 0, 1]
    leave = days("2027-05-05", "2027-05-18")
    assert found.away_share(leave, None).tolist() == [3 / 5, 1, 1 / 5]
    assert found.away_share(leave, "DE").tolist() == [2 / 4, 1, 0]


def test_a_fiscal_quarter_ends_in_the_week_of_its_last_day() -> None:
    year = weeks(dt.date(2027, 1, 4), 57, fiscal=2)
    quarters = ["2027-01-31", "2027-04-30", "2027-07-31", "2027-10-31", "2028-01-31"]
    for months, ends in ((3, quarters), (6, quarters[::2]), (12, quarters[::4])):
        found = np.flatnonzero(year.ends_fiscal(months))
        assert found.tolist() == year.holding(days(*ends)).tolist()


def test_longer_periods_are_those_of_the_thursday() -> None:
    found = weeks(dt.date(2027, 1, 25), 2, fiscal=2)
    assert found.labels == ["2027-W04", "2027-W05"]
    assert found.labels_by("month") == ["2027-01", "2027-02"]
    assert found.labels_by("quarter") == ["FY26-Q4", "FY27-Q1"]
    assert found.labels_by("year") == ["FY26", "FY27"]
    assert found.labels_by("week") == found.labels
    assert found.spans == ("week", "month", "quarter", "year")
    (of_april,) = set(weeks(dt.date(2027, 4, 28), 1).labels_by("month"))
    assert of_april == month_label(month_number(2027, 4))


def test_years_of_a_plan_end_by_date_or_after_52_weeks() -> None:
    by_months = Periods.lasting_months(dt.date(2027, 1, 20), 30, 1, WEEK)
    assert (
        by_months.year_ends.tolist() == by_months.holding(days("2028-01-19", "2029-01-19")).tolist()
    )
    assert by_months.year_in_words == "12 months"
    assert weeks(MONDAY, 104).year_ends.tolist() == [51, 103]
    assert weeks(MONDAY, 51).year_ends.tolist() == []
    assert weeks(MONDAY, 52).year_in_words == "52 weeks"
    assert Periods(month_number(2027, 5), 30).year_ends.tolist() == [11, 23]


def test_anniversaries_count_from_the_first_period_that_begins_on_them_or_later() -> None:
    found = Periods.lasting_months(dt.date(2027, 1, 20), 30, 1, WEEK)
    first = [int(np.flatnonzero(found.anniversaries == year)[0]) for year in (1, 2)]
    assert [found.first_days[t].item() for t in first] == [
        dt.date(2028, 1, 24),
        dt.date(2029, 1, 22),
    ]
    assert found.first_year == first[0]
    # the Monday of 3 January 2028 is the last before the anniversary
    assert weeks(dt.date(2027, 1, 4), 60).first_year == 53
    assert (
        Periods(month_number(2027, 5), 30).anniversaries.tolist() == [0] * 12 + [1] * 12 + [2] * 6
    )
    assert Periods(month_number(2027, 5), 7).first_year == 7


def test_an_event_lasts_in_the_weeks_of_its_months() -> None:
    found = weeks(dt.date(2027, 1, 4), 20)
    inside = found.within(month_number(2027, 2), 2)
    assert [found.labels[t] for t in (inside[0], inside[-1])] == ["2027-W05", "2027-W12"]
    assert list(found.within(month_number(2026, 1), 12)) == []
    assert list(found.within(month_number(2026, 12), 2)) == [0, 1, 2, 3]


def test_work_every_quarter_comes_in_the_week_of_its_day() -> None:
    """30 November, the last of February, 30 May and so on."""
    found = weeks(dt.date(2027, 1, 4), 52)
    due = due_every_months(np.array([month_number(2026, 11)]), np.array([30]), 3, found.first_days)
    expected = days("2027-02-28", "2027-05-30", "2027-08-30", "2027-11-30")
    assert np.flatnonzero(due[0]).tolist() == found.holding(expected).tolist()
    own = due_every_months(np.array([month_number(2027, 3)]), np.array([10]), 6, found.first_days)
    assert np.flatnonzero(own[0]).tolist() == found.holding(days("2027-09-10")).tolist()


PLAN = """
    name: doubts
    horizon: {start: 2027-01-04, weeks: 10, step: week}
    segments: {customers: {accounts: 1}}
    tasks: {talk: {role: csm, fixed: 1 hour per month}}
    team: {csm: {headcount: 1, hires: {2027-01: 1, 2027-02: 1, 2027-03: 1, 2027-04: 1}}}
    events: {slump: {probability: 1, start: 2027-04, months: 2, hours: 2}}
"""


def test_hires_and_events_outside_of_the_weeks_are_said(
    scenario: Callable[..., capacity.Scenario],
) -> None:
    """The first of January lies in the week before; 10 weeks end on 14 March."""
    said = [(w.path, w.text) for w in scenario(PLAN).warnings]
    assert [path for path, _ in said] == [
        "team.csm.hires.2027-01", "team.csm.hires.2027-04", "events.slump.start",
    ]  # fmt: skip
    heads = capacity.simulate(scenario(PLAN), trials=0).array("headcount", role="csm")[:, 0]
    assert heads.tolist() == [1] * 4 + [2] * 4 + [3] * 2
