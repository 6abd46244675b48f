"""Text to hours, spans, rates, shares and money."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity import units

DAYS_PER_MONTH = 365.25 / 12


@pytest.mark.parametrize(
    ("raw", "hours"),
    [
        ("1h30m", 1.5),
        ("1h 30m", 1.5),
        ("90m", 1.5),
        ("90 min", 1.5),
        ("90 minutes", 1.5),
        ("2.5h", 2.5),
        (".5h", 0.5),
        ("2 hours", 2.0),
        ("1 hour 15 minutes", 1.25),
        ("1_000h", 1000.0),
        (" 3h ", 3.0),
        ("2.5", 2.5),
        ("95_000", 95_000.0),
        ("007", 7.0),
        (3, 3.0),
        (0, 0.0),
    ],
)
def test_hours_are_read(raw, hours):
    assert units.parse_hours(raw) == pytest.approx(hours)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("1:30", "Write 1h30m"),
        ("12:05", "Write 12h05m"),
        ("", "is not a number of hours"),
        ("h", "is not a number of hours"),
        ("30m1h", "is not a number of hours"),
        ("1h30", "is not a number of hours"),
        ("-1h", "is not a number of hours"),
        ("1,5h", "is not a number of hours"),
        ("3 months", "is not a number of hours"),
        ("0.5d", "a role that is not known here"),
        ("1e999h", "not a finite number"),
        ("nan", "is not a number of hours"),
        (math.nan, "not a finite number"),
        (math.inf, "not a finite number"),
        (True, "is not a number"),
        (None, "is not a number"),
        ([1], "is not a number"),
    ],
)
def test_what_are_no_hours_is_refused(raw, words):
    with pytest.raises(ValueError, match=words):
        units.parse_hours(raw)


@given(st.integers(0, 500), st.integers(0, 59))
def test_hours_and_minutes_add_up(hours, minutes):
    assert units.parse_hours(f"{hours}h{minutes}m") == pytest.approx(hours + minutes / 60)


@pytest.mark.parametrize(
    ("raw", "amount", "unit"),
    [
        ("90 days", 90, "day"),
        ("1 day", 1, "day"),
        ("6 weeks", 42, "day"),
        ("week", 7, "day"),
        ("3 months", 3, "month"),
        ("2.5 months", 2.5, "month"),
        ("quarter", 3, "month"),
        ("2 quarters", 6, "month"),
        ("Year", 12, "month"),
        ("3months", 3, "month"),
        (0, 0, "month"),
    ],
)
def test_spans_keep_what_was_said(raw, amount, unit):
    assert units.parse_span(raw) == units.Span(amount, unit)


@pytest.mark.parametrize(
    "raw",
    [
        3,
        "3",
        1.5,
        "",
        "often",
        "3h",
        "-1 month",
        "1 1 month",
        "2 fortnights",
        True,
        False,
        None,
        [],
    ],
)
def test_a_span_without_its_unit_is_refused(raw):
    with pytest.raises(ValueError, match=r"is not a span of time\. Write 90 days"):
        units.parse_span(raw)


def test_an_endless_span_is_refused():
    with pytest.raises(ValueError, match="finite"):
        units.parse_span("1e999 days")


def test_days_and_months_convert_by_the_mean_month():
    assert units.parse_months("90 days") == pytest.approx(90 / DAYS_PER_MONTH)
    assert units.parse_span("365.25 days").years == pytest.approx(1.0)
    assert units.parse_span("quarter").years == 0.25


@pytest.mark.parametrize(
    ("raw", "per_year"),
    [
        ("0.6 per year", 0.6),
        ("2 per month", 24.0),
        ("1 per quarter", 4.0),
        ("2/month", 24.0),
        ("1 per week", 365.25 / 7),
        ("12", 12.0),
        (12, 12.0),
        ("1_200", 1200.0),
    ],
)
def test_rates_are_read_per_year(raw, per_year):
    assert units.parse_per_year(raw) == pytest.approx(per_year)


@pytest.mark.parametrize("raw", ["often", "2 per fortnight", "per year", "2 hours per month", ""])
def test_what_is_no_rate_is_refused(raw):
    with pytest.raises(ValueError, match=r"is not a rate\. Write 0.6 per year or 2 per month"):
        units.parse_per_year(raw)


@pytest.mark.parametrize(
    ("raw", "per_year"),
    [("20 hours per month", 240.0), ("1h30m per week", 1.5 * 365.25 / 7), ("20 per month", 240.0)],
)
def test_work_over_time_is_read_per_year(raw, per_year):
    assert units.parse_hours_per_year(raw) == pytest.approx(per_year)


@pytest.mark.parametrize("raw", [20, "20", "20 hours", "20 hours per fortnight", None])
def test_work_needs_its_time(raw):
    with pytest.raises(ValueError, match="Write 20 hours per month"):
        units.parse_hours_per_year(raw)


@pytest.mark.parametrize(
    ("raw", "share"),
    [
        ("8%", 0.08),
        ("8 %", 0.08),
        ("100%", 1.0),
        ("0.5%", 0.005),
        (0.08, 0.08),
        ("-3%", -0.03),
        (1, 1),
    ],
)
def test_shares_are_read(raw, share):
    assert units.parse_share(raw) == pytest.approx(share)


@pytest.mark.parametrize("raw", ["8%%", "eight", "%", "8 percent", "", None, True, math.nan])
def test_what_is_no_share_is_refused(raw):
    with pytest.raises(ValueError, match=r"is not a share\. Write 8% or 0.08"):
        units.parse_share(raw)


@pytest.mark.parametrize(
    ("raw", "money"),
    [
        ("95_000", 95e3),
        ("95k", 95e3),
        ("95K", 95e3),
        ("1.2M", 1.2e6),
        ("1.2 M", 1.2e6),
        ("2bn", 2e9),
        ("82_000 USD", 82e3),
        ("1.2M USD", 1.2e6),
        (95_000, 95e3),
        (1e3, 1e3),
    ],
)
def test_money_is_read(raw, money):
    assert units.parse_money(raw, "USD") == pytest.approx(money)


@pytest.mark.parametrize("raw", ["lots", "12%", "95,000", "$95", "1.2m", "", "1M2"])
def test_what_is_no_money_is_refused(raw):
    with pytest.raises(ValueError, match="is not an amount of money"):
        units.parse_money(raw, "USD")


def test_money_of_another_currency_is_refused_with_the_plans_own():
    with pytest.raises(ValueError, match=r"is in EUR\. Write the amount in USD"):
        units.parse_money("82_000 EUR", "USD")
    with pytest.raises(ValueError, match="finite"):
        units.parse_money("1e999 USD", "USD")


@pytest.mark.parametrize(
    ("unit", "value", "raw", "words"),
    [
        (units.SHARE, 1.1, "110%", "A share is between 0 and 1"),
        (units.SHARE, 12.0, 12, r"Did you mean 12%\?"),
        (units.SHARE, -0.01, "-1%", "A share is between 0 and 1"),
        (units.HOURS, -1.0, -1, "A number of hours is at least 0"),
        (units.MONEY, -5.0, -5, "An amount is at least 0"),
        (units.CHANGE, -1.5, "-150%", "A change is at least -1"),
    ],
)
def test_values_out_of_bounds_are_refused(unit, value, raw, words):
    with pytest.raises(ValueError, match=words):
        unit.check(value, raw)


def test_bounds_belong_to_the_range():
    assert units.SHARE.check(0.0, 0) == 0.0
    assert units.SHARE.check(1.0, "100%") == 1.0
    assert units.CHANGE.check(-1.0, "-100%") == -1.0
    assert units.GROWTH.check(2.5, "250%") == 2.5


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        ("0.5d", "4h"),
        ("1d2h", "10h"),
        ("1d 30m", "8.5h"),
        ("2 days per month", "16h per month"),
        ("3h", "3h"),
        ("quarter", "quarter"),
        (5, 5),
        ({"low": "1d", "source": "1d"}, {"low": "8h", "source": "1d"}),
        ({"smb": {"value": "1d"}}, {"smb": {"value": "8h"}}),
    ],
)
def test_days_become_hours_at_any_depth_but_not_in_remarks(raw, written):
    assert units.days_to_hours(raw, 8.0) == written


@pytest.mark.parametrize(("value", "rounded"), [(2.5, 3), (2.49, 2), (0.5, 1), (3.0, 3), (-0.5, 0)])
def test_a_half_rounds_up(value, rounded):
    assert units.round_half_up(value) == rounded


@given(st.text(max_size=20))
def test_any_text_is_read_as_a_finite_number_or_refused_in_a_sentence(text):
    for parse in (
        units.parse_hours,
        units.parse_months,
        units.parse_per_year,
        units.parse_hours_per_year,
        units.parse_share,
        units.parse_money,
    ):
        try:
            assert math.isfinite(parse(text))
        except ValueError as error:
            assert "Write" in str(error)  # noqa: PT017
