"""Who: segments of accounts, how they are retained and grow, and what stopping the work does."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from capacity.arrays import IntArray
from capacity.estimates import Estimate
from capacity.periods import Periods
from capacity.scenario.churn import Churn, ShiftedBeta
from capacity.scenario.fields import (
    MOST_ACCOUNTS,
    ByMonth,
    Change,
    Factor,
    Flag,
    Growth,
    Money,
    Months,
    PerYear,
    PlainNumber,
    Seasons,
    Share,
    Term,
    Text,
    choice,
    whole,
)
from capacity.scenario.parts import Part
from capacity.units import MONTHS_PER_YEAR

FADES_OVER = Estimate.fixed(6.0)
"""Half-life, in months, of the memory of past work where the scenario does not say."""
MOST_TERMS = 20
"""Renewals that accounts may have behind them where their ages follow from churn."""


class Effect(Part):
    """What happens if some work stops for good."""

    churn: Factor | None = None
    """Factor on the addressable churn hazard; above 1 where the work holds customers."""
    expansion: Factor | None = None
    """Factor on expansion."""
    contraction: Factor | None = None
    """Factor on contraction."""
    fades_over: Months = FADES_OVER
    """Half-life of the memory of past work; 6 months."""
    source: Text | None = None
    """Where the judgement comes from."""
    note: Text | None = None
    """A remark."""
    evidence: Annotated[str, choice("measured", "published", "estimated")] | None = None
    """How good the source is."""


class Value(Part):
    """What the work of the whole team is worth, judged once and shared by the tasks' weights."""

    if_stopped: Effect
    """What happens if all of the weighted work stops."""


class NewAccounts(Part):
    """Accounts that will be won during the plan."""

    per_year: PerYear | None = None
    """Expected number a year."""
    by_month: ByMonth | None = None
    """Bookings by month, exact: `{2027-02: 5}`."""
    arr: Money | None = None
    """Yearly revenue of one; each has its own. The segment's `arr` where it is not given."""
    term: Term | None = None
    """Months of the contract; the segment's term."""
    seasonality: Seasons | None = None
    """Twelve weights, January first; the year spreads evenly without."""
    fixed: Flag = False
    """Whether the number is exact, in whole accounts, instead of drawn."""

    def booked(self, periods: Periods) -> IntArray:
        """Bookings by period, shape (periods,)."""
        count = np.zeros(periods.count, dtype=np.int64)
        for month, number in (self.by_month or {}).items():
            period = periods.of_month(month)
            if 0 <= period < periods.count:
                count[period] = number
        return count

    @model_validator(mode="after")
    def _one_number(self) -> NewAccounts:
        if (self.per_year is None) == (self.by_month is None):
            raise ValueError("takes per_year or by_month. Write one of them")
        if self.by_month is not None and (self.seasonality is not None or self.fixed):
            raise ValueError("by_month is exact already. Leave out seasonality and fixed")
        return self


_OF_TODAY = "Write how many there are on the first day; who comes later is in `new_accounts`"
_BEHIND_THEM = "Write how many are behind them when the plan begins"


class Segment(Part):
    """A group of accounts that are treated alike."""

    accounts: Annotated[int, whole(0, MOST_ACCOUNTS, _OF_TODAY)] | None = Field(default=None)
    """Number of accounts, where there is no file of accounts."""
    arr: Money | None = None
    """Yearly revenue of an account, where there is no file of accounts."""
    churn: Churn | None = None
    """Probability that an account is lost within a year, today; or a list for the first, second
    and later renewals; or `{sbg: {alpha: 0.7, beta: 1.2}}` where [accounts differ in
    it](#churn-that-differs)."""
    addressable: Share | None = None
    """Share of the churn hazard that anybody can move."""
    contraction: Share = Estimate.fixed(0.0)
    """Share of its revenue that a renewing account cuts, a year."""
    expansion: Growth = Estimate.fixed(0.0)
    """Growth of the revenue of an account that stays, a year."""
    uplift: Change = Estimate.fixed(0.0)
    """Contracted price rise at renewal, a year."""
    complexity: PlainNumber = Estimate.fixed(1.0)
    """Factor on the hours of all tasks of an account."""
    term: Term = 12
    """Months of a contract."""
    completed_terms: Annotated[int, whole(0, 1000, _BEHIND_THEM)] | None = None
    """Renewals that each account of a representative book has behind it; follows from churn."""
    new_accounts: NewAccounts | None = None
    """Accounts that will be won."""
    if_stopped: Effect | None = None
    """What stopping the weighted work does here, in place of the team's value."""

    def renewing(self, behind: int) -> float:
        """Share that renews of accounts with so many renewals behind them, at mean inputs."""
        if self.sbg is not None:
            return self.sbg.renewing(behind)
        yearly = self.yearly_churn[min(behind, len(self.yearly_churn) - 1)].mean
        return (1 - yearly) ** (self.term / MONTHS_PER_YEAR)

    @property
    def sbg(self) -> ShiftedBeta | None:
        """The spread of the accounts' own chances to leave; None where all have the same."""
        return self.churn if isinstance(self.churn, ShiftedBeta) else None

    @property
    def yearly_churn(self) -> tuple[Estimate, ...]:
        """Yearly churn by renewal; 0 where none is said, or where accounts differ in it."""
        return self.churn if isinstance(self.churn, tuple) else (Estimate.fixed(0.0),)
