"""Accounts that differ in their chance to leave, so that who is left is the better part.

Nobody needs to know the single chances θ. Of accounts that began with θ ~ Beta(α, β + n) and
have borne hazards of C times that of one usual renewal, those that are left have
θ ~ Beta(α, β + n + C), whatever moved the hazards in between: each of these was known when it was
borne. So the chance to be lost next follows from C alone, which all accounts of a class share.
"""

from __future__ import annotations

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray
from capacity.engine.chance import Chance
from capacity.engine.classes import Classes
from capacity.estimates import Estimate
from capacity.model.retention import log_surviving
from capacity.scenario.document import Plan


def differing(plan: Plan) -> BoolArray:
    """Segments whose accounts differ in their chance to leave."""
    return np.array([segment.sbg is not None for segment in plan.segments.values()], dtype=bool)


class Frailty:
    """What the accounts of one batch have borne, by class."""

    def __init__(self, plan: Plan, classes: Classes, chance: Chance) -> None:
        self._segment = classes.segment
        self._alpha, self._beta = (shapes(plan, chance, name) for name in ("alpha", "beta"))
        self._borne = np.zeros((len(classes), chance.trials))

    def bear(
        self, classes: IntArray, behind: IntArray, strain: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Decide a renewal of some accounts.

        Parameters
        ----------
        classes, behind
            Their classes, one or several times each, and the renewals that they had behind them
            when the plan began; shape (risks,).
        strain
            Hazard of this renewal over the usual, the same for all of a class, shape (risks,
            trials).

        Returns
        -------
        tuple
            The chance of those that are left to be lost now, and the share of all that is lost by
            then; shape (risks, trials).
        """
        segment = self._segment[classes]
        alpha, beta = self._alpha[segment], self._beta[segment] + behind[:, None]
        borne = self._borne[classes]
        self._borne[classes] = borne + strain
        before = log_surviving(alpha, beta, borne)
        after = log_surviving(alpha, beta, borne + strain)
        return -np.expm1(after - before), -np.expm1(after)


def shapes(plan: Plan, chance: Chance, name: str) -> FloatArray:
    """Drawn α or β of each segment; 1 where accounts do not differ."""
    named = []
    for segment, settings in plan.segments.items():
        shape = getattr(settings.sbg, name) if settings.sbg else Estimate.fixed(1.0)
        named.append((f"segments.{segment}.churn.sbg.{name}", shape))
    return chance.inputs(named)
