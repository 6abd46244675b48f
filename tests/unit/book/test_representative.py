"""Books from counts, against a slow loop over the accounts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from capacity.book.representative import representative_book
from capacity.scenario.reading import parse_yaml
from capacity.scenario.validation import validate

PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
segments:
SEGMENTS
tasks:
  qbr: {role: csm, every: quarter, hours: 1h}
team:
  csm: {headcount: 2}
"""
START = 2027 * 12 + 1
Z_OF_P90 = 1.2815515655446004


def book_of(*segments):
    text = PLAN.replace("SEGMENTS", "\n".join(f"  {segment}" for segment in segments))
    return representative_book(validate(parse_yaml(text, "plan.yaml"))[0])


def month_of(day):
    return day.item().year * 12 + day.item().month - 1


def by_number(book):
    """The accounts as a list of dictionaries, in the order in which they were made."""
    rows = [
        {
            "number": int(book.ids[k].split()[-1]) - 1,
            "arr": float(book.arr[k]),
            "decision": month_of(book.renewal[k]) - 1 - START,
            "completed": int(book.completed[k]),
            "start": month_of(book.starts[k]) - START,
        }
        for k in range(len(book))
    ]
    return sorted(rows, key=lambda row: row["number"])


def split_lognormal_quantile(u, p10, p50, p90):
    """By bisection of the normal distribution, one value at a time."""
    low, high = -10.0, 10.0
    for _ in range(200):
        z = (low + high) / 2
        low, high = (z, high) if math.erfc(-z / math.sqrt(2)) / 2 < u else (low, z)
    sigma = math.log(p50 / p10) if z < 0 else math.log(p90 / p50)
    return p50 * math.exp(sigma / Z_OF_P90 * z)


def split_lognormal_mean(p10, p50, p90, steps=400_000):
    """By the trapezoid rule over twelve sigmas to either side."""
    z = np.linspace(-12, 12, steps + 1)
    sigma = np.where(z < 0, math.log(p50 / p10), math.log(p90 / p50)) / Z_OF_P90
    y = p50 * np.exp(sigma * z - z**2 / 2) / math.sqrt(2 * math.pi)
    return float(((y[1:] + y[:-1]) / 2 * np.diff(z)).sum())


@pytest.mark.parametrize("count", [1, 2, 7, 60])
def test_revenues_are_quantiles_scaled_to_the_mean_largest_first(count):
    book = book_of(f"smb: {{accounts: {count}, arr: {{p10: 4k, p50: 8k, p90: 20k}}, churn: 10%}}")
    raw = [split_lognormal_quantile((i + 0.5) / count, 4e3, 8e3, 20e3) for i in range(count)]
    factor = split_lognormal_mean(4e3, 8e3, 20e3) * count / sum(raw)
    expected = [value * factor for value in reversed(raw)]
    assert [row["arr"] for row in by_number(book)] == pytest.approx(expected, rel=1e-6)


def test_equal_revenues_are_what_was_written():
    book = book_of("smb: {accounts: 5, arr: 12_000, churn: 10%}")
    assert book.arr.tolist() == [12_000.0] * 5


def test_accounts_without_revenue_have_none():
    assert book_of("smb: {accounts: 3}").arr.tolist() == [0.0] * 3


@pytest.mark.parametrize(("count", "term"), [(10, 3), (25, 12), (5, 12), (4, 1), (37, 24)])
def test_terms_are_dealt_back_and_forth(count, term):
    expected, month, step = [], 0, 1
    for _ in range(count):
        expected.append(month)
        if 0 <= month + step < term:
            month += step
        else:
            step = -step
    book = book_of(f"smb: {{accounts: {count}, term: {term}}}")
    assert [row["decision"] for row in by_number(book)] == expected


def slow_completed_terms(i, churn, term):
    survival, kept = [1.0], 1.0
    for m in range(20):
        kept *= (1 - churn[min(m, len(churn) - 1)]) ** (term / 12)
        survival.append(kept)
    u = math.fmod((i + 0.5) * 0.6180339887, 1.0)
    total = sum(survival)
    n, reached = 0, survival[0]
    while not reached > u * total:
        n += 1
        reached += survival[n]
    return n


@pytest.mark.parametrize(
    ("written", "churn", "term"),
    [
        ("10%", [0.10], 12),
        ("[30%, 20%, 8%]", [0.30, 0.20, 0.08], 12),
        ("{low: 5%, likely: 10%, high: 21%}", [0.11], 12),
        ("25%", [0.25], 6),
        ("25%", [0.25], 36),
        ("0%", [0.0], 12),
        ("100%", [1.0], 12),
    ],
)
def test_completed_terms_follow_the_segments_retention(written, churn, term):
    book = book_of(f"smb: {{accounts: 200, churn: {written}, term: {term}}}")
    expected = [slow_completed_terms(i, churn, term) for i in range(200)]
    assert [row["completed"] for row in by_number(book)] == expected


@pytest.mark.parametrize("term", [1, 12, 24])
def test_completed_terms_where_accounts_differ_follow_whom_they_leave(term):
    """The chance is one of a renewal, so the length of the term plays no part."""
    sbg = "{sbg: {alpha: {low: 0.4, likely: 0.7, high: 1}, beta: 1.2}}"
    book = book_of(f"smb: {{accounts: 200, churn: {sbg}, term: {term}}}")
    churn = [0.7 / (0.7 + 1.2 + n) for n in range(20)]
    expected = [slow_completed_terms(i, churn, 12) for i in range(200)]
    assert [row["completed"] for row in by_number(book)] == expected


def test_completed_terms_may_be_given():
    book = book_of("smb: {accounts: 4, completed_terms: 3}")
    assert book.completed.tolist() == [3] * 4


def test_the_start_lies_all_terms_before_the_renewal():
    book = book_of("smb: {accounts: 50, churn: 15%, term: 6}")
    for row in by_number(book):
        renewal = row["decision"] + 1
        assert row["start"] == renewal - (row["completed"] + 1) * 6
    assert (book.starts.astype("datetime64[M]").astype("datetime64[D]") == book.starts).all()


def test_every_account_has_joined_already_and_decides_within_its_term():
    book = book_of("smb: {accounts: 100, churn: 40%}")
    assert (book.starts <= np.datetime64("2027-02-01")).all()
    assert {row["decision"] for row in by_number(book)} == set(range(12))


def test_a_segment_of_none_has_no_accounts():
    book = book_of("smb: {accounts: 0}", "enterprise: {accounts: 2}")
    assert sorted(book.ids) == ["enterprise 1", "enterprise 2"]
    assert book.segment.tolist() == [1, 1]
    assert len(book_of("smb: {accounts: 0}")) == 0
