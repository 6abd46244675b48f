"""How long: Kaplan-Meier curves, by SciPy, and by statsmodels where some were seen only later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import BoolArray, FloatArray
from capacity.extras import needed
from capacity.learning.lives import Lives

_DRAWN = 120


@dataclass(frozen=True)
class Curve:
    """The share that is still there after so many months (Kaplan & Meier 1958).

    Attributes
    ----------
    months, share
        Steps of the curve; it is 1 before the first.
    longest
        Months of the longest life that was seen.
    """

    months: FloatArray
    share: FloatArray
    longest: float

    def at(self, months: float) -> float:
        """The share after so many months; NaN where nobody was seen so long."""
        if months > self.longest:
            return float("nan")
        step = int(np.searchsorted(self.months, months, side="right"))
        return float(self.share[step - 1]) if step else 1.0

    def drawn(self) -> tuple[tuple[float, float], ...]:
        """Some points of the curve, for a picture."""
        if not len(self.months):  # nobody has left yet
            return ((0.0, 1.0), (self.longest, 1.0))
        pick = np.unique(np.linspace(0, len(self.months) - 1, _DRAWN).round().astype(int))
        pairs = zip(self.months[pick].tolist(), self.share[pick].tolist(), strict=True)
        return ((0.0, 1.0), *pairs)


def kaplan_meier(months: FloatArray, ended: BoolArray) -> Curve:
    """The curve of lives that were seen from their start."""
    from scipy.stats import CensoredData, ecdf  # slow to import

    found = ecdf(CensoredData(uncensored=months[ended], right=months[~ended])).sf
    return Curve(found.quantiles, found.probabilities, float(months.max()))


def curve_of(lives: Lives) -> Curve:
    """The curve of lives, some of which may have been seen only from later on."""
    if not (lives.entered > 0).any():
        return kaplan_meier(lives.months, lives.ended)
    there = lives.exposure > 0
    found = needed("statsmodels.duration.survfunc", "learning from history").SurvfuncRight(
        lives.months[there], lives.ended[there].astype(float), entry=lives.entered[there]
    )
    return Curve(found.surv_times, found.surv_prob, float(lives.months.max()))
