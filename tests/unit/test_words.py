"""Numbers as people say them, and when their errors are worth a word."""

from __future__ import annotations

import math

import pytest

from capacity.report.words import (
    error,
    hours,
    hours_error,
    money,
    money_error,
    people,
    people_error,
    points,
    points_error,
    share,
    share_error,
    shows,
    signed,
    unbroken,
)


@pytest.mark.parametrize(
    ("value", "spread", "said"),
    [
        (13.1e6, 0.14e6, " ± 0.1M"),
        (13.1e6, 0.12e6, ""),  # below 1 %
        (9.72e6, 0.1e6, " ± 0.10M"),
        (945e3, 23e3, " ± 23k"),
        (5.2e3, 0.06e3, " ± 0.06k"),
        (12, 0.4, ""),  # the last digit does not move
        (12, 3, " ± 3"),
        (0, 0, ""),
        (0, 400, " ± 400"),
    ],
)
def test_errors_of_money_have_the_digits_of_the_amount(value, spread, said) -> None:
    assert money_error(value, spread) == said


@pytest.mark.parametrize(
    ("value", "spread", "said"),
    [(1234, 12, ""), (1234, 13, " ± 13"), (34, 0.4, ""), (34, 0.6, " ± 1"), (0, 2.5, " ± 2")],
)
def test_errors_of_hours_matter_from_one_percent(value, spread, said) -> None:
    assert hours_error(value, spread) == said


@pytest.mark.parametrize(
    ("value", "spread", "said"),
    [(8.4, 0.08, ""), (8.4, 0.09, " ± 0.1"), (0.6, 0.04, ""), (0.6, 0.06, " ± 0.1")],
)
def test_errors_of_people_matter_from_one_percent(value, spread, said) -> None:
    assert people_error(value, spread) == said


@pytest.mark.parametrize(
    ("spread", "digits", "said"),
    [(0.0049, 1, ""), (0.0051, 1, " ± 0.5 points"), (0.0049, 0, ""), (0.012, 0, " ± 1 points")],
)
def test_errors_of_shares_matter_from_half_a_point(spread, digits, said) -> None:
    assert share_error(0.9, spread, digits) == said


@pytest.mark.parametrize("spread", [math.nan, math.inf])
@pytest.mark.parametrize("value", [0.0, 0.5, 5e6, math.nan, math.inf])
def test_nothing_is_said_of_an_error_that_is_not_known(value, spread) -> None:
    for said in (money_error, hours_error, people_error, share_error):
        assert said(value, spread) == ""


def test_the_bare_rule_asks_for_the_last_digit_alone() -> None:
    assert error(0.049, 1) == ""
    assert error(0.051, 1) == " ± 0.1"
    assert error(0.0004, 1, 100) == ""
    assert error(0.004, 1, 100) == " ± 0.4"


@pytest.mark.parametrize(
    ("value", "said"), [(999.4, "999"), (999.6, "1.00k"), (9_996, "10.0k"), (1.385e6, "1.39M")]
)
def test_money_has_three_digits(value, said) -> None:
    assert money(value) == said


@pytest.mark.parametrize(
    ("value", "text", "said"),
    [(0.5, "1.2k", "+1.2k"), (-3, "0.1 pp", "−0.1 pp"), (0.001, "0.0", "0.0"), (-1e-9, "0", "0")],
)
def test_differences_have_a_sign_where_they_show_something(value, text, said) -> None:
    assert signed(value, text) == said
    assert shows(text) == (said != text)


def test_differences_of_shares_are_points() -> None:
    assert points(0.0123) == "1.2 pp"
    assert points(math.nan) == "–"
    assert points_error(0.0123, 0.002) == " ± 0.2"
    assert points_error(0.0123, 0.0004) == ""


def test_what_lies_below_nothing_has_a_minus_sign_and_nothing_has_none():
    assert (money(-1234.0), money(-0.2), money(-4e6, "USD")) == ("−1.23k", "0", "−$4.00M")
    assert (share(-0.123, 1), share(-0.0004), hours(-0.4)) == ("−12.3 %", "0 %", "0")
    assert (hours(-1234.0), people(-0.04), points(-0.05)) == ("−1,234", "0.0", "−5.0 pp")


def test_a_browser_ends_no_line_behind_a_minus() -> None:
    assert unbroken("worth −$448k") == "worth −\u2060$448k"
    assert unbroken("−5 % or − 3") == "−5\u00a0% or − 3"
