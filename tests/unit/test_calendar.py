"""Periods against the standard library's calendar and public holidays that can be looked up."""

from __future__ import annotations

import calendar
import datetime as dt

import numpy as np
import pytest

from capacity.calendar import (
    first_day,
    month_label,
    month_number,
    month_numbers,
    public_holidays,
)
from capacity.periods import Periods

JANUARY_2027 = month_number(2027, 1)


def weekdays_of(year: int, month: int) -> int:
    days = range(1, calendar.monthrange(year, month)[1] + 1)
    return sum(dt.date(year, month, day).weekday() < 5 for day in days)


def test_months_are_numbers_on_one_line() -> None:
    assert month_number(2028, 1) - month_number(2027, 12) == 1
    assert month_label(month_number(2027, 3)) == "2027-03"
    assert first_day(month_number(2027, 12)) == dt.date(2027, 12, 1)
    days = np.array(["2027-02-28", "2027-03-01", "1969-12-31"], dtype="datetime64[D]")
    expected = [month_number(2027, 2), month_number(2027, 3), month_number(1969, 12)]
    assert month_numbers(days).tolist() == expected


def test_periods_have_labels_and_first_days() -> None:
    periods = Periods(month_number(2027, 11), 3)
    assert periods.labels == ["2027-11", "2027-12", "2028-01"]
    assert periods.first_days.astype(str).tolist() == [
        "2027-11-01",
        "2027-12-01",
        "2028-01-01",
        "2028-02-01",
    ]
    assert periods.calendar_month.tolist() == [10, 11, 0]
    assert periods.years_each == 1 / 12


def test_weekdays_are_those_of_the_calendar() -> None:
    periods = Periods(month_number(2023, 1), 120)
    expected = [weekdays_of(m // 12, m % 12 + 1) for m in periods.months]
    assert periods.weekdays().tolist() == expected


@pytest.mark.parametrize(("year", "days"), [(2023, 260), (2027, 261), (2028, 260), (2024, 262)])
def test_a_year_has_260_to_262_weekdays(year: int, days: int) -> None:
    assert Periods(month_number(year, 1), 12).weekdays().sum() == days


def test_shares_of_a_calendar_year_add_up_to_one() -> None:
    shares = Periods(JANUARY_2027, 24).share_of_year()
    assert shares[:12].sum() == pytest.approx(1)
    assert shares[12:].sum() == pytest.approx(1)
    assert shares[1] == pytest.approx(20 / 261)
    assert shares[13] == pytest.approx(21 / 260)


def test_holidays_of_the_united_states_in_2027() -> None:
    """Eleven public holidays, and New Year of 2028 observed."""
    counts = Periods(JANUARY_2027, 12).holidays_on_weekdays("US")
    # Juneteenth is a Saturday (observed on Friday the 18th), 4 July a Sunday (Monday the 5th),
    # Christmas a Saturday (Friday the 24th), New Year 2028 a Saturday (Friday 31 December).
    assert counts.tolist() == [2, 1, 0, 0, 1, 1, 1, 0, 1, 1, 2, 2]


def test_a_holiday_observed_before_new_year_counts_in_the_year_it_is_kept() -> None:
    december = Periods(month_number(2027, 12), 1)
    assert december.holidays_on_weekdays("US").tolist() == [2]


def test_holidays_on_weekends_do_not_count() -> None:
    # In Germany 1 May 2027 is a Saturday; Ascension (6 May) and Whit Monday (17 May) are not.
    assert Periods(month_number(2027, 5), 1).holidays_on_weekdays("DE").tolist() == [2]


def test_a_subdivision_has_holidays_of_its_own() -> None:
    january = Periods(JANUARY_2027, 1)
    assert january.holidays_on_weekdays("DE").tolist() == [1]
    assert january.holidays_on_weekdays("DE-BY").tolist() == [2]


def test_norway_is_a_country_and_no_calendar_has_no_holidays() -> None:
    assert Periods(JANUARY_2027, 12).holidays_on_weekdays("NO").sum() > 0
    assert Periods(JANUARY_2027, 3).holidays_on_weekdays(None).tolist() == [0, 0, 0]


@pytest.mark.parametrize("start", [JANUARY_2027, JANUARY_2027 + 7])
def test_holidays_do_not_depend_on_where_the_horizon_starts(start: int) -> None:
    whole = Periods(JANUARY_2027, 36).holidays_on_weekdays("US")
    part = Periods(start, 12).holidays_on_weekdays("US")
    first = start - JANUARY_2027
    assert part.tolist() == whole[first : first + 12].tolist()


def test_an_unknown_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="no holidays are known for 'XX'"):
        public_holidays("XX", range(2027, 2028))


def test_a_fiscal_year_bears_the_year_in_which_it_begins() -> None:
    periods = Periods(JANUARY_2027, 14, fiscal_year_start=2)
    assert periods.fiscal_years() == ["FY26"] + ["FY27"] * 12 + ["FY28"]
    quarters = periods.fiscal_quarters()
    assert quarters[:5] == ["FY26-Q4", "FY27-Q1", "FY27-Q1", "FY27-Q1", "FY27-Q2"]
    assert quarters[-1] == "FY28-Q1"


def test_fiscal_quarters_halves_and_years_end_in_their_last_month() -> None:
    periods = Periods(JANUARY_2027, 12, fiscal_year_start=2)
    ends = {
        months: (np.flatnonzero(periods.ends_fiscal(months)) + 1).tolist() for months in (3, 6, 12)
    }
    assert ends == {3: [1, 4, 7, 10], 6: [1, 7], 12: [1]}


def test_calendar_years_are_fiscal_years_without_a_start() -> None:
    periods = Periods(JANUARY_2027, 12)
    assert set(periods.fiscal_years()) == {"FY27"}
    assert np.flatnonzero(periods.ends_fiscal(3)).tolist() == [2, 5, 8, 11]


def test_a_leave_takes_its_share_of_the_working_days() -> None:
    """May 2027 has 21 Mondays to Fridays; in Germany the 6th and the 17th are holidays."""
    may = Periods(month_number(2027, 4), 3)
    leave = np.array(["2027-05-10", "2027-05-22"], dtype="datetime64[D]")
    assert may.away_share(leave, None).tolist() == [0, 10 / 21, 0]
    assert may.away_share(leave, "DE").tolist() == [0, 9 / 19, 0]
    weekend = np.array(["2027-05-08", "2027-05-10"], dtype="datetime64[D]")
    assert may.away_share(weekend, None).tolist() == [0, 0, 0]
    ages = np.array(["0001-01-01", "2027-05-01"], dtype="datetime64[D]")
    assert may.away_share(ages, "US").tolist() == [1, 0, 0]
    for_good = np.array(["2027-05-01", "9999-12-31"], dtype="datetime64[D]")
    assert may.away_share(for_good, "US").tolist() == [0, 1, 1]


def test_a_pool_may_have_no_holidays_at_all() -> None:
    assert public_holidays("none", range(2027, 2029)) == frozenset()
    assert not Periods(JANUARY_2027, 12).holidays_on_weekdays("none").any()
    with pytest.raises(ValueError, match="such as US, or DE-BY; or none"):
        public_holidays("nowhere", range(2027, 2028))
