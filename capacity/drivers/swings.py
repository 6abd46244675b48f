"""The tornado: a figure with one input held or one number changed, all else as it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from capacity.arrays import FloatArray
from capacity.drivers.answer import SURE, Nudged, Swing
from capacity.drivers.asking import Figured, Question
from capacity.drivers.futures import Futures, Held
from capacity.drivers.nudges import nudges
from capacity.drivers.shares import Split
from capacity.drivers.unknowns import Unknown
from capacity.estimates import Z_OF_P90
from capacity.loading import Scenario
from capacity.scenario.register import register
from capacity.statistics import mean_error

LOW, HIGH = 0.1, 0.9
_BENT, _LEAST = 0.25, 0.01
"""Part by which swing and share may differ, and share of variance below which nobody minds."""


def middle_of(outcome: Figured, raw: FloatArray) -> float:
    """The expected figure with nothing held; NaN where it is not known."""
    found = outcome.finish(raw)
    known = found[np.isfinite(found)]
    return float(known.mean()) if known.size else np.nan


def swing_of(
    outcome: Figured, futures: Futures, unknown: Unknown, usual: FloatArray
) -> tuple[Swing, Swing]:
    """The figure with the input at its p10 and at its p90, in the same futures.

    Parameters
    ----------
    usual
        The outcome in these futures with nothing held.

    Returns
    -------
    tuple
        The swing, and that of a ratio to the usual cost, of which the shares of variance are.
    """
    low, high = (futures.values(outcome, Held({unknown.key: at})) for at in (LOW, HIGH))
    swing = _between(outcome.finish(low), outcome.finish(high))
    return swing, _between(outcome.finish(low, usual), outcome.finish(high, usual))


def _between(low: FloatArray, high: FloatArray) -> Swing:
    """The means of a figure at both ends, and the error of their difference."""
    known = np.isfinite(low) & np.isfinite(high)
    if not known.any():
        return Swing(np.nan, np.nan, np.nan)
    error = float(mean_error(np.where(known, high - low, np.nan)[None])[0])
    return Swing(float(low[known].mean()), float(high[known].mean()), error)


def straddles(swing: Swing, bound: float | None) -> bool:
    """Whether a bound lies between the figures at the p10 and the p90."""
    return bound is not None and (swing.low - bound) * (swing.high - bound) < 0


def is_bent(swing: Swing, share: float, error: float, parts: Split) -> bool:
    """Whether a straight line through both ends would explain another share of the variance."""
    if not parts.variance:
        return False
    slope = swing.width / (2 * Z_OF_P90)
    straight = slope**2 / parts.variance
    off = 2 * abs(slope) * swing.error / (2 * Z_OF_P90) / parts.variance
    apart = abs(share - straight)
    matters = apart > max(_BENT * max(share, straight), _LEAST)
    return matters and apart > SURE * float(np.hypot(error, off))


def nudged(plans: Sequence[Scenario], asked: Question, futures: Futures) -> list[Nudged]:
    """The figure with each known number a tenth lower and higher, in the same futures.

    A plan that does without a number stays as it is.
    """
    unmoved = asked.outcome.finish(futures.values(asked.outcome))
    known = [{one.path for one in register(plan.plan, plan.marked)} for plan in plans]
    found = []
    for nudge in nudges(plans[0], asked.inputs):
        ends = []
        for value in nudge.settings:
            if value is None:
                ends.append(unmoved)
                continue
            changed = [
                plan.with_({nudge.path: value}) if nudge.path in paths else plan
                for plan, paths in zip(plans, known, strict=True)
            ]
            outcome = asked.outcome.on(changed)
            ends.append(outcome.finish(futures.values(outcome)))
        found.append(Nudged(nudge, _between(*ends)))
    return sorted(found, key=lambda one: -abs(one.swing.width))
