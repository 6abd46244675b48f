"""Familiar faces: who left, how customers remember it, and what that does to churn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from capacity.engine.chance import Chance
from capacity.engine.effects import CHURN
from capacity.engine.influence import Factors
from capacity.engine.seats import Staff
from capacity.model.retention import face_factor, half_life_factor
from capacity.scenario.document import Plan


class Faces:
    """The memory of who left, a fading record for each role whose leaving customers feel."""

    def __init__(self, plan: Plan, chance: Chance) -> None:
        felt = [
            (i, name, role.departure)
            for i, (name, role) in enumerate(plan.team.items())
            if role.departure and plan.simulation.feedback
        ]
        self._roles = [i for i, _, _ in felt]
        self._served = [
            [s for s, segment in enumerate(plan.segments) if plan.is_served(segment, name)]
            for _, name, _ in felt
        ]
        path = "team.{}.departure.{}".format
        self._lost = chance.inputs([(path(name, "churn"), d.churn) for _, name, d in felt])
        half_life = chance.inputs([(path(name, "fades_over"), d.fades_over) for _, name, d in felt])
        self._fade = half_life_factor(plan.horizon.periods.years_each, half_life)
        self._memory = np.zeros((len(felt), chance.trials))

    def remember(self, team: Sequence[Staff]) -> None:
        """Let the records fade and add who left in a period; the team is one entry a role."""
        if self._roles:
            left = np.stack([team[role].left_share for role in self._roles])
            self._memory = self._fade * self._memory + left

    def felt(self, factors: Factors) -> Factors:
        """What the coverage does, and on top what the loss of faces does to churn."""
        if not self._roles:
            return factors
        of_renewal = factors.of_renewal.copy()
        for segments, factor in zip(
            self._served, face_factor(self._lost, self._memory), strict=True
        ):
            of_renewal[CHURN, segments] *= factor
        return replace(factors, of_renewal=of_renewal)
