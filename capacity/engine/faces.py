"""Familiar faces: who left, how customers remember it, and what that does to churn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from capacity.engine.chance import Chance
from capacity.engine.effects import CHURN
from capacity.engine.influence import Factors
from capacity.engine.seats import Staff
from capacity.engine.territories import Territories
from capacity.loading import Scenario
from capacity.model.retention import face_factor, half_life_factor
from capacity.scenario.document import Plan
from capacity.scenario.pool import Pool


class Faces:
    """The memory of who left, a fading record for each pool whose leaving customers feel."""

    def __init__(self, scenario: Scenario, territories: Territories, chance: Chance) -> None:
        on = scenario.plan.simulation.feedback
        felt = [(i, p, p.role.departure) for i, p in enumerate(scenario.pools) if on]
        felt = [(i, pool, departure) for i, pool, departure in felt if departure]
        self._pools = [i for i, _, _ in felt]
        self._served = [_served(scenario.plan, territories, pool) for _, pool, _ in felt]
        path = "team.{}.departure.{}".format
        self._chance, self._years = chance, scenario.plan.horizon.periods.years_each
        self._churn = [(path(p.name, "churn"), d.churn) for _, p, d in felt if d]
        self._fades = [(path(p.name, "fades_over"), d.fades_over) for _, p, d in felt if d]
        self.turn_to(None)
        self._memory = np.zeros((len(felt), chance.trials))

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        self._lost = self._chance.inputs(self._churn, day)
        self._fade = half_life_factor(self._years, self._chance.inputs(self._fades, day))

    def remember(self, team: Sequence[Staff]) -> None:
        """Let the records fade and add who left in a period; the team is one entry a pool."""
        if self._pools:
            left = np.stack([team[pool].left_share for pool in self._pools])
            self._memory = self._fade * self._memory + left

    def felt(self, factors: Factors) -> Factors:
        """What the coverage does, and on top what the loss of faces does to churn."""
        if not self._pools:
            return factors
        of_renewal = factors.of_renewal.copy()
        for served, factor in zip(self._served, face_factor(self._lost, self._memory), strict=True):
            of_renewal[CHURN, served] *= factor
        return replace(factors, of_renewal=of_renewal)


def _served(plan: Plan, territories: Territories, pool: Pool) -> list[int]:
    """The territories whose accounts know the people of a pool."""
    segments = list(plan.segments)
    wanted = ((pool.role.split, pool.value),) if pool.role.split else ()
    return [
        t
        for s, segment in enumerate(segments)
        for t in territories.within(s, wanted)
        if plan.is_served(segment, pool.name, territories.without[t])
    ]
