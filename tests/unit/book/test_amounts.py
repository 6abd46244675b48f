"""Amounts as programs export them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.book.amounts import amount, no_number


@given(
    value=st.integers(0, 10**13),
    before=st.sampled_from(["", "$", "USD ", "USD", "$ "]),
    after=st.sampled_from(["", " USD", "$"]),
    minus=st.sampled_from(["", "-"]),
)
def test_groups_signs_and_codes_change_no_digit(value, before, after, minus):
    text = f"{minus}{before}{value / 100:,.2f}{after}"
    assert amount(text, "USD") == float(f"{minus}{value / 100:.2f}")


@pytest.mark.parametrize(
    ("text", "currency", "value"),
    [
        ("₹12,00,000.50", "INR", 1_200_000.5),
        ("12,34,56,789", "INR", 123_456_789),
        ("1,200 €", "EUR", 1200),
        ("£0.99", "GBP", 0.99),
        ("CHF 1,200", "CHF", 1200),
        ("$1,200", "CAD", 1200),
        ("1200.", "USD", 1200),
    ],
)
def test_the_world_writes_money_in_many_ways(text, currency, value):
    assert amount(text, currency) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "$",
        "USD",
        "1.200,00",
        "12,5",
        "1,20,0",
        "1,2000",
        "(1,200)",
        "1 200",
        "1k",
        "$-5",
        "٣",
        "$$5",
    ],
)
def test_what_is_no_amount_is_none(text):
    assert math.isnan(amount(text, "USD"))
    assert "is not a number. Write digits, as in 95000" in no_number(text, "USD")


@pytest.mark.parametrize("text", ["€5", "EUR 5", "5 EUR", "¥5", "AUD 5"])
def test_another_currency_is_told_from_nonsense(text):
    assert math.isnan(amount(text, "USD"))
    assert "and the plan in USD. Convert the amount" in no_number(text, "USD")


def test_a_number_that_is_no_money_has_no_currency():
    assert no_number("€5", None) == "'€5' is not a number. Write digits, as in 95000"
