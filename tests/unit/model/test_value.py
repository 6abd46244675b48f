"""Present value, rate of return, payback and lifetime value against published and plain figures."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from capacity.model.value import internal_rate, lifetime_value, net_present_value, payback

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    """Cases of the test-suite of numpy-financial."""
    folder = Path(os.environ.get("CAPACITY_DATA", ROOT.parent / "shared" / "data"))
    file = folder / "worked_numbers" / "cash_flows.csv"
    if not file.is_file():
        pytest.skip(f"no worked numbers at {file}; set CAPACITY_DATA to the folder of public data")
    return pd.read_csv(file)


def test_published_rates_of_return(published):
    """Yearly flows; of those whose sign changes more than once there is none."""
    rates = published[published["function"] == "irr"]
    once = 0
    for flows, expected in zip(rates["flows"], rates["expected"], strict=True):
        values = np.array(flows.split(), dtype=float)
        changes = np.count_nonzero(np.diff(np.sign(values[values != 0])))
        found = internal_rate(values, 1.0)
        if changes == 1:
            assert found == pytest.approx(expected, abs=1e-9)
            once += 1
        else:
            assert np.isnan(found)
    assert once >= 5


def test_published_present_value(published):
    """There the first flow is not discounted."""
    (case,) = published[published["function"] == "npv"].itertuples()
    flows = np.array(case.flows.split(), dtype=float)
    years = np.arange(len(flows), dtype=float)
    found = net_present_value(flows[:, None], np.array([case.rate]), years)
    assert found == pytest.approx([case.expected])


def test_present_value_at_the_rate_of_return_is_nothing():
    flows = np.array([-100.0, -20, 5, 30, 50, 60, 40])
    rate = internal_rate(flows, 1 / 12)
    years = np.arange(1, 8) / 12
    assert net_present_value(flows[:, None], np.array([rate]), years) == pytest.approx(0, abs=1e-6)


def test_a_loan_has_no_return():
    assert np.isnan(internal_rate(np.array([100.0, -60, -60]), 1.0))
    assert np.isnan(internal_rate(np.array([1.0, 2, 3]), 1.0))
    assert np.isnan(internal_rate(np.zeros(4), 1.0))


def test_each_future_has_its_rate():
    flows = np.array([[100.0, 100.0]])
    found = net_present_value(flows, np.array([0.0, 0.1]), np.array([1.0]))
    assert found == pytest.approx([100, 100 / 1.1])


@pytest.mark.parametrize(
    ("flows", "periods"),
    [
        ([1, 2, 3], 1),
        ([-2, 1, 1, 1], 3),
        ([-2, 3, -2, 2], 4),
        ([-2, 3, -2, 1, 0], 4),
        ([-2, 3, 0, -2, 0], np.inf),
        ([-2, 1], np.inf),
        ([0, 0], 1),
    ],
)
def test_payback_is_for_good(flows, periods):
    both = np.array([flows, flows[::-1]], dtype=float).T
    assert payback(both)[0] == periods


def test_lifetime_value_is_finite_where_growth_beats_discount():
    """Five years, 10 % growth, 5 % discount, nobody leaves: Σ 1.1^n/1.05^(n + ½)."""
    years = np.arange(5)
    growth = (1.10**years)[:, None]
    found = lifetime_value(np.array([100.0]), np.ones((5, 1)), growth, np.array([0.05]))
    assert found == pytest.approx([100 * (1.10**years / 1.05 ** (years + 0.5)).sum()])


def test_benefits_that_build_on_the_year_before():
    """A pattern of Forrester's reports: risk-adjusted benefits and costs, 10 % discount.

    Benefits of 100, then half as much again of the year before on top, less 20 % for risk, against
    a start of 80 and 60 a year: by hand, with each year at its end.
    """
    benefits = 0.8 * np.array([100, 150, 225])
    flows = np.concatenate([[-80.0], benefits - 60])
    found = net_present_value(flows[:, None], np.array([0.1]), np.arange(4.0))
    by_hand = -80 + 20 / 1.1 + 60 / 1.21 + 120 / 1.331
    assert found == pytest.approx([by_hand])
    once = 1 / (1 + internal_rate(flows, 1.0))
    assert -80 + 20 * once + 60 * once**2 + 120 * once**3 == pytest.approx(0, abs=1e-9)
