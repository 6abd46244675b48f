"""Which renewal an account comes to first, for contracts that begin in the middle of a month."""

import pytest

import capacity

PLAN = """
name: first and later renewals
horizon: {start: 2027-02, months: 1}
accounts: {file: book.csv}
segments: {customers: {churn: [50%, 0%]}}
tasks: {call: {role: csm, every: month, hours: 1h}}
team: {csm: {headcount: 1}}
"""
KEPT_OF_A_MONTH = 0.5 ** (1 / 12)


@pytest.mark.parametrize(
    ("start", "renewal", "term", "kept"),
    [
        ("2027-01-15", "2027-02-15", 1, KEPT_OF_A_MONTH),
        ("2027-02-01", "2027-03-01", 1, KEPT_OF_A_MONTH),
        ("2026-12-15", "2027-02-15", 2, KEPT_OF_A_MONTH**2),
        ("2026-02-28", "2027-02-28", 12, 0.5),
        ("2026-12-15", "2027-02-15", 1, 1.0),
        ("2026-12-15", "2027-01-15", 1, 1.0),
    ],
)
def test_the_first_renewal_has_the_first_churn(scenario, start, renewal, term, kept) -> None:
    book = f"id,segment,arr,start,renewal,term\nA,customers,1000,{start},{renewal},{term}\n"
    result = capacity.simulate(scenario(PLAN, book=book), trials=0)
    assert result.mean("accounts", period="2027-02") == pytest.approx(kept)
