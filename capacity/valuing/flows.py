"""The difference of two worlds: what it is worth after some time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from capacity.arrays import FloatArray
from capacity.model.value import discounted, internal_rate, net_present_value, payback
from capacity.valuing.worlds import World


@dataclass(frozen=True)
class Flows:
    """What a world has more than another: with less without.

    Attributes
    ----------
    full, gone
        The worlds with and without.
    rate
        Yearly discount rate, shape (trials,).
    years
        From the start to the end of each period, shape (periods,).
    """

    full: World
    gone: World
    rate: FloatArray
    years: FloatArray

    @cached_property
    def gain(self) -> FloatArray:
        """G, difference in gross profit, shape (periods, trials)."""
        return (self.full.gross_profit - self.gone.gross_profit).sum(axis=1)

    @cached_property
    def cost(self) -> FloatArray:
        """K, difference in cost, shape (periods, trials)."""
        return self.full.cost - self.gone.cost

    @cached_property
    def net(self) -> FloatArray:
        """G − K."""
        return self.gain - self.cost

    @cached_property
    def arr_saved(self) -> FloatArray:
        """Difference in yearly revenue at the end of each period, shape (periods, trials)."""
        return (self.full.arr - self.gone.arr).sum(axis=1)

    @cached_property
    def accounts_saved(self) -> FloatArray:
        """Difference in accounts at the end of each period, shape (periods, trials)."""
        return (self.full.accounts - self.gone.accounts).sum(axis=1)

    def present_value(self, periods: int) -> FloatArray:
        """NPV of the first periods, shape (trials,)."""
        return net_present_value(self.net[:periods], self.rate, self.years[:periods])

    def end_discounted(self, periods: int, value: FloatArray) -> FloatArray:
        """What a value at the end of the first periods is worth now."""
        result: FloatArray = value * discounted(self.rate, self.years[periods - 1])
        return result

    def run_off(self, periods: int) -> FloatArray:
        """Value, at the end of the first periods, of the revenue that is there more.

        From then on nobody is paid for it any more, so it runs off by the retention curves of the
        world without.
        """
        more = self.full.arr[periods - 1] - self.gone.arr[periods - 1]
        value: FloatArray = (more * self.gone.per_revenue[0]).sum(axis=0)
        return value

    def internal_rate(self, periods: int) -> float:
        """IRR of the expected flows, a year; NaN where there is none or several."""
        years_each = float(self.years[0])
        return internal_rate(self.net[:periods].mean(axis=1), years_each)

    def payback(self, periods: int) -> FloatArray:
        """Periods until it is repaid for good, shape (trials,); see `model.value.payback`."""
        return payback(self.net[:periods])

    def expected_payback(self, periods: int) -> float:
        """The same of the expected flows."""
        return float(payback(self.net[:periods].mean(axis=1)[:, None])[0])

    def first(self, trials: int) -> Flows:
        """The same of the first futures alone."""
        rate = np.broadcast_to(self.rate, self.net.shape[1:])[:trials]
        return Flows(self.full.first(trials), self.gone.first(trials), rate, self.years)
