"""Cells of money: thousands, currencies by code and by sign."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import capacity
from capacity.book.amounts import Amounts

PLAN = """\
name: Accounts in two currencies
currency: {currency}
{fx}
horizon: {{start: 2027-02, months: 12}}
accounts: {{file: accounts.csv}}
segments: {{smb: {{churn: 10%}}}}
tasks: {{qbr: {{role: csm, every: quarter, hours: 1h}}}}
team: {{csm: {{headcount: 2}}}}
"""


def load(tmp_path, *cells, currency="USD", fx="fx: {EUR: 1.08}"):
    rows = [f'a{i},smb,"{cell}",2026-05-01,2027-05-01\n' for i, cell in enumerate(cells)]
    (tmp_path / "accounts.csv").write_text("id,segment,arr,start,renewal\n" + "".join(rows))
    (tmp_path / "plan.yaml").write_text(PLAN.format(currency=currency, fx=fx))
    return capacity.load(tmp_path / "plan.yaml")


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("82,000", 82_000),
        ("1,234,567.89", 1_234_567.89),
        ("USD 82,000.00", 82_000),
        ("82000 USD", 82_000),
        ("$82,000", 82_000),
        ("82,000 EUR", 88_560),
        ("EUR 82000", 88_560),
        ("€82,000.50", 82_000.5 * 1.08),
        ("82,000\N{NO-BREAK SPACE}€", 88_560),
        ("0 EUR", 0),
    ],
)
def test_amounts_in_the_plans_currency(tmp_path, cell, amount):
    assert load(tmp_path, cell).book.arr == pytest.approx([amount], rel=1e-12)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("82,000 CHF", "'82,000 CHF' is in CHF. Write the amount in USD, or what one CHF is worth"),
        ("£5", "'£5' is in GBP"),
        ("¥5", "'¥5' may be JPY or CNY. Write the code for ¥"),
        ("82.000 €", "'82.000 €' may mean thousands. Write 82000 EUR"),
        ("82,00 €", "'82,00 €' is not a number. Write digits, as in 95000"),
        ("EUR 5 USD", "is not a number"),
        ("much", "'much' is not a number"),
        ("9" * 200 + " EUR", "is not a number"),
    ],
)
def test_what_is_no_amount_is_named_by_its_row(tmp_path, cell, words):
    with pytest.raises(capacity.InputError) as caught:
        load(tmp_path, "5", cell)
    (mistake,) = caught.value.mistakes
    assert str(mistake).startswith(f"{tmp_path / 'accounts.csv'}:3: arr: ")
    assert words in str(mistake)


@given(
    value=st.integers(0, 10**13),
    before=st.sampled_from(["", "$", "USD ", "USD", "$ "]),
    after=st.sampled_from(["", " USD", "$"]),
    minus=st.sampled_from(["", "-"]),
)
def test_groups_signs_and_codes_change_no_digit(value, before, after, minus):
    text = f"{minus}{before}{value / 100:,.2f}{after}"
    assert Amounts("USD", {}).read(text) == float(f"{minus}{value / 100:.2f}")


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
    assert Amounts(currency, {}).read(text) == value


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
        "-$-5",
        "٣",
        "$$5",
    ],
)
def test_what_is_no_amount_is_none(text):
    with pytest.raises(ValueError, match="is not a number"):
        Amounts("USD", {}).read(text)


def test_a_sign_of_several_currencies_is_the_plans_own():
    assert Amounts("CAD", {"USD": 1.4}).read("$5,000") == 5000
    assert Amounts("JPY", {}).read("¥ 5,000") == 5000
    with pytest.raises(ValueError, match="may be USD or AUD or BRL"):
        Amounts("EUR", {"USD": 0.9}).read("$5,000")


def test_a_negative_amount_of_another_currency_is_out_of_range(tmp_path):
    with pytest.raises(capacity.InputError, match="arr: EUR -5 is outside of its range"):
        load(tmp_path, "EUR -5")


def test_accounts_are_read_again_where_the_rate_or_the_currency_changes(tmp_path):
    base = load(tmp_path, "100 EUR", "100")
    assert sorted(base.with_({"fx.EUR": 2}).book.arr) == [100, 200]
    mine = base.with_({"currency": "EUR", "fx.EUR": 1})
    np.testing.assert_array_equal(mine.book.arr, [100, 100])


def test_accounts_in_a_currency_without_a_rate(tmp_path):
    with pytest.raises(capacity.InputError, match=r"accounts\.csv:2: arr: '100 EUR' is in EUR"):
        load(tmp_path, "100 EUR", fx="")
