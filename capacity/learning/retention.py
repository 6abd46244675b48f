"""Churn of a segment from its lives: a hazard, or a chance at each renewal in three forms."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from capacity.arrays import FloatArray
from capacity.learning.posterior import OUTER, Chance, Rate, is_too_little
from capacity.learning.sbg import Sbg, fit_sbg
from capacity.units import MONTHS_PER_YEAR

ONE, EACH, SBG, HAZARD = "one", "by renewal", "sbg", "hazard"
RENEWAL_FORMS = (ONE, EACH, SBG)
LISTED = 3
"""Renewals that have a churn of their own where it is given by renewal; the last holds for more."""


@dataclass(frozen=True)
class Retention:
    """Churn of a segment.

    Attributes
    ----------
    segment
        The segment.
    accounts, lost
        Accounts, and those that were lost.
    hazard
        Loss a year of being there.
    form
        In which it is told: `HAZARD`, or one of `RENEWAL_FORMS`.
    term
        Months of a contract.
    decided, left
        At the renewal 1, 2 …: accounts that decided, and that left; empty where it is not known.
    aic
        Of the forms that were compared.
    sbg
        The fit of that form, where there is one.
    """

    segment: str
    accounts: int
    lost: int
    hazard: Rate
    form: str = HAZARD
    term: float = float(MONTHS_PER_YEAR)
    decided: FloatArray = field(default_factory=lambda: np.zeros(0))
    left: FloatArray = field(default_factory=lambda: np.zeros(0))
    aic: dict[str, float] = field(default_factory=dict)
    sbg: Sbg | None = None

    @property
    def tells(self) -> bool:
        """Whether there is enough to learn churn from."""
        if self.form == HAZARD:
            return not is_too_little(self.lost, self.hazard.exposure)
        return not is_too_little(float(self.left.sum()), float(self.decided.sum()))

    @property
    def chances(self) -> list[Chance]:
        """The chance to be lost at the first, second, and third or later renewal."""
        counts = zip(*(_listed(c) for c in (self.left, self.decided)), strict=True)
        return [Chance.of(left, decided) for left, decided in counts if decided]

    @property
    def chance(self) -> Chance:
        """The chance to be lost at any renewal."""
        return Chance.of(float(self.left.sum()), float(self.decided.sum()))

    def fitted(self, renewal: int) -> float:
        """Share lost at the renewal 1, 2 … as the form has it."""
        if self.form == SBG and self.sbg is not None:
            return self.sbg.alpha / (self.sbg.alpha + self.sbg.beta + renewal - 1)
        if self.form == EACH:
            return self.chances[min(renewal, len(self.chances)) - 1].mean
        return self.chance.mean

    def yearly(self) -> list[tuple[float, float]]:
        """Mean and standard deviation of churn a year: one, or one for each renewal."""
        if self.form == HAZARD:
            return [self.hazard.chance()]
        if self.form == EACH:
            return [chance.yearly(self.term) for chance in self.chances]
        return [self.chance.yearly(self.term)]

    def first(self) -> tuple[float, float, float]:
        """Churn as it is told first: its mean, and the range that holds it in 9 of 10.

        A year of the hazard, or of one churn for all renewals; else the first renewal.
        """
        if self.form == HAZARD:
            low, high = 1 - np.exp(-self.hazard.quantiles(OUTER))
            return self.hazard.chance()[0], float(low), float(high)
        if self.form == ONE:
            low, high = 1 - (1 - self.chance.quantiles(OUTER)) ** (MONTHS_PER_YEAR / self.term)
            return self.chance.yearly(self.term)[0], float(low), float(high)
        if self.form == SBG and self.sbg is not None:
            return self.sbg.first()
        low, high = self.chances[0].quantiles(OUTER)
        return self.chances[0].mean, float(low), float(high)


def _listed(counts: FloatArray) -> FloatArray:
    """Counts by renewal, of which the last takes all later ones."""
    head = counts[: LISTED - 1]
    return np.append(head, counts[LISTED - 1 :].sum()) if len(counts) >= LISTED else head


def by_renewal(
    decided: FloatArray, kept: FloatArray, unseen: FloatArray | float = 0.0
) -> tuple[FloatArray, FloatArray]:
    """At the renewal 1, 2 …: how many accounts decided, and how many left.

    Parameters
    ----------
    decided, kept, unseen
        Of each account, the last renewal that it decided, how many it kept, and how many of them
        lie before the log begins: who had left by then is not in it, so these do not count.
    """
    last = int(decided.max(initial=0))
    j = np.arange(1, last + 1)[:, None]
    at_risk = ((decided >= j) & (unseen < j)).sum(axis=1).astype(float)
    left = ((decided == j) & (kept < j)).sum(axis=1).astype(float)
    return at_risk, left


def compared(decided: FloatArray, left: FloatArray) -> tuple[dict[str, float], Sbg | None]:
    """The AIC of each form of churn by renewal, 2·parameters − 2·ln L (Akaike 1974)."""
    kept = decided - left
    total, lost = decided.sum(), left.sum()
    aic = {ONE: 2 - 2 * _log_likelihood(np.array([lost]), np.array([total]))}
    many, few = _listed(decided), _listed(left)
    if len(many) > 1 and many.all():
        aic[EACH] = 2 * len(many) - 2 * _log_likelihood(few, many)
    is_told = np.count_nonzero(decided) > 1 and 0 < lost < total
    fit = fit_sbg(left, kept) if is_told else None
    if fit is not None and fit.covariance is not None:
        aic[SBG] = 4 - 2 * fit.log_likelihood
    return aic, fit


def _log_likelihood(left: FloatArray, decided: FloatArray) -> float:
    """Of coins, each at the share that was seen."""
    from scipy.special import xlogy  # slow to import

    kept = decided - left
    return float((xlogy(left, left / decided) + xlogy(kept, kept / decided)).sum())
