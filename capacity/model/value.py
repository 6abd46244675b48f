"""What later money is worth: present value, rate of return, payback, lifetime value."""

from __future__ import annotations

import math

import numpy as np

from capacity.arrays import FloatArray


def discounted(rate: FloatArray | float, years: FloatArray | float) -> FloatArray:
    """What one unit of money is worth now if it comes after a time: 1/(1 + d)^years."""
    result: FloatArray = (1 + np.asarray(rate)) ** -np.asarray(years)
    return result


def net_present_value(flows: FloatArray, rate: FloatArray, years: FloatArray) -> FloatArray:
    """Present value of flows, each at the end of its period: Σ f_t/(1 + d)^years_t.

    Parameters
    ----------
    flows
        Money of each period, shape (periods, trials).
    rate
        d, yearly, shape (trials,) or (1,).
    years
        From now to the end of each period, shape (periods,).
    """
    value: FloatArray = (flows * discounted(rate, years[:, None])).sum(axis=0)
    return value


def internal_rate(flows: FloatArray, years_each: float) -> float:
    """Yearly rate at which flows are worth nothing now; NaN unless money goes out, then comes in.

    With one change of sign there is exactly one such rate (Descartes); with more of them there may
    be several, of which none means anything. Where money comes in first, it is a loan, and its
    rate is no return.

    Parameters
    ----------
    flows
        Money of each period, shape (periods,).
    years_each
        Length of a period in years.
    """
    from numpy_financial import irr  # slow to import

    signs = np.sign(flows[flows != 0])
    if np.count_nonzero(np.diff(signs)) != 1 or signs[0] > 0:
        return math.nan
    return float((1 + irr(flows)) ** (1 / years_each) - 1)


def payback(flows: FloatArray) -> FloatArray:
    """Periods until the flows so far are repaid for good: never negative in sum after that.

    Parameters
    ----------
    flows
        Shape (periods, trials).

    Returns
    -------
    FloatArray
        Number of periods, the one of the repayment included, shape (trials,); infinite where they
        are not repaid within the periods.
    """
    short = np.cumsum(flows, axis=0) < 0
    last = np.where(short.any(axis=0), len(short) - np.argmax(short[::-1], axis=0), 0)
    return np.where(last < len(short), last + 1.0, np.inf)


def lifetime_value(
    yearly: FloatArray, alive: FloatArray, growth: FloatArray, rate: FloatArray
) -> FloatArray:
    """Value of a customer: Σ margin·ARR·P(alive in year n)·growth_n/(1 + d)^(n + ½).

    A finite sum, since with growth above the discount rate the infinite one does not exist.

    Parameters
    ----------
    yearly
        Gross profit of the first year, shape (trials,) or (1,).
    alive, growth
        Chance to be there in year n and revenue over that of the first, shape (years, trials).
    rate
        d, yearly, shape (trials,) or (1,).
    """
    middle: FloatArray = np.arange(len(alive), dtype=np.float64)[:, None] + 0.5
    value: FloatArray = (yearly * alive * growth * discounted(rate, middle)).sum(axis=0)
    return value
